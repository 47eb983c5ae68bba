import asyncio

import pytest

from tasks.clients.errors import PermanentServiceError, ServiceParkedError, TransientServiceError
from tasks.clients.web_hosts import HostPauses


async def refuse(pauses: HostPauses, host: str, retry_after: float | None) -> None:
    with pytest.raises(TransientServiceError):
        async with pauses.learn(host):
            raise TransientServiceError("web", "busy", status=429, retry_after=retry_after)


async def test_all_requests_to_a_host_wait_as_one_of_them_was_told() -> None:
    pauses = HostPauses(longest_seconds=60, patience=9)
    await refuse(pauses, "a", 0.3)
    await refuse(pauses, "b", None)
    assert pauses.is_paused("a")
    assert not pauses.is_paused("b")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pauses.wait("a"), 0.1)
    await asyncio.wait_for(pauses.wait("a"), 5)
    assert not pauses.is_paused("a")


async def test_a_pause_is_no_longer_than_ours() -> None:
    pauses = HostPauses(longest_seconds=0.05, patience=9)
    await refuse(pauses, "a", 3600)
    await asyncio.wait_for(pauses.wait("a"), 5)


async def test_a_host_that_only_refuses_is_given_up() -> None:
    pauses = HostPauses(longest_seconds=0, patience=3)
    for _ in range(3):
        await pauses.wait("a")
        await refuse(pauses, "a", 1)
    with pytest.raises(ServiceParkedError, match="a refused 3 requests in a row"):
        await pauses.wait("a")
    await pauses.wait("b")


async def test_any_answer_restores_patience() -> None:
    pauses = HostPauses(longest_seconds=0, patience=2)
    await refuse(pauses, "a", 1)
    with pytest.raises(PermanentServiceError):
        async with pauses.learn("a"):
            raise PermanentServiceError("web", "not found", status=404)
    await refuse(pauses, "a", 1)
    await pauses.wait("a")
    async with pauses.learn("a"):
        pass
    await refuse(pauses, "a", 1)
    await pauses.wait("a")
