"""The counters are exact, because caps are proved by them."""

from __future__ import annotations

import asyncio
import urllib.error

import httpx
import pytest
from rehearsal.server import RunningServer, start_server
from rehearsal.state import largest_window


def counters(server: RunningServer, service: str = "plain", **options: bool) -> dict:
    return server.stats(**options)["services"][service]


async def post_all(client: httpx.AsyncClient, count: int) -> list[int]:
    """That many different requests at once; their statuses."""
    replies = await asyncio.gather(*(client.post("/plain", json={"n": number}) for number in range(count)))
    return [reply.status_code for reply in replies]


@pytest.mark.parametrize(
    ("arrivals", "seconds", "largest"),
    [([], 1, 0), ([0.0], 1, 1), ([0.0, 0.5, 1.0], 1, 2), ([0.0, 0.9, 0.95, 1.7, 1.8, 5.0], 1, 4), ([0, 1, 2], 3, 3)],
)
def test_largest_window_counts_half_open_windows(arrivals: list[float], seconds: float, largest: int) -> None:
    assert largest_window(arrivals, seconds) == largest


async def test_requests_in_flight_are_counted_to_the_last_byte(
    server: RunningServer, client: httpx.AsyncClient
) -> None:
    server.set_profile("fast", services={"plain": {"base_seconds": 0.5}})
    assert await post_all(client, 7) == [200] * 7
    seen = counters(server)
    assert (seen["requests"], seen["max_in_flight"], seen["in_flight"], seen["paid"]) == (7, 7, 0, 7)
    # Seven of half a second each, whatever the time between them.
    assert 3.5 <= seen["busy_seconds"] < 5
    server.reset()
    for number in range(4):
        await client.post("/plain", json={"n": number})
    assert counters(server)["max_in_flight"] == 1


async def test_a_request_is_not_in_flight_before_its_last_byte(server: RunningServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabc")
    await writer.drain()
    await asyncio.sleep(0.2)
    assert counters(server)["requests"] == 0
    writer.write(b"d")
    assert b"200 OK" in await reader.read()
    assert counters(server)["requests"] == 1
    writer.close()


async def test_more_at_once_than_the_cap_is_refused_and_counted(
    server: RunningServer, client: httpx.AsyncClient
) -> None:
    server.set_profile("fast", services={"plain": {"base_seconds": 0.5, "at_once": 5, "retry_after": 3}})
    replies = await asyncio.gather(*(client.post("/plain", json={"n": n}) for n in range(8)))
    refused = [reply for reply in replies if reply.status_code == 429]
    assert len(refused) == 3
    assert {reply.headers["retry-after"] for reply in refused} == {"3"}
    seen = counters(server)
    assert (seen["violations"], seen["max_in_flight"], seen["paid"]) == (3, 6, 5)
    assert seen["statuses"] == {"200": 5, "429": 3}


async def test_exactly_the_cap_is_no_violation(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"plain": {"base_seconds": 0.2, "at_once": 5}})
    assert await post_all(client, 5) == [200] * 5
    # The slot is free as soon as the caller has its answer.
    for number in range(5):
        await post_all(client, 5)
        assert counters(server)["violations"] == 0, number


async def test_a_rolling_window_is_held(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"plain": {"windows": [[4, 2.0]]}})
    first = [(await client.post("/plain", json={"n": n})).status_code for n in range(4)]
    late = await client.post("/plain", json={"n": 5})
    assert (first, late.status_code) == ([200] * 4, 429)
    assert late.headers["retry-after"] == "2"
    await asyncio.sleep(2)
    assert await post_all(client, 4) == [200] * 4
    seen = counters(server, arrivals=True)
    assert (seen["violations"], seen["max_per_window"]["2"]) == (1, 5)
    assert len(seen["arrivals"]) == 9
    assert seen["arrivals"] == sorted(seen["arrivals"])


async def test_a_client_that_goes_is_no_longer_in_flight(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"plain": {"hang": 1.0}})
    with pytest.raises(httpx.ReadTimeout):
        await client.post("/plain", json={}, timeout=0.3)
    await asyncio.sleep(0.2)
    seen = counters(server)
    assert (seen["in_flight"], seen["abandoned"], seen["paid"], seen["faults"]) == (0, 1, 0, {"hang": 1})


async def test_paying_twice_is_seen(server: RunningServer, client: httpx.AsyncClient, ask_qwen, picture) -> None:
    one, two, three = picture(1), picture(2), picture(3)
    await ask_qwen([one, two])
    await ask_qwen([two, three])
    seen = counters(server, "qwen")
    assert (seen["paid"], seen["paid_twice"], seen["items"], seen["distinct_items"]) == (2, 0, 4, 3)
    assert (seen["items_paid_twice"], seen["max_items"]) == (1, 2)
    await ask_qwen([two, three])
    seen = counters(server, "qwen")
    assert (seen["paid_twice"], seen["items_paid_twice"]) == (1, 3)


async def test_a_fence_drawn_anew_makes_no_other_request(server: RunningServer, ask_claude) -> None:
    for tag in ("document-0123456789abcdef", "document-fedcba9876543210"):
        await ask_claude(f"Read. <{tag}>\n[page 1]\nChair ST-0011\n</{tag}>")
    seen = counters(server, "claude")
    assert (seen["distinct_requests"], seen["paid_twice"], seen["items_paid_twice"]) == (1, 1, 1)


async def test_a_spoiled_answer_may_be_asked_for_again(
    server: RunningServer, client: httpx.AsyncClient, ask_qwen, picture
) -> None:
    server.set_profile("fast", services={"qwen": {"truncated": 1.0}})
    await ask_qwen([picture(1)])
    server.set_profile("fast")
    await ask_qwen([picture(1)])
    seen = counters(server, "qwen")
    assert (seen["requests"], seen["paid"], seen["paid_twice"], seen["items_paid_twice"]) == (2, 1, 0, 0)


async def test_who_does_not_wait_is_seen(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"plain": {"statuses": {429: 1.0}}})
    await client.post("/plain", json={})
    await client.post("/plain", json={})
    server.set_profile("fast")
    await asyncio.sleep(1)
    await client.post("/plain", json={})
    seen = counters(server)
    assert (seen["impatient"], seen["violations"]) == (1, 0)


async def test_it_runs_in_a_thread_too() -> None:
    with start_server(services={"plain": {"base_seconds": 0.2}}, in_thread=True) as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert await post_all(client, 3) == [200] * 3
        assert counters(server)["max_in_flight"] == 3
    with pytest.raises(urllib.error.URLError):
        server.stats()


def test_wrong_profiles_are_named(server: RunningServer) -> None:
    with pytest.raises(ValueError, match="no profile 'slow'"):
        server.set_profile("slow")
    with pytest.raises(ValueError, match="no such behaviour: speed"):
        server.set_profile("fast", services={"qwen": {"speed": 3}})
    with pytest.raises(ValueError, match="no service 'gemini'"):
        server.set_profile("fast", services={"gemini": {}})
