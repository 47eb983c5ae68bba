"""A feed's file as a stream of UTF-8 bytes: decompressed within bounds, decoded strictly, garbage in front left out."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tasks.catalog.feeds import packed
from tasks.catalog.feeds.encodings import TextForm, detect_form, is_utf8
from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.prolog import check_prolog

HEAD_BYTES = 256 * 1024  # what is looked at to tell encoding, root and profile
CHUNK_BYTES = 64 * 1024  # 32 to 64 kB are the fastest, measured on a 47 MB feed: its tree stays in the cache
_MAGIC_BYTES = 4


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
            return packed.is_packed(file.read(_MAGIC_BYTES))

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
        is_packed = packed.is_packed(file.read(_MAGIC_BYTES))
        file.seek(0)
        plain = iter(lambda: file.read(CHUNK_BYTES), b"")
        total = 0
        for chunk in packed.unpack(file, CHUNK_BYTES, limits.expansion) if is_packed else plain:
            total += len(chunk)
            if total > limits.feed_bytes:
                raise FeedError(f"larger than {limits.feed_bytes} bytes")
            yield chunk


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
