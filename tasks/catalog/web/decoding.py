"""The text of a page's bytes: byte order mark, the header's charset, the page's own, detection (WHATWG's order)."""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding=[\"']([\w.:-]+)", re.I
)
_PRESCAN_BYTES = 8192  # WHATWG asks for 1024; pages with long scripts before their meta are common
_DETECTION_BYTES = 65_536
# WHATWG: pages that name these mean their Windows supersets.
_SUPERSETS = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-8-i": "cp1255", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "big5": "big5hkscs",
}  # fmt: skip
_MOST_WRONG = 0.001  # share of characters that may be undecodable before a declared charset is doubted


def decode_page(body: bytes, content_type: str | None = None) -> str:
    """The page's text; undecodable bytes become U+FFFD. A declared charset gives way to one that fits."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = [name for name in (_header_charset(content_type), _meta_charset(body)) if name]
    for name in (*declared, "utf-8"):
        text = body.decode(name, "replace")
        if text.count("\ufffd") <= _MOST_WRONG * max(1, len(text)) and not _is_mojibake(body, name):
            return text
    return body.decode(declared[0] if declared else _detect(body), "replace")


def _known(name: str) -> str | None:
    name = name.strip().lower()
    name = _SUPERSETS.get(name, name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _header_charset(content_type: str | None) -> str | None:
    match = _CHARSET.search(content_type or "")
    return _known(match[1]) if match else None


def _meta_charset(body: bytes) -> str | None:
    match = _META.search(body[:_PRESCAN_BYTES])
    return _known((match[1] or match[2]).decode("ascii", "replace")) if match else None


def _is_mojibake(body: bytes, name: str) -> bool:
    """Whether bytes declared as a single-byte charset are UTF-8: they nearly always decode, wrongly."""
    if name in ("utf-8", "ascii") or codecs.lookup(name).name not in (
        "cp1252",
        "iso8859-15",
        "cp1250",
        "cp1251",
        "iso8859-2",
    ):
        return False
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _detect(body: bytes) -> str:
    from charset_normalizer import from_bytes  # 60 ms to import, and hardly ever needed

    best = from_bytes(body[:_DETECTION_BYTES]).best()
    return best.encoding if best else "utf-8"
