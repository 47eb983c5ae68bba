"""Feeds that come packed: gzip members one after the other, or the one document of a ZIP archive, piece by piece."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from tasks.catalog.feeds.encodings import GZIP_MAGIC
from tasks.catalog.feeds.errors import FeedError

ZIP_MAGIC = b"PK\x03\x04"
_DEFLATE_MARK = 31  # zlib's way of asking for gzip framing with the largest window
_RATIO_FROM_BYTES = 16 * 1024 * 1024  # small feeds of blanks may shrink to anything
_OFFICE = "[Content_Types].xml"  # every Office document has it (ECMA-376, part 2)
_ENCRYPTED = 0x1  # ZIP's general purpose flag
_ENDS = (".xml", ".rss", ".atom", ".yml")


def is_packed(start: bytes) -> bool:
    """Whether a file that starts so is packed."""
    return start.startswith((GZIP_MAGIC, ZIP_MAGIC))


def unpack(file: BinaryIO, chunk_bytes: int, expansion: int) -> Iterator[bytes]:
    """The pieces of what `file` holds packed. FeedError where it is broken, or grows to more than `expansion` times."""
    start = file.read(len(ZIP_MAGIC))
    file.seek(0)
    if start == ZIP_MAGIC:
        return _unzip(file, chunk_bytes, expansion)
    return _inflate(iter(lambda: file.read(chunk_bytes), b""), chunk_bytes, expansion)


def _unzip(file: BinaryIO, chunk_bytes: int, expansion: int) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_find_document(archive)) as document:
            unpacked = 0
            while piece := document.read(chunk_bytes):
                unpacked += len(piece)
                _check(unpacked, file.tell(), expansion)
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise FeedError(f"its ZIP archive is broken: {error}") from None


def _find_document(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if any(one.filename == _OFFICE for one in files):
        raise FeedError("not XML but a spreadsheet or another Office document")
    found = [one for one in files if one.filename.lower().endswith(_ENDS)] or files
    if len(found) != 1:
        names = ", ".join(one.filename for one in found[:3])
        raise FeedError(f"a ZIP archive of {len(found)} documents, not of one{f': {names}' if names else ''}")
    if found[0].flag_bits & _ENCRYPTED:
        raise FeedError("its ZIP archive is encrypted")
    return found[0]


def _inflate(chunks: Iterator[bytes], chunk_bytes: int, expansion: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_DEFLATE_MARK)
    packed = unpacked = 0
    started = False
    try:
        for chunk in chunks:
            packed += len(chunk)
            while chunk:
                piece = inflater.decompress(chunk, chunk_bytes)
                unpacked += len(piece)
                _check(unpacked, packed, expansion)
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


def _check(unpacked: int, packed: int, expansion: int) -> None:
    if unpacked > max(_RATIO_FROM_BYTES, packed * expansion):
        raise FeedError(f"refused: it decompresses to more than {expansion} times its size")
