"""What a page's content stream draws: fragments of text, images and vector graphics, in displayed coordinates.

The page is interpreted once; a page without rulings or images pays next to nothing for them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple
from unicodedata import is_normalized, normalize

import pymupdf
from pymupdf import mupdf

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Word
from tasks.catalog.pdf.raised import write_raised
from tasks.catalog.pdf.rtl import has_rtl, is_rtl, join_ligatures, split_words

# What a clip path hides is no content, and an image's box is what is visible of it.
_CLIPPED = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_CLIP
_TEXT_FLAGS = _CLIPPED | pymupdf.TEXT_PRESERVE_WHITESPACE
_GRAPHICS_FLAGS = _CLIPPED | pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_COLLECT_VECTORS
_BOLD_NAMES = ("bold", "black", "heavy", "semibd", "demi")
_SPAN_BOLD, _SPAN_ITALIC = 16, 2  # bits of a span's flags
# Characters that stand for a glyph whose meaning the file does not tell: replacement, private use, control.
UNREADABLE = re.compile("[\x00-\x1f\ufffd\ue000-\uf8ff]")
_MEANINGLESS = re.compile("[\x00-\x1f\ufffd]")  # private use stays: bullets and icons of symbol fonts
# What is drawn is visible: fonts with one glyph for all hyphens may call it soft, or one that holds words together.
_ODD_HYPHEN = re.compile("[\u2010\u2011\u00ad]")
_WIDTHLESS = re.compile("[\u200b\u2060\ufeff]")
_ODD = re.compile(f"{_ODD_HYPHEN.pattern}|{_WIDTHLESS.pattern}")


class Style(NamedTuple):
    """Type of most of a fragment's characters."""

    size: float
    font: str
    bold: bool
    italic: bool
    color: int


class Fragment(NamedTuple):
    """Words drawn one after the other; `styles` has one for each where they differ, else `style` is that of all.

    `turn` is the direction of reading in degrees clockwise: 0, 90, 180 or 270. `opens` and `closes` say whether the
    first and the last word are whole, with white space drawn around them.
    """

    words: tuple[Word, ...]
    style: Style
    turn: int
    rtl: bool
    opens: bool = False
    closes: bool = False
    styles: tuple[Style, ...] = ()


class PlacedImage(NamedTuple):
    """An image as drawn: the decoder's handle, its visible box and the size in points it is scaled to."""

    image: Any
    box: Box
    drawn_width: float
    drawn_height: float


class PageContent(NamedTuple):
    """Everything drawn on a page, in drawing order. `unreadable` counts characters without a meaning."""

    fragments: tuple[Fragment, ...]
    images: tuple[PlacedImage, ...]
    vectors: tuple[Box, ...]
    characters: int
    unreadable: int


def read_content(display_list: Any) -> PageContent:
    """Everything in `display_list` (pymupdf.DisplayList, which applies the page's rotation).

    Text and graphics are collected apart: with images among the text PyMuPDF would encode each of them.
    """
    content = read_text(pymupdf.TextPage(display_list.get_textpage(_TEXT_FLAGS)))
    images, vectors = _read_graphics(display_list.get_textpage(_GRAPHICS_FLAGS))
    return content._replace(images=images, vectors=vectors)


def read_text(text_page: Any) -> PageContent:
    """The text of a pymupdf.TextPage whose coordinates are the displayed ones."""
    fragments, characters, unreadable = [], 0, 0
    styles: dict[tuple[Any, ...], Style] = {}
    for line, words in _read_lines(text_page):
        text = "".join([word.text for word in words])
        characters += len(text)
        if UNREADABLE.search(text):
            unreadable += len(UNREADABLE.findall(text))
            words = [word._replace(text=clean) for word in words if (clean := _MEANINGLESS.sub("", word.text))]
        spans = line["spans"]
        looks = _find_styles(spans, words, styles) if len(spans) > 1 else ()
        if not text.isascii() and (_ODD.search(text) or not is_normalized("NFC", text)):
            words = _write_plainly(words)
        if words:
            opens, closes = spans[0]["text"][:1].isspace(), spans[-1]["text"][-1:].isspace()
            style = _find_style(spans, styles)
            looks = looks if len(looks) == len(words) else ()
            fragments.append(Fragment(tuple(words), style, _find_turn(line["dir"]), is_rtl(text), opens, closes, looks))
    return PageContent(tuple(fragments), (), (), characters, unreadable)


def _write_plainly(words: Sequence[Word]) -> list[Word]:
    """Words with plain hyphens, accents on their letters and nothing without width.

    The last of a line may end in a hyphen that is soft.
    """
    plain = []
    for place, word in enumerate(words):
        text = normalize("NFC", _WIDTHLESS.sub("", word.text))
        # At a line's end it parts a word; behind a number it is a dash ("14 995,-").
        parted = place + 1 == len(words) and text.endswith("\u00ad") and text[-2:-1].isalpha()
        end = "\u00ad" if parted else ""
        text = _ODD_HYPHEN.sub("-", text.removesuffix(end)) + end
        if text:
            plain.append(word._replace(text=text))
    return plain


def _read_lines(text_page: Any) -> Iterator[tuple[dict[str, Any], list[Word]]]:
    """Every line of text with its words."""
    blocks = [block for block in text_page.extractDICT()["blocks"] if block["type"] == 0]
    texts = [["".join([span["text"] for span in line["spans"]]) for line in block["lines"]] for block in blocks]
    if any(has_rtl(text) for lines in texts for text in lines):
        yield from _read_rtl_lines(text_page)
        return
    words = _group_words(text_page)
    for block_number, (block, lines) in enumerate(zip(blocks, texts, strict=True)):  # words count blocks of text only
        for line_number, (line, text) in enumerate(zip(block["lines"], lines, strict=True)):
            found = words.get((block_number, line_number), [])
            if len(text.split()) != len(found):  # the two disagree about what is a line
                found = _divide_line(text, Box(*line["bbox"]))
            elif len(line["spans"]) > 1 and line["dir"][0] > 0 and (raised := write_raised(line["spans"])):
                parts = "".join(raised).split()
                if len(parts) == len(found):
                    found = [word._replace(text=part) for word, part in zip(found, parts, strict=True)]
            yield line, found


def _group_words(text_page: Any) -> dict[tuple[int, int], list[Word]]:
    """The words of each line, by its block's number and its own."""
    words: dict[tuple[int, int], list[Word]] = {}
    last, found = (-1, -1), list[Word]()
    make = tuple.__new__  # as NamedTuple._make does, without its check of what is known here; twice as fast
    for x0, y0, x1, y1, text, block_number, line_number, _ in text_page.extractWORDS():
        if (key := (block_number, line_number)) != last:
            last, found = key, words.setdefault(key, [])
        found.append(make(Word, (text, make(Box, (x0, y0, x1, y1)), 1.0)))
    return words


def _divide_line(text: str, box: Box) -> list[Word]:
    """Words of a line whose places are guessed from their share of the characters."""
    step = box.width / max(1, len(text))
    return [
        Word(match[0], Box(box.x0 + match.start() * step, box.y0, box.x0 + match.end() * step, box.y1))
        for match in re.finditer(r"\S+", text)
    ]


def _read_rtl_lines(text_page: Any) -> Iterator[tuple[dict[str, Any], list[Word]]]:
    """As above from single characters, which cost twice as much: ligatures come apart in the wrong order."""
    for block in text_page.extractRAWDICT()["blocks"]:
        for line in block.get("lines", ()):
            spans = [{**span, "text": "".join(char["c"] for char in span["chars"])} for span in line["spans"]]
            characters = [(char["c"], Box(*char["bbox"])) for span in line["spans"] for char in span["chars"]]
            yield {**line, "spans": spans}, split_words(join_ligatures(characters))


def _find_style(spans: Sequence[dict[str, Any]], known: dict[tuple[Any, ...], Style]) -> Style:
    """The style of the longest of `spans`; `known` are those of the page so far."""
    longest = max(spans, key=lambda span: len(span["text"].strip())) if len(spans) > 1 else spans[0]
    return _read_style(longest, known)


def _find_styles(
    spans: Sequence[dict[str, Any]], words: Sequence[Word], known: dict[tuple[Any, ...], Style]
) -> tuple[Style, ...]:
    """The style in which each word begins; () where all are set alike, or the spans spell other words."""
    parts = [(len("".join(span["text"].split())), _read_style(span, known)) for span in spans]
    ends = list(accumulate(length for length, _ in parts))
    *starts, end = accumulate((len(word.text) for word in words), initial=0)
    if len({style for length, style in parts if length}) < 2 or end != ends[-1]:
        return ()
    found = tuple(parts[bisect_right(ends, start)][1] for start in starts)
    return found if len(set(found)) > 1 else ()


def _read_style(span: dict[str, Any], known: dict[tuple[Any, ...], Style]) -> Style:
    key = span["size"], span["font"], span["flags"], span["color"]
    if key not in known:
        name = str(span["font"])
        bold = bool(span["flags"] & _SPAN_BOLD) or any(part in name.lower() for part in _BOLD_NAMES)
        known[key] = Style(float(span["size"]), name, bold, bool(span["flags"] & _SPAN_ITALIC), int(span["color"]))
    return known[key]


def _find_turn(direction: tuple[float, float]) -> int:
    cosine, sine = direction
    if abs(cosine) >= abs(sine):
        return 0 if cosine >= 0 else 180
    return 90 if sine > 0 else 270


def _read_graphics(page: Any) -> tuple[tuple[PlacedImage, ...], tuple[Box, ...]]:
    """Images and vector graphics of an FzStextPage."""
    images: list[PlacedImage] = []
    vectors: list[Box] = []
    for block in page:
        kind, rect = block.m_internal.type, block.m_internal.bbox
        if kind == mupdf.FZ_STEXT_BLOCK_VECTOR:
            vectors.append(Box(rect.x0, rect.y0, rect.x1, rect.y1))
        elif kind == mupdf.FZ_STEXT_BLOCK_IMAGE:
            matrix = block.i_transform()
            width, height = (matrix.a**2 + matrix.b**2) ** 0.5, (matrix.c**2 + matrix.d**2) ** 0.5
            images.append(PlacedImage(block.i_image(), Box(rect.x0, rect.y0, rect.x1, rect.y1), width, height))
    return tuple(images), tuple(vectors)
