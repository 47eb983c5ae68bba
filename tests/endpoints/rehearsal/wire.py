"""Reading and sending over ASGI, where the moments matter: a body's last byte, an answer's last byte, a gone client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple, TypeVar

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Result = TypeVar("Result")

_SMALL_BYTES = 8192  # gone through in under a millisecond


class Reply(NamedTuple):
    """What goes back, all of it or half where the connection is to be cut; and what was paid for with it."""

    status: int
    body: bytes
    retry_after: int | None = None  # seconds
    cut: bool = False
    items: tuple[str, ...] = ()  # hashes of the images or texts that got a right answer
    whole: bool = False  # all that was asked for


async def read_body(receive: Receive) -> bytes | None:
    """The request's body at its last byte; None when the client went before."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def work_on(body: bytes, function: Callable[..., Result], *arguments: Any) -> Result:
    """Call what goes through that body: in a thread, or here where that is quicker than changing threads."""
    if len(body) <= _SMALL_BYTES:
        return function(*arguments)
    return await asyncio.to_thread(function, *arguments)


async def wait_gone(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_reply(send: Send, reply: Reply) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(reply.body)).encode())]
    if reply.retry_after is not None:
        headers.append((b"retry-after", str(reply.retry_after).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.cut:  # the server closes the connection of an application that ends early
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": reply.body})
