"""A feed's file as a stream of UTF-8 bytes: decompressed within bounds, decoded strictly, garbage in front left out."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tasks.catalog.feeds.encodings import GZIP_MAGIC, TextForm, detect_form, is_utf8
from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.prolog import check_prolog

HEAD_BYTES = 256 * 1024  # what is looked at to tell encoding, root and profile
CHUNK_BYTES = 64 * 1024  # 32 to 64 kB are the fastest, measured on a 47 MB feed: its tree stays in the cache
_DEFLATE_MARK = 31  # zlib's way of asking for gzip framing with the largest window
_RATIO_FROM_BYTES = 16 * 1024 * 1024  # small feeds of blanks may shrink to anything


class Limits(NamedTuple):
    """How much one feed may ask for. A record, and what lies between two, stays below `record_bytes`."""

    feed_bytes: int = 20 * 1024**3
    record_bytes: int = 16 * 1024**2
    expansion: int = 200  # decompressed to compressed; feeds shrink 5 to 50 times, a bomb a thousand


class Source(NamedTuple):
    """A feed's file: `head` is its beginning in UTF-8, `has_dtd` tells whether it names an external DTD."""

    path: Path
    form: TextForm
    head: bytes
    has_dtd: bool
    limits: Limits

    @property
    def size(self) -> int:
        """Bytes of what `read_chunks` gives; 0 where only reading it would tell."""
        return 0 if self.form.codec or self.is_packed else self.path.stat().st_size

    @property
    def is_packed(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC

    def read_chunks(self) -> Iterator[bytes]:
        """The document from its first byte in UTF-8; FeedError where a byte is none of its encoding."""
        raw = _skip(_read_bytes(self.path, self.limits), self.form.skip)
        return raw if self.form.codec is None else _transcode(raw, self.form)


def open_source(path: Path, encoding: str | None = None, limits: Limits | None = None) -> Source:
    """Look at the beginning of the file at `path`. `encoding` overrides the declared one. FeedError if it is no XML."""
    limits = limits or Limits()
    raw = _read_head(path, limits)
    form = _settle_form(detect_form(raw, encoding), path, raw, limits)
    head = raw[form.skip :]
    if form.codec:
        head = codecs.getincrementaldecoder(form.codec)("replace").decode(head).encode()
    has_dtd = check_prolog(head.decode("utf-8", "replace"), form.skipped_lines)
    return Source(path, form, head, has_dtd, limits)


def _read_head(path: Path, limits: Limits) -> bytes:
    parts, size = [], 0
    for chunk in _read_bytes(path, limits):
        parts.append(chunk)
        size += len(chunk)
        if size >= HEAD_BYTES:
            break
    return b"".join(parts)


def _settle_form(form: TextForm, path: Path, head: bytes, limits: Limits) -> TextForm:
    """`form`, where the first character beyond ASCII comes after the head: what follows shows whether it is UTF-8."""
    if form.codec is None or form.codec.startswith("utf") or not head.isascii():
        return form
    for chunk in _read_bytes(path, limits):
        if not chunk.isascii():
            # A chunk may start inside a character: of the first letters beyond ASCII, none is split.
            start = next(place for place, byte in enumerate(chunk) if byte > 0x7F)
            return form._replace(codec=None) if is_utf8(chunk[start:]) else form
    return form


def _read_bytes(path: Path, limits: Limits) -> Iterator[bytes]:
    with path.open("rb") as file:
        first = file.read(len(GZIP_MAGIC))
        file.seek(0)
        chunks = iter(lambda: file.read(CHUNK_BYTES), b"")
        total = 0
        for chunk in _inflate(chunks, limits) if first == GZIP_MAGIC else chunks:
            total += len(chunk)
            if total > limits.feed_bytes:
                raise FeedError(f"larger than {limits.feed_bytes} bytes")
            yield chunk


def _inflate(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """gzip members one after the other, a bounded piece at a time."""
    inflater = zlib.decompressobj(_DEFLATE_MARK)
    packed = unpacked = 0
    started = False
    try:
        for chunk in chunks:
            packed += len(chunk)
            while chunk:
                piece = inflater.decompress(chunk, CHUNK_BYTES)
                unpacked += len(piece)
                if unpacked > max(_RATIO_FROM_BYTES, packed * limits.expansion):
                    raise FeedError(f"refused: it decompresses to more than {limits.expansion} times its size")
                if piece:
                    yield piece
                chunk, started = inflater.unconsumed_tail, not inflater.eof
                if inflater.eof:  # a next member, or the zeros that fill a block
                    chunk, inflater = inflater.unused_data.lstrip(b"\0"), zlib.decompressobj(_DEFLATE_MARK)
        yield inflater.flush()
    except zlib.error as error:
        raise FeedError(f"its gzip compression is broken: {error}") from None
    if started:
        raise FeedError("its gzip compression ends early")


def _skip(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
            count = 0
        else:
            count -= len(chunk)


def _transcode(chunks: Iterator[bytes], form: TextForm) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(str(form.codec))("strict")
    line = 1 + form.skipped_lines
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            yield text.encode()
            line += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode(str(form.codec), "replace")
        wrong = " ".join(f"0x{byte:02X}" for byte in error.object[error.start : error.end][:4])
        raise FeedError(f"{wrong} is no character of its encoding {form.encoding}", line + good.count("\n")) from None
