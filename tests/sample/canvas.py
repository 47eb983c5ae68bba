"""A page to set type and pictures on, with PyMuPDF: styles, lines, ragged paragraphs, rules, images.

Coordinates are points from the top left; y of a line of type is its baseline. Fonts are the ones that PyMuPDF carries:
Nimbus Sans (as Helvetica) for small type and Charis SIL for display, so that no font file is needed.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pymupdf

WIDTH, HEIGHT = 595.0, 842.0  # A4
MARGIN, GUTTER = 45.0, 12.0
CONTENT = WIDTH - 2 * MARGIN
ORPHAN_LETTERS = 8

Rgb = tuple[float, float, float]


def ink(code: str) -> Rgb:
    return tuple(int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]  # three


BLACK, GREY, HAIR, ACCENT = ink("#23211e"), ink("#756d63"), ink("#cdc4b6"), ink("#9c4429")
SAND, WHITE = ink("#f4efe7"), (1.0, 1.0, 1.0)


class Style(NamedTuple):
    """A way of setting type: font key, size and leading in points, colour, extra space between letters in ems."""

    font: str
    size: float
    leading: float
    color: Rgb = BLACK
    tracking: float = 0.0


DISPLAY = Style("serif", 38, 42)
TITLE = Style("serif", 30, 34)
NAME = Style("serif", 14, 17)
QUOTE = Style("serif-italic", 25, 33)
SUBTITLE = Style("serif-italic", 13, 17, GREY)
LEAD = Style("serif", 11.5, 17)
BODY = Style("sans", 8.8, 13.4)
SMALL = Style("sans", 7.8, 11.2, GREY)
LABEL = Style("sans", 7.8, 11.2, GREY)
VALUE = Style("sans", 8.4, 11.2)
STRONG = Style("sans-bold", 8.4, 11.2)
CODE = Style("sans-bold", 7.2, 10, ACCENT, 0.06)
KICKER = Style("sans-bold", 6.8, 10, ACCENT, 0.09)


@cache
def font(key: str) -> pymupdf.Font:
    """A carried font by key: serif, serif-italic, sans, sans-bold."""
    if not key.startswith("serif"):
        return pymupdf.Font({"sans": "helv", "sans-bold": "hebo"}[key])
    carried = pymupdf.mupdf.fz_new_builtin_font("Charis SIL", 0, int(key.endswith("italic")))
    shell = pymupdf.Font("helv")
    shell.this = carried  # pymupdf.Font's own short names do not reach this one
    return pymupdf.Font(fontbuffer=bytes(shell.buffer))


def measure(text: str, style: Style) -> float:
    return float(font(style.font).text_length(text, style.size)) + style.tracking * style.size * max(len(text) - 1, 0)


def wrap(text: str, style: Style, width: float) -> list[str]:
    """The text in lines no wider than `width`; a short last word takes a companion down with it."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, style) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > 1 and len(lines[-1]) < ORPHAN_LETTERS and " " not in lines[-1] and lines[-2].count(" ") > 1:
        head, tail = lines[-2].rsplit(" ", 1)
        lines[-2:] = [head, f"{tail} {lines[-1]}"]
    return lines


class Canvas:
    """One page being made."""

    def __init__(self, document: pymupdf.Document, tint: Rgb | None = None) -> None:
        self.page = document.new_page(width=WIDTH, height=HEIGHT)
        if tint:
            self.fill((0, 0, WIDTH, HEIGHT), tint)

    def text(self, x: float, y: float, text: str, style: Style, align: str = "left") -> float:
        """One line of type; returns the x behind it."""
        wide = measure(text, style)
        x -= {"left": 0.0, "center": wide / 2, "right": wide}[align]
        writer = pymupdf.TextWriter(self.page.rect, color=style.color)
        at = x
        for piece in text if style.tracking else (text,):
            writer.append((at, y), piece, font(style.font), style.size)
            at += measure(piece, style) + style.tracking * style.size
        writer.write_text(self.page)
        return x + wide

    def paragraph(self, x: float, y: float, width: float, text: str, style: Style) -> float:
        """A ragged-right paragraph; `y` is the first baseline, the return value the baseline after the last."""
        for line in wrap(text, style, width):
            self.text(x, y, line, style)
            y += style.leading
        return y

    def rule(self, x: float, y: float, width: float, color: Rgb = HAIR, weight: float = 0.5) -> None:
        self.page.draw_line((x, y), (x + width, y), color=color, width=weight)

    def fill(self, box: tuple[float, float, float, float], color: Rgb) -> None:
        self.page.draw_rect(pymupdf.Rect(box), color=None, fill=color)

    def image(self, box: tuple[float, float, float, float], data: bytes) -> None:
        """An encoded picture, filling its box (the caller makes the proportions match)."""
        self.page.insert_image(pymupdf.Rect(box), stream=data, keep_proportion=False)

    def specification(self, x: float, y: float, width: float, rows: tuple[tuple[str, str], ...]) -> float:
        """Labels and values between hairlines; the last row (the price) is set stronger."""
        indent = 78.0
        self.rule(x, y - 11, width, BLACK, 0.7)
        for index, (label, value) in enumerate(rows):
            last = index == len(rows) - 1
            lines = wrap(value, STRONG if last else VALUE, width - indent)
            self.text(x, y, label, LABEL)
            for line in lines:
                self.text(x + indent, y, line, STRONG if last else VALUE)
                y += VALUE.leading
            self.rule(x, y - 6.2, width, BLACK if last else HAIR, 0.7 if last else 0.4)
            y += 6.0
        return y

    def furniture(self, number: int, brand: str, section: str) -> None:
        """Running foot: brand, section and page number."""
        y = HEIGHT - 30
        self.text(MARGIN, y, brand, Style("serif-italic", 9.5, 12, GREY))
        self.text(WIDTH / 2, y, section, Style("sans", 7, 10, GREY), "center")
        self.text(WIDTH - MARGIN, y, str(number), Style("serif", 9.5, 12, BLACK), "right")
