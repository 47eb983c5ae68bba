"""Each profile does what its name says, and the same again with the same seed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import httpx
import pytest
from rehearsal.profiles import PROFILES, SERVICES
from rehearsal.server import RunningServer

CALLS = 60


async def statuses(client: httpx.AsyncClient, count: int = CALLS, path: str = "/voyage/v1/embeddings") -> list[int]:
    """The status of that many different requests, sent one after the other."""
    bodies = [{"model": "voyage-3.5", "input": [f"text {number}"]} for number in range(count)]
    return [(await client.post(path, json=body)).status_code for body in bodies]


def faults(server: RunningServer, service: str) -> dict[str, int]:
    return server.stats()["services"][service]["faults"]


def test_every_profile_covers_every_service() -> None:
    for profile in PROFILES.values():
        assert set(profile) == set(SERVICES)


@pytest.mark.parametrize(
    ("profile", "status"), [("errors-500", 500), ("errors-503", 503), ("overloaded", 529), ("rate-limited", 429)]
)
async def test_error_rates(server: RunningServer, client: httpx.AsyncClient, profile: str, status: int) -> None:
    server.set_profile(profile)
    seen = Counter(await statuses(client))
    assert seen.keys() == {200, status}
    assert 4 <= seen[status] <= 24  # a fifth of 60, and five standard deviations
    reply = await client.post("/voyage/v1/embeddings", json={"model": "voyage-3.5", "input": ["text"]})
    assert server.stats()["services"]["voyage"]["violations"] == 0, reply.text


async def test_the_seed_decides_alone(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("errors-500", seed=5)
    first = await statuses(client)
    retries = await statuses(client)
    server.reset()
    assert await statuses(client) == first
    server.reset()
    bodies = [{"model": "voyage-3.5", "input": [f"text {number}"]} for number in reversed(range(CALLS))]
    cap = asyncio.Semaphore(5)

    async def post(body: dict) -> int:
        async with cap:
            return (await client.post("/voyage/v1/embeddings", json=body)).status_code

    assert list(reversed(await asyncio.gather(*map(post, bodies)))) == first
    assert retries != first
    server.set_profile("errors-500", seed=6)
    server.reset()
    assert await statuses(client) != first


async def test_uncertain_images_are_the_same_ones_each_time(
    server: RunningServer, ask_qwen, read_verdicts, picture
) -> None:
    server.set_profile("fast", services={"qwen": {"uncertain": 0.12}})
    images = [picture(n) for n in range(150)]

    async def doubted(batch: int) -> set[int]:
        found = set()
        for start in range(0, len(images), batch):
            verdicts = read_verdicts(await ask_qwen(images[start : start + batch]))
            found |= {start + each["index"] for each in verdicts if each["confidence"] < 0.6}
        return found

    uncertain = await doubted(15)
    assert 6 <= len(uncertain) <= 36
    assert await doubted(10) == uncertain


async def test_malformed_answers(server: RunningServer, ask_qwen, ask_claude, picture, make_tool) -> None:
    server.set_profile("fast", services={"*": {"malformed": 1.0}})
    for seed in range(6):
        content = (await ask_qwen([picture(seed)])).json()["choices"][0]["message"]["content"]
        with pytest.raises((ValueError, KeyError)):
            json.loads(content)["images"]
        block = (await ask_claude(f"text {seed}", make_tool("record_products", {}))).json()["content"][0]
        assert block["type"] == "text" or not isinstance(block["input"]["products"], list)
    assert faults(server, "qwen")["malformed"] == faults(server, "claude")["malformed"] == 6
    assert server.stats()["services"]["qwen"]["distinct_items"] == 0


async def test_malformed_vectors(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"*": {"malformed": 1.0}})
    for number in range(6):
        body = {"model": "voyage-3.5", "input": ["a", f"{number}"]}
        rows = (await client.post("/voyage/v1/embeddings", json=body)).json()["data"]
        assert len(rows) == 1 or {len(row["embedding"]) for row in rows} == {2}
        vectors = (await client.post("/slig", json={"inputs": {"texts": ["a", f"{number}"]}})).json()["embeddings"]
        assert len(vectors) == 1 or {len(vector) for vector in vectors} == {512}


async def test_fenced_answers_are_right(server: RunningServer, ask_qwen, picture) -> None:
    server.set_profile("fast", services={"qwen": {"fenced": 1.0}})
    content = (await ask_qwen([picture(1)])).json()["choices"][0]["message"]["content"]
    assert json.loads(content.removeprefix("```json\n").removesuffix("\n```"))["images"]


async def test_truncated_answers(server: RunningServer, ask_qwen, ask_claude, picture, make_tool) -> None:
    server.set_profile("fast", services={"*": {"truncated": 1.0}})
    choice = (await ask_qwen([picture(1)])).json()["choices"][0]
    assert choice["finish_reason"] == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(choice["message"]["content"])
    form = make_tool("record_products", {"name": {"type": "string"}})
    reply = (await ask_claude("Chair ST-0011\nTable ST-0012\nLamp ST-0013", form)).json()
    assert reply["stop_reason"] == "max_tokens"
    assert len(reply["content"][0]["input"]["products"]) == 1


async def test_cut_connections(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"*": {"cut": 1.0}})
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("/plain", json={})
    assert server.stats()["services"]["plain"]["paid"] == 0


async def test_missing_indices_and_wrong_labels(server: RunningServer, ask_qwen, read_verdicts, picture) -> None:
    images = [picture(n) for n in range(15)]
    server.set_profile("missing")
    given = [len(read_verdicts(await ask_qwen([*images, picture(20 + n)]))) for n in range(4)]
    assert 4 * 16 - sum(given) == faults(server, "qwen")["missing"] > 0
    server.set_profile("wrong-labels")
    labels = [each["classification"] for each in read_verdicts(await ask_qwen(images))]
    assert any(not label.isupper() for label in labels)
    assert any(label.isupper() for label in labels)


async def test_inventions(server: RunningServer, ask_claude, make_tool) -> None:
    server.set_profile("inventions")
    pages = {"type": "array", "items": {"type": "integer"}}
    form = make_tool("record_products", {"name": {"type": "string"}, "pages": pages})
    products = (await ask_claude("[page 2]\nChair ST-0011", form)).json()["content"][0]["input"]["products"]
    assert products[0] == {"name": "Chair", "pages": [2]}
    assert [each["name"] for each in products[1:]] == ["", "Phantom Deluxe"]
    assert products[2]["pages"] == [9999]
    assert "warranty_years" in products[2]


async def test_too_many_images_and_too_large_bodies(server: RunningServer, ask_qwen, picture) -> None:
    server.set_profile("few-images")
    refused = await ask_qwen([picture(n) for n in range(5)])
    assert refused.status_code == 400
    assert "At most 4 image(s)" in refused.json()["error"]["message"]
    assert (await ask_qwen([picture(n) for n in range(4)])).status_code == 200
    server.set_profile("small-bodies")
    assert (await ask_qwen([picture(1)])).status_code == 200
    assert (await ask_qwen([picture(n, form="BMP", side=400) for n in range(3)])).status_code == 413


async def test_outages_by_calls_and_by_time(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("outage-calls")
    assert await statuses(client, 12) == [200] * 2 + [503] * 8 + [200] * 2
    server.set_profile("fast", services={"plain": {"outage_seconds": [[0.0, 1.0]], "outage_status": 500}})
    assert (await client.post("/plain", json={})).status_code == 500
    await asyncio.sleep(1.1)
    assert (await client.post("/plain", json={})).status_code == 200


async def test_a_cold_endpoint_is_woken_by_the_first_who_asks(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("fast", services={"slig": {"cold_seconds": 1.0}})
    await asyncio.sleep(1)  # nobody has asked yet, so it sleeps on
    cold = await client.post("/slig", json={"inputs": {"texts": ["a"]}})
    assert cold.status_code == 503
    assert 0 < cold.json()["estimated_time"] <= 1
    assert "loading" in cold.json()["error"]
    assert (await client.get("/slig/health")).status_code == 503
    await asyncio.sleep(1.1)
    assert (await client.get("/slig/health")).status_code == 200
    assert (await client.post("/slig", json={"inputs": {"texts": ["a"]}})).status_code == 200


async def test_accounts_that_do_not_pay(server: RunningServer, client: httpx.AsyncClient, ask_claude) -> None:
    server.set_profile("no-credits")
    claude = await ask_claude("text")
    assert claude.status_code == 400
    assert "credit balance is too low" in claude.json()["error"]["message"]
    openai = await client.post("/openai/v1/embeddings", json={"model": "m", "input": "a"})
    assert (openai.status_code, openai.json()["error"]["code"]) == (429, "insufficient_quota")
    assert (await client.post("/slig", json={"inputs": {"texts": ["a"]}})).status_code == 402
    server.set_profile("bad-key")
    assert (await ask_claude("text")).status_code == 401


async def test_production_has_its_latencies_and_caps(server: RunningServer, ask_claude, client) -> None:
    server.set_profile("production")
    replies = await asyncio.gather(*(ask_claude(f"text {number}") for number in range(3)))
    assert sorted(reply.status_code for reply in replies) == [200, 200, 429]
    busy = server.stats()["services"]["claude"]["busy_seconds"]
    assert 6 <= busy < 7  # two calls of 2 s and 1 s for the one item
    qwen = PROFILES["production"]["qwen"]
    assert (qwen.at_once, qwen.windows, qwen.base_seconds, qwen.item_seconds) == (5, ((10, 60.0),), 3.0, 0.5)


async def test_everything_goes_wrong_but_not_always(server: RunningServer, client: httpx.AsyncClient) -> None:
    server.set_profile("everything-goes-wrong", services={"*": {"base_seconds": 0.0, "cold_seconds": 0.0, "hang": 0}})
    seen: Counter[object] = Counter()
    for number in range(120):
        try:
            body = {"model": "voyage-3.5", "input": [f"text {number}"]}
            seen[(await client.post("/voyage/v1/embeddings", json=body)).status_code] += 1
        except httpx.RemoteProtocolError:
            seen["cut"] += 1
    assert {200, 500, 503, 529, "cut"} <= seen.keys()
    assert seen[200] > 60
