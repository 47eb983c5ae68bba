"""What stands before a feed's root: a DOCTYPE is allowed, entities of its own are not, a web page is no feed."""

from __future__ import annotations

import html
import re

from tasks.catalog.feeds.errors import FeedError

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PASSED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([^\s\[>]+)", re.IGNORECASE)
# Up to the end: quoted identifiers, then an internal subset whose quotes and comments may hold any mark.
_DOCTYPE_END = re.compile(
    r"""(?:[^\["'>]|"[^"]*"|'[^']*')*(?:\[(?P<subset>(?:<!--.*?-->|"[^"]*"|'[^']*'|[^\]"'])*)\]\s*)?>""", re.DOTALL
)
_ENTITY = re.compile(r"<!ENTITY\s+(%\s+)?([^\s>]+)\s+(SYSTEM|PUBLIC)?")
_PARAMETER = re.compile(r"%[\w.:-]+;")
_EXTERNAL = re.compile(r"\s+(?:SYSTEM|PUBLIC)\b")
_ROOT = re.compile(r"<([^\s/>!?]+)")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)


def check_prolog(text: str, skipped_lines: int = 0) -> bool:
    """Whether `text`, a feed's beginning, names an external DTD. FeedError for a web page and for declared entities.

    Entities are refused where they are declared, used or not: what they would expand to is not known before.
    """
    position, has_dtd = 0, False
    while True:
        if passed := _PASSED.match(text, position):
            position = passed.end()
            continue
        doctype = _DOCTYPE.match(text, position)
        if doctype is None:
            break
        line = text.count("\n", 0, position) + 1 + skipped_lines
        if doctype[1].lower() == "html":
            raise FeedError(f"a web page, not a feed{_title(text)}", line)
        end = _DOCTYPE_END.match(text, doctype.end())
        if end is None:
            raise FeedError("its DOCTYPE does not end", line)
        _check_subset(end["subset"] or "", text.count("\n", 0, end.start("subset")) + 1 + skipped_lines)
        position, has_dtd = end.end(), bool(_EXTERNAL.match(text, doctype.end()))
    root = _ROOT.match(text, position)
    if root and root[1].lower() in ("html", "head", "body"):
        raise FeedError(f"a web page, not a feed{_title(text)}", text.count("\n", 0, position) + 1 + skipped_lines)
    return has_dtd


def _check_subset(subset: str, line: int) -> None:
    bare = _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), subset)
    if entity := _ENTITY.search(bare):
        kind = "an external entity" if entity[3] else "a parameter entity" if entity[1] else "an entity"
        line += bare.count("\n", 0, entity.start())
        raise FeedError(f"refused: it declares {kind} ({entity[2]}); entities are never expanded or loaded", line)
    if parameter := _PARAMETER.search(bare):
        raise FeedError(f"refused: its DOCTYPE expands {parameter.group()}", line)


def _title(text: str) -> str:
    title = _TITLE.search(text)
    words = " ".join(html.unescape(title[1]).split())[:80] if title else ""
    return f" (its title: {words})" if words else ""
