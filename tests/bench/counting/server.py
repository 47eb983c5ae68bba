"""A service that counts: `python server.py` prints its port, and answers until its input ends.

`POST /LABEL/SECONDS` is answered after that time. A call is in flight from its last byte received until just before its
answer is sent. `GET /LABEL` returns the calls of a label as `[arrived, ended]`, by CLOCK_MONOTONIC, which all processes
of a machine share; `ended` is null while it runs.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict

calls: dict[str, list[list[float | None]]] = defaultdict(list)


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            line, *headers = head.decode().split("\r\n")
            length = next((int(h[15:]) for h in headers if h.lower().startswith("content-length:")), 0)
            if length:
                await reader.readexactly(length)
            writer.write(await answer(*line.split()[:2]))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def answer(method: str, path: str) -> bytes:
    """The whole answer; a POST's is held back for its time."""
    label, _, seconds = path.strip("/").partition("/")
    body = b"{}"
    if method == "GET":
        body = json.dumps(calls[label]).encode()
    else:
        call: list[float | None] = [time.monotonic(), None]
        calls[label].append(call)
        await asyncio.sleep(float(seconds))
        call[1] = time.monotonic()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def main() -> None:
    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
