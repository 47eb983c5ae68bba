"""An HTTP server that misbehaves on purpose, on 127.0.0.1 and a free port, which it prints.

Raw sockets, because a web framework would correct half of it. Paths:
  /file                          a small file with validators
  /disk/NAME?path=P[&id=X&failures=N]    the file at P, after N refusals with 503 for this id
  /sized?bytes=N                 N bytes with a true Content-Length
  /endless                       bytes without end, no Content-Length
  /slow                          one byte each 0.2 s, for ever
  /silent                        headers never come
  /short                         promises 1000 bytes, sends 10
  /bomb?megabytes=N              that many zeros, gzip-encoded
  /encoded?how=gzip|members|deflate|raw-deflate|torn|damaged|br    the small file in that encoding
  /redirect?to=URL[&status=N]    a redirect to URL
  /nowhere                       a redirect without Location
  /loop                          a redirect to itself
  /hops?left=N                   N redirects, then the small file
  /door                          redirects to itself with a cookie, and gives the file to who has it
  /cookies                       the Cookie header it was sent, as the body
  /status?code=N                 that status
  /flaky?id=X&failures=N[&status=S][&retry_after=T]    fails N times for this id, then the file with the number of calls
  /calls?id=X                    how often /flaky was called for this id
  /picture/NAME?path=P           the file at P, counted; 304 where the request has its validator. More of it:
      &etag=E &modified=D &cache=C &type=T   headers of the answer; etag=auto follows the bytes
      &delay=S                               seconds until it begins
      &cut=N                                 the first N bytes only, as if they were all
      &failures=N &status=S &retry_after=T   the first N requests for NAME fail so
  /counts[?reset=1]              JSON of /picture: {requests: {NAME: n}, not_modified, most_at_once, accept}
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import sys
import zlib
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FILE = b"%PDF-1.7 a small file\n" * 20
CALLS: Counter[str] = Counter()

PICTURES: Counter[str] = Counter()  # requests by name
SEEN: dict[str, object] = {}
AT_ONCE = [0, 0]  # now, and the most

Reply = tuple[int, dict[str, str], bytes]


def encode(how: str) -> tuple[str, bytes]:
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    half = len(FILE) // 2
    return {
        "gzip": ("gzip", gzip.compress(FILE)),
        "members": ("gzip", gzip.compress(FILE[:half]) + gzip.compress(FILE[half:]) + b"\0" * 50),
        "deflate": ("deflate", zlib.compress(FILE)),
        "raw-deflate": ("deflate", bare.compress(FILE) + bare.flush()),
        "torn": ("gzip", gzip.compress(FILE)[:-12]),
        "damaged": ("gzip", b"\x1f\x8b\x08\x00 this is no gzip"),
        "br": ("br", b"\x0b\x02\x80abc\x03"),
    }[how]


def answer(path: str, query: dict[str, str], headers: dict[str, str]) -> Reply | None:
    """Status, headers and body; None for the paths that need the connection itself."""
    if path == "/file":
        return 200, {"ETag": '"v1"', "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}, FILE
    if path.startswith("/disk/"):
        CALLS[query.get("id", "")] += 1
        if CALLS[query.get("id", "")] <= int(query.get("failures", "0")):
            return 503, {"Retry-After": "0"}, b""
        return 200, {}, Path(query["path"]).read_bytes()
    if path == "/sized":
        return 200, {}, b"x" * int(query["bytes"])
    if path == "/encoded":
        name, body = encode(query["how"])
        return 200, {"Content-Encoding": name}, body
    if path == "/bomb":
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(int(query["megabytes"]) * 2**20))
    if path == "/cookies":
        return 200, {"Set-Cookie": "seen=1"}, headers.get("cookie", "none").encode()
    if path == "/status":
        return int(query["code"]), {}, b""
    return answer_redirect(path, query, headers) or answer_flaky(path, query)


def answer_redirect(path: str, query: dict[str, str], headers: dict[str, str]) -> Reply | None:
    if path == "/redirect":
        return int(query.get("status", "302")), {"Location": query["to"]}, b""
    if path == "/nowhere":
        return 302, {}, b""
    if path == "/loop":
        return 302, {"Location": "/loop"}, b""
    if path == "/hops":
        left = int(query["left"])
        return 302, {"Location": f"/hops?left={left - 1}" if left > 1 else "/file"}, b""
    if path == "/door":
        if "ticket=1" in headers.get("cookie", ""):
            return 200, {}, FILE
        return 302, {"Location": "/door", "Set-Cookie": "ticket=1; Path=/"}, b""
    return None


def answer_flaky(path: str, query: dict[str, str]) -> Reply | None:
    if path == "/flaky":
        CALLS[query["id"]] += 1
        if CALLS[query["id"]] > int(query["failures"]):
            return 200, {}, str(CALLS[query["id"]]).encode()
        wait = {"Retry-After": query["retry_after"]} if "retry_after" in query else {}
        return int(query.get("status", "500")), wait, b""
    if path == "/calls":
        return 200, {}, str(CALLS[query["id"]]).encode()
    return None


async def send_picture(name: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
    PICTURES[name] += 1
    AT_ONCE[0] += 1
    AT_ONCE[1] = max(AT_ONCE)
    SEEN["accept"] = headers.get("accept")
    try:
        await asyncio.sleep(float(query.get("delay", "0")))
        if PICTURES[name] <= int(query.get("failures", "0")):
            wait = {"Retry-After": query["retry_after"]} if "retry_after" in query else {}
            return int(query.get("status", "503")), wait, b""
        body = await asyncio.to_thread(Path(query["path"]).read_bytes)
        names = {"etag": "ETag", "modified": "Last-Modified", "cache": "Cache-Control", "type": "Content-Type"}
        said = {names[key]: value for key, value in query.items() if key in names}
        if said.get("ETag") == "auto":
            said["ETag"] = f'"{hashlib.sha1(body).hexdigest()[:11]}"'
        asked = headers.get("if-none-match"), headers.get("if-modified-since")
        if any(asked) and asked == (said.get("ETag"), said.get("Last-Modified")):
            SEEN["not_modified"] = int(str(SEEN.get("not_modified", 0))) + 1
            return 304, said, b""
        return 200, said, body[: int(query.get("cut", len(body)))]
    finally:
        AT_ONCE[0] -= 1


def count(query: dict[str, str]) -> Reply:
    said = {"requests": PICTURES, "most_at_once": AT_ONCE[1], "not_modified": 0, **SEEN}
    body = json.dumps(said).encode()
    if "reset" in query:
        PICTURES.clear()
        SEEN.clear()
        AT_ONCE[1] = 0
    return 200, {}, body


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        target = urlsplit(first.split(" ")[1])
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
        if target.path.startswith("/picture/"):
            reply = await send_picture(target.path.removeprefix("/picture/"), query, headers)
        else:
            reply = count(query) if target.path == "/counts" else answer(target.path, query, headers)
        if reply is None:
            await misbehave(target.path, writer)
        else:
            status, extra, body = reply
            head = {"Content-Length": str(len(body)), "Content-Type": "application/pdf", "Connection": "close", **extra}
            writer.write(f"HTTP/1.1 {status} Said So\r\n".encode())
            writer.write("".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + b"\r\n" + body)
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # the client hung up, as it should
    finally:
        writer.close()


async def misbehave(path: str, writer: asyncio.StreamWriter) -> None:
    if path == "/silent":
        await asyncio.sleep(3600)
    if path == "/short":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n0123456789")
        return
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while path == "/endless":
        writer.write(b"x" * 65536)
        await writer.drain()
    while path == "/slow":
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.2)


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # The parent holds our stdin open; when it is gone, so are we.
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
