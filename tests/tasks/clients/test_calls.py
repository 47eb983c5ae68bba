"""The one way a request goes out: clocks, slots, retries, breaker and cost, over real HTTP."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tasks.catalog.breaker import BreakerRules
from tasks.clients.errors import PermanentServiceError, ServiceParkedError, TransientServiceError
from tasks.clients.pricing import Price, SharedSeconds
from tasks.clients.replies import is_overload
from tasks.storage.service_breakers import BreakerTable

TEXTS = {"model": "m", "input": ["oak"], "input_type": "query"}


async def ask(caller: Any, **patience: float) -> Any:
    return (await caller.post("/embeddings", TEXTS, lambda body: body, **patience))[0]


def requests(server: Any, service: str = "voyage") -> int:
    return server.stats()["services"][service]["requests"]


async def test_retry_after_is_honoured_and_waited_for_without_a_slot(lab: Any, rehearse: Any) -> None:
    server = rehearse(voyage={"outage_calls": [[1, 1]], "outage_status": 429, "retry_after": 1})
    waited: list[float] = []

    @contextlib.asynccontextmanager
    async def slot() -> AsyncIterator[None]:
        waited.append(time.monotonic())
        try:
            yield
        finally:
            waited.append(time.monotonic())

    await ask(lab.caller("voyage", slot=slot))
    _, given_back, taken_again, _ = waited
    assert taken_again - given_back >= 1.0
    assert server.stats()["services"]["voyage"]["impatient"] == 0
    assert (lab.figures("voyage").requests, lab.figures("voyage").retries) == (2, 1)


async def test_a_longer_wish_than_allowed_is_left_to_the_next_layer(lab: Any, rehearse: Any) -> None:
    server = rehearse(voyage={"outage_calls": [[1, 9]], "outage_status": 529, "retry_after": 30})
    with pytest.raises(TransientServiceError) as caught:
        await ask(lab.caller("voyage", longest_wait_seconds=5.0))
    assert caught.value.retry_after == 30
    assert requests(server) == 1


async def test_three_retries_then_the_error(lab: Any, rehearse: Any) -> None:
    server = rehearse(voyage={"statuses": {500: 1.0}})
    with pytest.raises(TransientServiceError, match="answered 500"):
        await ask(lab.caller("voyage"))
    assert requests(server) == 4


async def test_the_deadline_covers_retries_but_not_the_wait_for_a_slot(lab: Any, rehearse: Any) -> None:
    rehearse(voyage={"base_seconds": 0.3})

    @contextlib.asynccontextmanager
    async def late_slot() -> AsyncIterator[None]:
        await asyncio.sleep(0.8)
        yield

    await ask(lab.caller("voyage", slot=late_slot), deadline_seconds=0.6)
    rehearse(voyage={"statuses": {500: 1.0}})
    with pytest.raises(TransientServiceError, match=r"no answer within 0\.6 s, retries included"):
        await ask(lab.caller("voyage", slot=late_slot, first_wait_seconds=0.4), deadline_seconds=0.6)


async def test_a_hanging_attempt_leaves_time_for_another(lab: Any, rehearse: Any) -> None:
    server = rehearse(voyage={"hang": 0.5})
    caller = lab.caller("voyage", request_seconds=0.3)
    await asyncio.gather(*(ask(caller) for _ in range(4)), return_exceptions=True)
    assert server.stats()["services"]["voyage"]["in_flight"] == 0
    assert lab.held == 0


async def test_a_deadline_stops_the_request_itself(lab: Any, rehearse: Any) -> None:
    server = rehearse(voyage={"hang": 1.0})
    with pytest.raises(TransientServiceError):
        await ask(lab.caller("voyage"), deadline_seconds=0.3)
    await asyncio.sleep(0.1)
    service = server.stats()["services"]["voyage"]
    assert (service["in_flight"], service["abandoned"]) == (0, 1)


@pytest.mark.parametrize("fault", [{"cut": 1.0}, {"malformed": 1.0}])
async def test_a_broken_answer_is_asked_for_again(lab: Any, rehearse: Any, fault: dict[str, float]) -> None:
    server = rehearse(slig=fault)
    caller = lab.caller("slig")

    def read(body: Any) -> Any:
        if [len(row) for row in body["embeddings"]] != [768, 768]:
            raise ValueError("no two rows of 768")

    with pytest.raises(TransientServiceError):
        await caller.post("", {"inputs": {"texts": ["oak", "ash"]}}, read)
    assert requests(server, "slig") == 4


async def test_an_outage_opens_the_breaker_for_all_processes_and_one_probe_closes_it(
    database: Any, make_lab: Any, rehearse: Any
) -> None:
    server = rehearse(voyage={"outage_calls": [[1, 6]], "outage_status": 500, "base_seconds": 0.2})
    clock = [1000.0]
    one, two = (
        make_lab().caller("voyage", retries=0, breaker=BreakerTable(database, now=lambda: clock[0])) for _ in range(2)
    )
    for caller in (one, two, one, two, one):
        with pytest.raises(TransientServiceError, match="answered 500"):
            await ask(caller)
    for caller in (one, two):
        with pytest.raises(ServiceParkedError) as caught:
            await ask(caller)
        assert caught.value.retry_after == 60.0
    assert requests(server) == 5
    clock[0] += 59.0
    with pytest.raises(ServiceParkedError):
        await ask(two)
    clock[0] += 1.0
    results = await asyncio.gather(*(ask(one) for _ in range(4)), *(ask(two) for _ in range(4)), return_exceptions=True)
    assert requests(server) == 6, "one probe over both"
    assert sum(isinstance(result, ServiceParkedError) for result in results) == 7
    with pytest.raises(ServiceParkedError):  # the probe failed: open for another minute
        await ask(two)
    clock[0] += 60.0
    await ask(two)
    await asyncio.gather(*(ask(one) for _ in range(4)))
    assert requests(server) == 11


async def test_a_cancelled_probe_gives_its_place_to_the_next(database: Any, lab: Any, rehearse: Any) -> None:
    rehearse(voyage={"outage_calls": [[1, 1]], "outage_status": 500, "base_seconds": 0.5})
    clock = [1000.0]
    breaker = BreakerTable(database, BreakerRules(failures=1), now=lambda: clock[0])
    caller = lab.caller("voyage", retries=0, breaker=breaker)
    with pytest.raises(TransientServiceError):
        await ask(caller)
    clock[0] += 60.0
    probe = asyncio.create_task(ask(caller))
    await asyncio.sleep(0.2)
    with pytest.raises(ServiceParkedError):
        await ask(caller)
    probe.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await probe
    await ask(caller)


async def test_what_we_did_wrong_does_not_open_the_breaker(database: Any, lab: Any, rehearse: Any) -> None:
    rehearse()
    caller = lab.caller("voyage", breaker=BreakerTable(database, BreakerRules(failures=1)))
    for _ in range(3):
        with pytest.raises(PermanentServiceError, match="answered 400"):
            await caller.post("/embeddings", {"model": "m", "input": []}, lambda body: body)
    await ask(caller)


async def test_an_address_where_nobody_listens_is_an_overload_failure(lab: Any, rehearse: Any) -> None:
    rehearse()
    with pytest.raises(TransientServiceError, match="ConnectError") as caught:
        await ask(lab.caller("voyage", endpoint="http://127.0.0.1:9", retries=0))
    assert is_overload(caught.value)


async def test_cost_comes_from_tokens_and_from_gpu_time(lab: Any, rehearse: Any) -> None:
    rehearse(voyage={"base_seconds": 0.3})
    caller = lab.caller("voyage", price=Price(input_per_million=2.0, gpu_hour=3600.0))
    _, paid = await caller.post("/embeddings", TEXTS, lambda body: body)
    assert paid.usage.input_tokens > 0
    assert paid.cost_usd == pytest.approx(paid.usage.input_tokens * 2e-6 + paid.usage.gpu_seconds)
    assert paid.usage.gpu_seconds >= 0.3
    assert lab.account.budget.spent_usd == pytest.approx(lab.figures("voyage").cost_usd)


async def test_requests_that_share_a_gpu_share_its_price() -> None:
    seconds = SharedSeconds()

    async def hold() -> float:
        mark = seconds.start()
        await asyncio.sleep(0.3)
        return seconds.stop(mark)

    shares = await asyncio.gather(*(hold() for _ in range(5)))
    assert sum(shares) == pytest.approx(0.3, abs=0.1)


async def test_calls_that_waited_for_a_slot_hear_that_the_breaker_opened_meanwhile(
    database: Any, lab: Any, rehearse: Any
) -> None:
    server = rehearse(voyage={"statuses": {500: 1.0}})
    gate = asyncio.Semaphore(1)

    @contextlib.asynccontextmanager
    async def slow_gate() -> AsyncIterator[None]:
        async with gate:
            await asyncio.sleep(0.6)
            yield

    breaker = BreakerTable(database, BreakerRules(failures=1))
    caller = lab.caller("voyage", slot=slow_gate, retries=0, breaker=breaker)
    results = await asyncio.gather(*(ask(caller) for _ in range(3)), return_exceptions=True)
    assert requests(server) == 1
    # Any of the three may have had the slot first.
    assert Counter(map(type, results)) == {TransientServiceError: 1, ServiceParkedError: 2}
