"""The rehearsal server in a process of its own, and requests to each of its services."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from rehearsal.server import RunningServer, start_server

HEADERS = {"Authorization": "Bearer key", "x-api-key": "key", "anthropic-version": "2023-06-01"}


@pytest.fixture(scope="session")
def _running() -> Iterator[RunningServer]:
    with start_server() as server:
        yield server


@pytest.fixture
def server(_running: RunningServer) -> RunningServer:
    """The server with no faults, no latency and empty counters."""
    _running.set_profile("fast", seed=1)
    _running.reset()
    return _running


@pytest.fixture
async def client(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=server.url, headers=HEADERS, limits=limits, timeout=30) as opened:
        yield opened


def make_image(seed: int = 0, *, form: str = "JPEG", side: int = 120, color: str | None = None) -> bytes:
    """A picture of soft blots, different for each seed; or of one colour."""
    if color:
        image = Image.new("RGB", (side, side), color)
    else:
        cells = np.random.default_rng(seed).integers(40, 220, (5, 5, 3)).astype("uint8")
        image = Image.fromarray(cells).resize((side, side), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


@pytest.fixture
def picture() -> Callable[..., bytes]:
    return make_image


def chat_request(images: Sequence[bytes], **more: Any) -> dict[str, Any]:
    """The body of a chat request about images, each after a line with its index."""
    parts: list[dict[str, Any]] = []
    for index, image in enumerate(images):
        url = f"data:image/jpeg;base64,{base64.b64encode(image).decode()}"
        parts += [{"type": "text", "text": f"Image {index}:"}, {"type": "image_url", "image_url": {"url": url}}]
    return {"model": "qwen3-vl", "messages": [{"role": "user", "content": parts}], **more}


@pytest.fixture
def ask_qwen(client: httpx.AsyncClient) -> Callable[..., Any]:
    async def ask(images: Sequence[bytes], **more: Any) -> httpx.Response:
        return await client.post("/qwen/v1/chat/completions", json=chat_request(images, **more))

    return ask


def tool(name: str, properties: dict[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    """A Claude tool with a list of objects called as the form says: `images` or `products`."""
    items = {"type": "object", "properties": properties, "required": list(required)}
    schema = {"type": "object", "properties": {"images" if "image" in name else "products": {
        "type": "array", "items": items}}, "required": []}  # fmt: skip
    return {"name": name, "input_schema": schema}


@pytest.fixture
def ask_claude(client: httpx.AsyncClient) -> Callable[..., Any]:
    async def ask(content: Any, form: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        forced = {"tools": [form], "tool_choice": {"type": "tool", "name": form["name"]}} if form else {}
        body = {"model": "claude", "max_tokens": 8000, "messages": [{"role": "user", "content": content}], **forced}
        return await client.post("/claude/v1/messages", json={**body, **more})

    return ask


@pytest.fixture
def image_block() -> Callable[..., dict[str, Any]]:
    def block(data: bytes, media_type: str = "image/jpeg") -> dict[str, Any]:
        source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
        return {"type": "image", "source": source}

    return block


@pytest.fixture
def make_tool() -> Callable[..., dict[str, Any]]:
    return tool


@pytest.fixture
def read_verdicts() -> Callable[[httpx.Response], list[dict[str, Any]]]:
    """The list inside a chat answer."""

    def read(response: httpx.Response) -> list[dict[str, Any]]:
        assert response.status_code == 200, response.text
        content = response.json()["choices"][0]["message"]["content"]
        return list(json.loads(content)["images"])

    return read
