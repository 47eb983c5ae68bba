"""Prose, paths and addresses of feeds."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from tasks.catalog.feeds.values_data import VALUE_CACHE

_BLOCKS = (
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|"
    "main|nav|ol|p|pre|section|table|tbody|tfoot|thead|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|body|button|caption|cite|code|col|colgroup|del|dfn|em|embed|font|head|html|i|iframe|img|"
    "input|ins|kbd|label|link|map|mark|meta|nobr|noscript|object|option|param|picture|q|s|samp|select|small|source|span|"
    "strike|strong|sub|sup|svg|td|template|textarea|th|time|title|tt|u|var|video|wbr|o:p"
)
_DROPPED = re.compile(
    r"<(script|style|noscript|template|iframe|object|svg|title)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\[|\]\]>|<\?xml[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.IGNORECASE)
_ITEM = re.compile(r"<li\b[^<>]*>\s*", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<(?:p|h[1-6]|ul|ol|table|blockquote)\b[^<>]*>|</(?:p|h[1-6]|ul|ol|table)\s*>", re.IGNORECASE)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_PARAGRAPH_MARKS = re.compile(r"[ \x1e]*\x1d[ \x1d\x1e]*")
_LINE_MARKS = re.compile(r" ?\x1e[ \x1e]*")
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")
_MOST_ESCAPES = 3  # "&amp;amp;lt;p&amp;amp;gt;" has been seen
_SEPARATORS = (">", "»", "→", "›", "⟩", "|", "::", " / ", "\\", ";")
_ADDRESS = re.compile(r"(https?):/{2,3}([^\s/?#\"'<>]+)(\S*)", re.IGNORECASE)
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")
_NEXT_ADDRESS = re.compile(r"[\s,;|]+(?=(?:https?:)?//)")


def clean_html(text: str) -> str:
    """`text` without markup: entities as characters (escaped twice too), blocks as lines, paragraphs apart.

    Scripts, styles and comments are dropped whole. Marks that are no markup ("a < b") stay.
    """
    for _ in range(_MOST_ESCAPES):
        if "<" in text:
            text = _strip_tags(text)
        if "&" not in text or (unescaped := html.unescape(text)) == text:
            break
        text = unescaped
    return _tidy(text)


def _strip_tags(text: str) -> str:
    text = _DROPPED.sub(" ", text)
    if not _BLOCK.search(text):
        return _TAG.sub("", _CELL.sub(" ", text))
    text = " ".join(text.split())  # where blocks make the lines, line ends are spaces
    text = _ITEM.sub("\x1e- ", _CELL.sub(" ", text))
    text = _TAG.sub("", _BLOCK.sub("\x1e", _PARAGRAPH.sub("\x1d", text)))
    return _LINE_MARKS.sub("\n", _PARAGRAPH_MARKS.sub("\n\n", text))


def _tidy(text: str) -> str:
    if "\n" not in text and "\r" not in text:  # most are one line: a fifth of the time
        return " ".join(text.split())
    text = _SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("\n", text))
    return text.strip()


@lru_cache(maxsize=VALUE_CACHE)
def split_category(text: str) -> str:
    """A category's path, its segments joined by " > ". Its separator is the first of '> » → › | :: / \\ ;' that occurs.

    A lone slash without spaces joins words ("TV/Audio"); several, or one at the start, are a path.
    """
    text = " ".join(html.unescape(html.unescape(text)).split())
    separator = next((one for one in _SEPARATORS if one in text), None)
    if separator is None and (text.count("/") > 1 or text.startswith("/")) and "//" not in text:
        separator = "/"
    if separator is None:
        return text
    return " > ".join(part for part in (part.strip(" -\t") for part in text.split(separator)) if part)


def clean_url(text: str) -> str | None:
    """An absolute http(s) address with its spaces encoded; "//host/x" is https. None for anything else."""
    text = text.strip()
    if text.startswith("//"):
        text = "https:" + text
    if "&amp;" in text:
        text = text.replace("&amp;", "&")
    if any(char.isspace() for char in text):
        text = re.sub(r"\s*[\n\r\t]\s*", " ", text).replace(" ", "%20")
    match = _ADDRESS.fullmatch(text)
    if not match:
        return None
    rest = _UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", match[3])
    return f"{match[1].lower()}://{match[2]}{rest}"


def split_urls(text: str) -> tuple[str, ...]:
    """Every address of a value that lists several ("https://a/1.jpg,https://a/2.jpg"), in order, once each."""
    found = (clean_url(part) for part in _NEXT_ADDRESS.split(text.strip()))
    return tuple(dict.fromkeys(url for url in found if url))
