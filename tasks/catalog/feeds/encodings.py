"""Which bytes a feed is written in: compression, byte order mark, declared and real encoding, garbage in front.

The parser is always given UTF-8: other encodings are decoded, strictly, so that a wrong byte is named with its line.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from tasks.catalog.feeds.errors import FeedError

GZIP_MAGIC = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_DECLARATION_START = re.compile(rb"<\?xml\s")
_MOST_GARBAGE_BYTES = 4096  # a blank line, a warning that the shop's script printed: not a document of its own
_OTHER_FORMATS = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
# Names that feeds use for encodings, which Python's codecs do not know.
_ALIASES = {"utf8": "utf-8", "utf-8-sig": "utf-8", "windows1251": "cp1251", "x-cp1251": "cp1251", "ansi": "cp1252"}


class TextForm(NamedTuple):
    """How the bytes of a feed become UTF-8: `codec` is None where they are UTF-8 already; `skip` bytes are no text."""

    encoding: str
    codec: str | None
    skip: int
    skipped_lines: int


def detect_form(head: bytes, override: str | None = None) -> TextForm:
    """The form of a text that starts with `head` (decompressed). FeedError where it is empty or no XML."""
    marked, encoding = _find_mark(head)
    if encoding and encoding.startswith(("utf-16", "utf-32")):
        return TextForm(encoding, encoding, marked, 0)
    body = head[marked:]
    start = _find_start(body)
    lines = body.count(b"\n", 0, start)
    declared = _DECLARED.match(body[start:])
    name = override or encoding or (declared[1].decode("ascii") if declared else "UTF-8")
    codec = _codec(name, body)
    return TextForm(name, None if codec == "utf-8" else codec, marked + start, lines)


def is_utf8(data: bytes) -> bool:
    """Whether `data`, which may end inside a character, is UTF-8 with at least one character beyond ASCII."""
    if data.isascii():
        return False
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _find_mark(head: bytes) -> tuple[int, str | None]:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return len(mark), encoding
    if head[:4] in (b"<\x00?\x00", b"<\x00!\x00") or (head[:1] == b"<" and head[1:2] == b"\x00"):
        return 0, "utf-16-le"
    if head[:2] == b"\x00<":
        return 0, "utf-16-be"
    return 0, None


def _find_start(body: bytes) -> int:
    """Where the document starts; blank lines and what a script printed before the declaration are passed over."""
    blank = len(body) - len(body.lstrip(b" \t\r\n\x00"))
    if blank == len(body):
        raise FeedError("the file is empty" if not body else "the file holds nothing but blanks")
    text = body[blank:]
    declaration = _DECLARATION_START.search(text, 0, _MOST_GARBAGE_BYTES)
    if declaration and (not text.startswith(b"<") or re.match(rb"<(?:br|b|p|font)[ />]", text, re.IGNORECASE)):
        return blank + declaration.start()
    if text.startswith(b"<"):
        return blank
    line = body.count(b"\n", 0, blank) + 1
    for magic, kind in _OTHER_FORMATS:
        if text.startswith(magic):
            raise FeedError(f"not XML but {kind}", line)
    shown = text[:40].split(b"\n")[0].decode("utf-8", "replace").strip()
    raise FeedError(f"not XML: it starts with {shown!r}", line)


def _codec(name: str, body: bytes) -> str:
    """The codec to read with; UTF-8 wins over a declaration of another encoding where the text is UTF-8."""
    lowered = name.lower()
    try:
        codec = codecs.lookup(_ALIASES.get(lowered, lowered)).name
    except LookupError:
        if is_utf8(body) or body.isascii():
            return "utf-8"
        raise FeedError(f"unknown encoding {name!r}", 1) from None
    if codec in ("utf-8", "ascii") or is_utf8(body):
        return "utf-8"
    if codec.startswith(("utf-16", "utf-32")):  # declared so, but the declaration was readable as single bytes
        return "utf-8"
    return codec
