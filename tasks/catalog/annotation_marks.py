"""How a mark over a page looks: frames, filled fields, tags, links and the legend, as PDF annotations.

Coordinates are points on the page as displayed; `Marker` turns them into the page's own, whatever its rotation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import pymupdf

from tasks.catalog.boxes import Box

Rgb = tuple[float, float, float]

FRAME: Rgb = (0.05, 0.45, 0.2)
COLORS: dict[str, Rgb] = {
    "name": (0.1, 0.65, 0.3),
    "code": (0.95, 0.55, 0.05),
    "price": (0.85, 0.1, 0.45),
    "size": (0.1, 0.45, 0.9),
    "other field": (0.55, 0.4, 0.8),
}
IMAGE_COLORS: dict[str, Rgb] = {
    "PRODUCT_IMAGE": (0.0, 0.5, 0.55),
    "MIXED": (0.65, 0.45, 0.0),
    "TECHNICAL_DIAGRAM": (0.3, 0.3, 0.75),
    "DECORATIVE": (0.45, 0.45, 0.45),
    "NO LABEL YET": (0.2, 0.2, 0.2),
}
LINK: Rgb = (0.8, 0.15, 0.1)
_CODES = frozenset({"sku", "gtin", "mpn"})
_SIZES = frozenset(
    {"width", "depth", "height", "length", "thickness", "diameter", "seat_height", "weight", "size", "sizes"}
)
_FONT = "helv"  # the viewer adds what it lacks: Greek, Cyrillic, Hebrew
_TAG_POINTS, _LEGEND_POINTS = 6.5, 7.5
_MIN_TAG = 6  # letters
_LETTER_SHARE = 0.6  # of the type size: the width of a letter that the font cannot measure
_WHITE: Rgb = (1.0, 1.0, 1.0)
_INK: Rgb = (0.1, 0.1, 0.1)


def kind_of(field: str) -> str:
    """The kind, and with it the colour, of a field."""
    head = field.partition(".")[0]
    if head == "name":
        return "name"
    if head in _CODES or head == "variants":
        return "code"
    if head in ("price", "prices", "list_price"):
        return "price"
    return "size" if head in _SIZES else "other field"


class LegendEntry(NamedTuple):
    """A word of the legend, and what stands before it."""

    text: str
    color: Rgb | None = None
    sample: Literal["frame", "dashed", "fill", "line", "none"] = "none"


class Marker:
    """Draws on one page; `layers` are the optional-content groups by name. Counts its marks."""

    def __init__(self, page: pymupdf.Page, layers: Mapping[str, int]) -> None:
        self._page, self._layers = page, layers
        self._inner = pymupdf.mupdf.pdf_page_from_fz_page(page.this)
        self._turn = page.derotation_matrix
        self._sheet = Box(0.0, 0.0, float(page.rect.width), float(page.rect.height))
        self.count = 0

    def frame(self, box: Box, color: Rgb, layer: str, title: str, content: str, *, dashed: bool = False) -> None:
        """An empty rectangle."""
        mark = self._add_rectangle(box)
        mark.set_border(width=1.1, dashes=[3, 2] if dashed else None)
        mark.set_colors(stroke=color)
        self._finish(mark, layer, title, content)

    def fill(self, box: Box, color: Rgb, layer: str, title: str, content: str) -> None:
        """A translucent rectangle through which the text is read."""
        mark = self._add_rectangle(box)
        mark.set_border(width=0.5)
        mark.set_colors(stroke=color, fill=color)
        self._finish(mark, layer, title, content, opacity=0.28)

    def link(self, start: tuple[float, float], name: Box, title: str, content: str) -> None:
        """A line from an image's middle to the nearest edge of its product's name."""
        end = (min(max(start[0], name.x0), name.x1), min(max(start[1], name.y0), name.y1))
        mark = self._page.add_line_annot(pymupdf.Point(start) * self._turn, pymupdf.Point(end) * self._turn)
        mark.set_border(width=1.0)
        mark.set_colors(stroke=LINK, fill=LINK)
        mark.set_line_ends(pymupdf.mupdf.PDF_ANNOT_LE_CIRCLE, pymupdf.mupdf.PDF_ANNOT_LE_CLOSED_ARROW)
        self._finish(mark, "links", title, content, opacity=0.8)

    def tag_above(self, box: Box, text: str, color: Rgb, layer: str) -> None:
        """White words on the frame's upper edge, cut to its width."""
        height = _TAG_POINTS + 3
        while len(text) > _MIN_TAG and _width(text, _TAG_POINTS) > box.width:
            text = text[:-2].rstrip() + "…"
        top = max(0.0, box.y0 - height)
        self._tag(Box(box.x0, top, box.x0 + _width(text, _TAG_POINTS), top + height), text, color, layer)

    def tag_before(self, box: Box, text: str, color: Rgb, layer: str) -> None:
        """A number left of a row."""
        height, width = _TAG_POINTS + 3, _width(text, _TAG_POINTS)
        left, top = max(0.0, box.x0 - width), (box.y0 + box.y1 - height) / 2
        self._tag(Box(left, top, left + width, top + height), text, color, layer)

    def tag_inside(self, box: Box, text: str, color: Rgb, layer: str) -> None:
        """White words in the lower left corner of an image, cut to its width."""
        height = _TAG_POINTS + 3
        right = min(box.x1, box.x0 + _width(text, _TAG_POINTS))
        self._tag(Box(box.x0, box.y1 - height, max(right, box.x0 + 10), box.y1), text, color, layer)

    def legend(self, strip: Box, entries: Sequence[LegendEntry]) -> None:
        """Words with a sample each, on one line of the strip at the page's foot, as large as fits."""
        natural = sum(_width(entry.text, _LEGEND_POINTS) + (14 if entry.color else 8) for entry in entries)
        size = _LEGEND_POINTS * min(1.0, (strip.width - 12) / natural)
        scale, x = size / _LEGEND_POINTS, strip.x0 + 6
        middle = (strip.y0 + strip.y1) / 2
        for entry in entries:
            if entry.color:
                self._sample(Box(x, middle - size / 2, x + 9 * scale, middle + size / 2), entry)
                x += 11 * scale
            width = _width(entry.text, _LEGEND_POINTS) * scale
            self._words(Box(x, middle - size * 0.75, x + width, middle + size), entry.text, size, _INK, None)
            x += width + 3 * scale

    def _sample(self, box: Box, entry: LegendEntry) -> None:
        assert entry.color is not None
        if entry.sample == "fill":
            self.fill(box, entry.color, "fields", "legend", entry.text)
        elif entry.sample == "line":
            y = (box.y0 + box.y1) / 2
            self.fill(Box(box.x0, y - 0.5, box.x1, y + 0.5), entry.color, "links", "legend", entry.text)
        else:
            layer, dashed = ("images", True) if entry.sample == "dashed" else ("products", False)
            self.frame(box, entry.color, layer, "legend", entry.text, dashed=dashed)

    def _tag(self, box: Box, text: str, color: Rgb, layer: str) -> None:
        over = max(0.0, box.x1 - self._sheet.x1)
        box = Box(max(0.0, box.x0 - over), box.y0, box.x1 - over, box.y1)
        mark = self._words(box, text, _TAG_POINTS, _WHITE, color)
        mark.set_oc(self._layers[layer])

    def _words(self, box: Box, text: str, size: float, color: Rgb, ground: Rgb | None) -> pymupdf.Annot:
        self.count += 1
        return self._page.add_freetext_annot(
            self._rect(box),
            text,
            fontsize=size,
            fontname=_FONT,
            text_color=color,
            fill_color=ground,
            rotate=self._page.rotation,
        )

    def _add_rectangle(self, box: Box) -> pymupdf.Annot:
        """As `Page.add_rect_annot`, which looks through all marks of the page for each new one's name.

        MuPDF takes places as displayed; PyMuPDF's own calls take them on the unturned page.
        """
        created = pymupdf.mupdf.pdf_create_annot(self._inner, pymupdf.mupdf.PDF_ANNOT_SQUARE)
        pymupdf.mupdf.pdf_set_annot_rect(created, pymupdf.mupdf.FzRect(*_solid(box)))
        mark = pymupdf.Annot(created)
        mark.parent = self._page
        return mark

    def _finish(self, mark: pymupdf.Annot, layer: str, title: str, content: str, opacity: float = 0.9) -> None:
        mark.set_info(title=title, content=content)
        mark.set_oc(self._layers[layer])
        mark.set_opacity(opacity)
        pymupdf.mupdf.pdf_update_annot(mark.this)  # what `Annot.update` also does, 2 ms a mark dearer
        self.count += 1

    def _rect(self, box: Box) -> pymupdf.Rect:
        turned: pymupdf.Rect = (pymupdf.Rect(_solid(box)) * self._turn).normalize()
        return turned


def _solid(box: Box) -> Box:
    """A box that is not empty: MuPDF refuses those."""
    return Box(box.x0, box.y0, max(box.x1, box.x0 + 1), max(box.y1, box.y0 + 1))


def _width(text: str, size: float) -> float:
    """Room for `text` with a margin, in points; generous, because the viewer chooses fonts for foreign letters."""
    plain = "".join(char for char in text if ord(char) < 0x100)
    measured = pymupdf.get_text_length(plain, _FONT, size)
    return float(measured) + _LETTER_SHARE * size * (len(text) - len(plain)) + 8.0
