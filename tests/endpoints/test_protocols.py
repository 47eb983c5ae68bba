"""Requests and answers have the shapes of the real services."""

from __future__ import annotations

import base64
import json
import math
import struct

import httpx
import numpy as np
import pytest
from rehearsal.server import RunningServer

from tasks.catalog.image_analysis import IMAGE_CLASSES, ImageAnalysis

PROMPT = """List the products. <document-00112233aabbccdd>
[page 4]
Terra side table
KM-3520   60 x 45 cm   oak, brushed
€ 420,00
[page 7]
Lumen pendant lamp LP20.114  brass
KM-3520 again
</document-00112233aabbccdd>"""
PRODUCT = {
    "name": {"type": "string"},
    "sku": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "pages": {"type": "array", "items": {"type": "integer"}},
    "brand": {"anyOf": [{"type": "string"}, {"type": "null"}]},
}


async def test_qwen_gives_one_verdict_per_image(ask_qwen, read_verdicts, picture) -> None:
    reply = await ask_qwen([picture(n) for n in range(5)])
    verdicts = read_verdicts(reply)
    assert [verdict["index"] for verdict in verdicts] == [0, 1, 2, 3, 4]
    for verdict in verdicts:
        assert verdict["classification"] in IMAGE_CLASSES
        assert 0.6 <= verdict["confidence"] <= 1
        assert ImageAnalysis.model_validate(verdict["analysis"]).colors
    body = reply.json()
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["finish_reason"] == "stop"
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 50


async def test_verdicts_derive_from_the_image(ask_qwen, read_verdicts, picture) -> None:
    one, two = picture(1), picture(2)
    forward = read_verdicts(await ask_qwen([one, two, picture(color="red")]))
    backward = read_verdicts(await ask_qwen([two, one]))
    for this, that in ((0, 1), (1, 0)):
        assert {**forward[this], "index": that} == backward[that]
    assert forward[0]["analysis"] != forward[1]["analysis"]
    assert forward[2]["analysis"]["colors"] == ["red"]


async def test_indices_follow_the_prompt_or_the_order(client: httpx.AsyncClient, picture) -> None:
    urls = [f"data:image/jpeg;base64,{base64.b64encode(picture(n)).decode()}" for n in range(2)]
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    for content, indices in [
        ([{"type": "text", "text": "Image 7:"}, images[0], {"type": "text", "text": "Image #3"}, images[1]], [7, 3]),
        ([{"type": "text", "text": "Label all 2 images, index 0 to 1."}, *images], [0, 1]),
    ]:
        body = {"model": "q", "messages": [{"role": "user", "content": content}]}
        reply = await client.post("/qwen/v1/chat/completions", json=body)
        answer = json.loads(reply.json()["choices"][0]["message"]["content"])
        assert [verdict["index"] for verdict in answer["images"]] == indices


async def test_an_answer_longer_than_max_tokens_is_cut(ask_qwen, picture) -> None:
    choice = (await ask_qwen([picture(1)], max_tokens=20)).json()["choices"][0]
    assert choice["finish_reason"] == "length"
    assert len(choice["message"]["content"]) == 80


@pytest.mark.parametrize("service", ["qwen", "openai"])
async def test_the_asked_for_schema_is_kept(client: httpx.AsyncClient, service: str) -> None:
    schema = {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/$defs/Product"}}},
              "required": ["items"], "$defs": {"Product": {"type": "object", "properties": PRODUCT,
              "required": list(PRODUCT), "additionalProperties": False}}}  # fmt: skip
    form = {"type": "json_schema", "json_schema": {"name": "products", "schema": schema, "strict": True}}
    body = {"model": "m", "messages": [{"role": "user", "content": PROMPT}], "response_format": form}
    reply = await client.post(f"/{service}/v1/chat/completions", json=body)
    answer = json.loads(reply.json()["choices"][0]["message"]["content"])
    assert answer == {"items": [
        {"name": "Terra side table", "sku": "KM-3520", "pages": [4, 7], "brand": None},
        {"name": "Lumen pendant lamp", "sku": "LP20.114", "pages": [7], "brand": None},
    ]}  # fmt: skip


async def test_claude_answers_by_the_forced_tool(ask_claude, make_tool, image_block, picture) -> None:
    form = make_tool("record_image_labels", {"index": {"type": "integer"}, "classification": {"type": "string"}})
    content = [{"type": "text", "text": "Image 0:"}, image_block(picture(1)), image_block(picture(2))]
    reply = (await ask_claude(content, form)).json()
    assert (reply["type"], reply["role"], reply["stop_reason"]) == ("message", "assistant", "tool_use")
    block = reply["content"][0]
    assert (block["type"], block["name"]) == ("tool_use", "record_image_labels")
    assert [set(each) for each in block["input"]["images"]] == [{"index", "classification"}] * 2
    assert {each["index"] for each in block["input"]["images"]} == {0, 1}
    assert reply["usage"]["input_tokens"] > 0 < reply["usage"]["output_tokens"]


async def test_claude_reads_products_and_their_details(ask_claude, make_tool) -> None:
    reply = (await ask_claude(PROMPT, make_tool("record_products", PRODUCT, ["name", "pages"]))).json()
    products = reply["content"][0]["input"]["products"]
    assert [(each["name"], each["pages"]) for each in products] == [
        ("Terra side table", [4, 7]),
        ("Lumen pendant lamp", [7]),
    ]
    fields = {name: {"type": ["string", "null"]} for name in ("name", "dimensions", "finish", "material", "warranty")}
    form = {"name": "record_product_details", "input_schema": {"type": "object", "properties": fields, "required": []}}
    details = (await ask_claude(f"The product: Terra side table (KM-3520). {PROMPT}", form)).json()["content"][0]
    assert details["input"] == {
        "name": "Terra side table", "dimensions": "60 x 45 cm", "finish": "brushed", "material": "oak",
    }  # fmt: skip
    details = (await ask_claude(f"The product: Lumen pendant lamp. {PROMPT}", form)).json()["content"][0]
    assert details["input"]["material"] == "brass"


async def test_claude_refuses_what_the_real_one_refuses(
    client: httpx.AsyncClient, ask_claude, image_block, picture
) -> None:
    wrong_type = await ask_claude([image_block(picture(form="PNG"), "image/jpeg")])
    assert wrong_type.status_code == 400
    assert "appears to be a image/png" in wrong_type.json()["error"]["message"]
    broken = await ask_claude([image_block(b"no image")])
    assert broken.json() == {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "Could not process image"},
    }
    many = [image_block(picture(n, side=2001 if n == 0 else 20)) for n in range(21)]
    assert "2000 pixels" in (await ask_claude(many)).json()["error"]["message"]
    assert (await ask_claude(many[:20])).status_code == 200
    bare = httpx.Headers({"x-api-key": "key"})
    async with httpx.AsyncClient(base_url=client.base_url, headers=bare) as other:
        reply = await other.post("/claude/v1/messages", json={"model": "c", "max_tokens": 1, "messages": []})
    assert "anthropic-version" in reply.json()["error"]["message"]


async def test_slig_vectors_are_of_unit_length_and_near_for_near_images(client: httpx.AsyncClient, picture) -> None:
    images = [picture(1), picture(1, form="PNG", side=300), picture(2), picture(color="red")]
    coded = [base64.b64encode(image).decode() for image in images]
    reply = await client.post("/slig", json={"inputs": {"images": coded}, "parameters": {}})
    texts = await client.post("/slig", json={"inputs": {"texts": ["a red chair", "oak grain"]}})
    vectors = reply.json()["embeddings"] + texts.json()["embeddings"]
    assert [len(vector) for vector in vectors] == [768] * 6
    for vector in vectors:
        assert math.isclose(math.hypot(*vector), 1, abs_tol=1e-5)
    same, other = np.dot(vectors[0], vectors[1]), np.dot(vectors[0], vectors[2])
    assert same > 0.99 > 0.9 > other
    assert np.dot(vectors[3], vectors[4]) > np.dot(vectors[3], vectors[5]) + 0.2


async def test_voyage_embeds_texts(client: httpx.AsyncClient) -> None:
    body = {"input": ["oak table", "oak tables", "glass lamp"], "model": "voyage-3.5", "input_type": "document"}
    reply = (await client.post("/voyage/v1/embeddings", json={**body, "output_dimension": 1024})).json()
    assert (reply["object"], reply["model"], [row["index"] for row in reply["data"]]) == (
        "list", "voyage-3.5", [0, 1, 2],
    )  # fmt: skip
    first, second, third = (row["embedding"] for row in reply["data"])
    assert len(first) == 1024
    assert np.dot(first, second) > np.dot(first, third) + 0.3
    assert reply["usage"] == {"total_tokens": 9}
    for wrong in ({"output_dimension": 1000}, {"input": [""]}, {"input_type": "passage"}, {"input": ["a"] * 1001}):
        refused = await client.post("/voyage/v1/embeddings", json={**body, **wrong})
        assert refused.status_code == 400
        assert refused.json()["detail"]


async def test_openai_embeds_in_base64_too(client: httpx.AsyncClient) -> None:
    body = {"input": "oak", "model": "text-embedding-3-small", "dimensions": 512}
    plain = (await client.post("/openai/v1/embeddings", json=body)).json()["data"][0]["embedding"]
    coded = (await client.post("/openai/v1/embeddings", json={**body, "encoding_format": "base64"})).json()
    assert list(struct.unpack("<512f", base64.b64decode(coded["data"][0]["embedding"]))) == pytest.approx(plain)


async def test_uploads_are_kept_once(server: RunningServer, client: httpx.AsyncClient) -> None:
    path = "/storage/v1/object/images/a/b.jpg"
    first = await client.post(path, content=b"one")
    assert first.json()["Key"] == "images/a/b.jpg"
    again = await client.post(path, content=b"two")
    assert (again.status_code, again.json()["statusCode"]) == (400, "409")
    assert (await client.post(path, content=b"two", headers={"x-upsert": "true"})).status_code == 200
    assert (await client.put(path, content=b"two")).status_code == 200
    for _ in range(2):  # as Supabase's own client sends it: a form with another boundary each time
        await client.put(path, files={"file": ("b.jpg", b"three", "image/jpeg")})
    seen = server.stats()["services"]["uploads"]
    assert (seen["requests"], seen["paid"], seen["items_paid_twice"]) == (6, 5, 2)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/qwen/v1/chat/completions", lambda body: body["error"]),
        ("/claude/v1/messages", lambda body: body["error"]["type"]),
        ("/openai/v1/embeddings", lambda body: body["error"]["message"]),
        ("/voyage/v1/embeddings", lambda body: body["detail"]),
        ("/slig", lambda body: body["error"]),
        ("/storage/v1/object/a/b", lambda body: body["message"]),
    ],
)
async def test_a_key_is_needed_and_errors_have_the_service_s_shape(server: RunningServer, path: str, words) -> None:
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        reply = await nobody.post(path, json={})
    assert reply.status_code == 401
    assert isinstance(words(reply.json()), str)


@pytest.mark.parametrize("path", ["/qwen/v1/chat/completions", "/claude/v1/messages", "/voyage/v1/embeddings", "/slig"])
@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"model":"m","messages":[3],"max_tokens":1,"inputs":3}'])
async def test_nonsense_is_a_400(client: httpx.AsyncClient, path: str, body: bytes) -> None:
    assert (await client.post(path, content=body)).status_code == 400
