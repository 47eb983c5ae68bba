"""Calls to the counting server, over connections that are kept, at little cost of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

BODY = b'{"image": "none"}'


class Client:
    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call(self, label: str, seconds: float, sent: Callable[[], None] = lambda: None) -> None:
        """One call that takes `seconds`; `sent` is called when its request has been sent."""
        await self._request("POST", f"/{label}/{seconds}", BODY, sent)

    async def read_calls(self, label: str) -> list[list[float | None]]:
        calls: list[list[float | None]] = json.loads(await self._request("GET", f"/{label}", b"", lambda: None))
        return calls

    async def _request(self, method: str, path: str, body: bytes, sent: Callable[[], None]) -> bytes:
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        sent()
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        content = await reader.readexactly(length)
        self._idle.append((reader, writer))
        return content

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *error: Any) -> None:
        for _, writer in self._idle:
            writer.close()
