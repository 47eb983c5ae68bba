"""The body of a response on its way to disk: counted, decompressed in bounded steps, hashed, renamed when whole."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import httpx

from tasks.catalog.pages import Frozen
from tasks.clients.errors import PermanentServiceError, TransientServiceError

SERVICE = "web"

_BLOCK_BYTES = 64 * 1024  # a block of a compressed body never unfolds to more than this at once
_WRITE_BYTES = 2**20


class FetchedFile(Frozen):
    """A file as it was fetched; `sha256` and `bytes` are of the decompressed content, which `path` holds."""

    path: Path
    sha256: str
    bytes: int
    content_type: str | None
    final_url: str  # after redirects; may hold secrets: redact before showing
    etag: str | None
    last_modified: str | None
    charset: str | None = None  # as Content-Type names it
    headers: dict[str, str] = {}  # names in lower case


async def receive_file(response: httpx.Response, folder: Path, max_bytes: int) -> FetchedFile:
    """Writes a streamed response to `folder/<sha256>`; errors as `WebClient.fetch_file`, and httpx's own."""
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise PermanentServiceError(SERVICE, f"{response.url} has {declared} bytes, more than {max_bytes}")
    file, part = await asyncio.to_thread(_open_part, folder)
    try:
        with file:
            sha256, size = await _write_body(response, file, max_bytes)
        path = folder / sha256
        await asyncio.to_thread(os.replace, part, path)
    finally:
        _discard(part)
    return FetchedFile(
        path=path,
        sha256=sha256,
        bytes=size,
        content_type=response.headers.get("content-type"),
        final_url=str(response.url),
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
        charset=response.charset_encoding,
        headers=dict(response.headers),
    )


def _open_part(folder: Path) -> tuple[IO[bytes], Path]:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".fetch-", suffix=".part")
    return os.fdopen(handle, "wb"), Path(name)


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)


async def _write_body(response: httpx.Response, file: IO[bytes], max_bytes: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    buffer = bytearray()

    def flush() -> None:
        digest.update(buffer)
        file.write(buffer)
        buffer.clear()

    async for block in _read_blocks(response, max_bytes):
        size += len(block)
        if size > max_bytes:
            raise PermanentServiceError(SERVICE, f"{response.url} has more than {max_bytes} bytes")
        buffer += block
        if len(buffer) >= _WRITE_BYTES:
            await asyncio.to_thread(flush)
    await asyncio.to_thread(flush)
    return digest.hexdigest(), size


async def _read_blocks(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """The body, decompressed in bounded steps (httpx unfolds a whole network block at once)."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise PermanentServiceError(SERVICE, f"{response.url} is encoded as {encoding}, which was not asked for")
    decoder = _Inflater() if encoding.endswith(("gzip", "deflate")) else None
    received = 0
    async for raw in response.aiter_raw(_BLOCK_BYTES):
        received += len(raw)
        if received > max_bytes:
            raise PermanentServiceError(SERVICE, f"{response.url} has more than {max_bytes} bytes")
        if decoder is None:
            yield raw
            continue
        try:
            for block in decoder.inflate(raw):
                yield block
        except zlib.error as error:
            raise TransientServiceError(SERVICE, f"{response.url} sent damaged {encoding} data") from error
    if decoder is not None and not decoder.complete:
        raise TransientServiceError(SERVICE, f"{response.url} sent {encoding} data that ends early")


class _Inflater:
    """gzip (also of several members), zlib or bare deflate, in blocks of at most 64 KiB."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by the header
        self._started = False

    @property
    def complete(self) -> bool:
        return self._engine.eof or not self._started

    def inflate(self, data: bytes) -> Iterator[bytes]:
        block = b""
        while data or len(block) == _BLOCK_BYTES:  # a full block: the engine may hold more without new input
            if self._engine.eof:
                self._engine = zlib.decompressobj(zlib.MAX_WBITS | 32)
            block = self._decompress(data)
            yield block
            ended = self._engine.eof
            # Some servers fill up with zeros behind the end.
            data = self._engine.unused_data.lstrip(b"\0") if ended else self._engine.unconsumed_tail
            block = b"" if ended else block

    def _decompress(self, data: bytes) -> bytes:
        try:
            block = self._engine.decompress(data, _BLOCK_BYTES)
        except zlib.error:
            if self._started:
                raise
            self._engine = zlib.decompressobj(-zlib.MAX_WBITS)
            block = self._engine.decompress(data, _BLOCK_BYTES)
        self._started = True
        return block
