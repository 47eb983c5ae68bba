"""A page's main content as markdown: headings, paragraphs, lists and tables, without navigation, cards and controls.

Own code: trafilatura takes 16 to 500 ms for a shop's page and 55 MB, and looks for dense prose, which such pages lack.
"""

from __future__ import annotations

import re

from tasks.catalog.web.content import Content
from tasks.catalog.web.dom import Element, clean, text_of

_HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "li",
        "blockquote",
        "pre",
        "dt",
        "dd",
        "td",
        "th",
        "figcaption",
        "main",
        "ul",
        "ol",
        "dl",
        "summary",
        "details",
        "center",
        "body",
        "form",
        "fieldset",
        "figure",
        "address",
    }
)
_DROPPED = frozenset({"button", "select", "option", "label", "input", "textarea", "tr", "caption"})
_INLINE_HOLDERS = frozenset({"table"})
_MOST_CHARACTERS = 200_000


def write_markdown(content: Content) -> str:
    """Markdown of the content's elements, from the headline's block on; every text once."""
    lines: list[str] = []
    done: set[Element] = set()
    kept = set(content.elements)
    size = 0
    for element in content.elements[content.start :]:
        if element.getparent() in done or element in done or element.tag in _DROPPED:
            done.add(element)
            continue
        block = _block(element, kept, done)
        if block and (not lines or lines[-1] != block):
            lines.append(block)
            size += len(block)
            if size > _MOST_CHARACTERS:
                break
    return re.sub(r"\n{3,}", "\n\n", _join(lines)).strip()


def _block(element: Element, kept: set[Element], done: set[Element]) -> str:
    """The markdown of an element, which is then done with what is in it; "" where its children are to come."""
    tag = element.tag
    if tag in _HEADINGS:
        done.add(element)
        text = text_of(element, 500)
        return f"{_HEADINGS[tag]}{text}" if text else ""
    if tag == "table" and element.find(".//table") is None:
        done.add(element)
        return _table(element)
    if tag not in _BLOCKS:
        parent = element.getparent()
        own = clean(element.text)
        if parent is not None and parent.tag in _BLOCKS and not _is_inline_parent(parent, kept):
            done.add(element)
            return text_of(element, 5000) if own or len(element) else ""
        return ""
    if not _is_inline_parent(element, kept):
        return clean(element.text)
    done.add(element)
    text = text_of(element, 20_000)
    if not any(char.isalnum() for char in text):
        return ""
    return f"- {text}" if tag == "li" or (element.getparent() is not None and element.getparent().tag == "li") else text


def _is_inline_parent(element: Element, kept: set[Element]) -> bool:
    """Whether an element holds only text and inline elements, all of them content."""
    for one in element.iter():
        if one is element or not isinstance(one.tag, str):
            continue
        if one.tag in _BLOCKS or one.tag in _HEADINGS or one.tag in _INLINE_HOLDERS or (one.tag in _DROPPED):
            return False
    return True


def _table(table: Element) -> str:
    rows = [
        [text_of(cell, 400).replace("|", "\\|") for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")
    ]
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if width == 0:
        return ""
    if width == 1:
        return "\n\n".join(row[0] for row in rows)
    first = next(table.iter("tr"), None)
    headed = first is not None and all(cell.tag == "th" for cell in first if cell.tag in ("td", "th"))
    lines = [
        f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in (rows if headed else [[""] * width, *rows])
    ]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _join(lines: list[str]) -> str:
    parts: list[str] = []
    for index, line in enumerate(lines):
        tight = index > 0 and line.startswith("- ") and lines[index - 1].startswith("- ")
        parts.append(("\n" if tight else "\n\n") + line if index else line)
    return "".join(parts)
