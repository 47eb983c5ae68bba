"""What was understood of a document, drawn over its own pages as PDF annotations.

Products, their fields, the images with their labels, and lines from each image to its product. Every mark says on
hovering what it stands for, each kind is a layer of its own that a viewer can hide, and a strip under each page is the
legend. Boxes are those of `Product.provenance` and of the image places: points on the page as displayed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pymupdf

from tasks.catalog.annotation_marks import COLORS, FRAME, IMAGE_COLORS, LINK, LegendEntry, Marker, kind_of
from tasks.catalog.boxes import Box, union
from tasks.catalog.pages import Frozen
from tasks.catalog.pdf.document import open_document
from tasks.catalog.products import AttributeValue, ImageLink, Measure, Product

_FRAME_POINTS = 3.0  # a product's frame stands this far around its fields
_ROW_POINTS = 26.0  # products lower than this are rows: a name over each would hide the row above
_STRIP_POINTS = 26.0
# Links of images that stand with their product's text, so that one frame holds both.
_FRAMED = frozenset(
    {"caption_below", "caption_above", "caption_right", "caption_left", "caption_inside", "same_cell", "same_row"}
)
_UNLABELLED = "NO LABEL YET"


class ImagePlace(Frozen):
    """Where a page shows an image, and what the image was found to be (None: not classified)."""

    sha256: str
    page: int
    box: Box
    label: str | None = None


class AnnotationPlan(Frozen):
    """Everything that is drawn: products with their provenance and links, and the places of all images."""

    products: tuple[Product, ...]
    places: tuple[ImagePlace, ...]


_Links = dict[tuple[int, str], list[tuple[int, Product, ImageLink]]]  # (page, sha256) -> the products it is linked to


class _Shown(NamedTuple):
    """A product on one page: its number in the document, its fields there by box, and what its frame surrounds."""

    number: int
    product: Product
    fields: dict[Box, list[str]]
    box: Box

    @property
    def name_box(self) -> Box:
        return next((box for box, fields in self.fields.items() if "name" in fields), self.box)


def annotate_document(source: Path, target: Path, plan: AnnotationPlan, password: str | None = None) -> int:
    """Write a copy of the PDF at `source` to `target` with `plan` drawn over it; returns the number of marks.

    The copy keeps the source's encryption. Raises `DocumentError` for a source that cannot be opened.
    """
    with open_document(source, password) as document:
        layers = {name: int(document.add_ocg(f"Quarry: {name}")) for name in ("products", "fields", "images", "links")}
        places: dict[int, list[ImagePlace]] = defaultdict(list)
        for place in plan.places:
            places[place.page].append(place)
        shown = _by_page(plan.products, places)
        links: _Links = defaultdict(list)
        for number, product in enumerate(plan.products, 1):
            for link in product.images:
                links[link.page, link.sha256].append((number, product, link))
        marks = 0
        for index in range(document.page_count):
            number = index + 1
            summary = _add_strip(document[index], _STRIP_POINTS)
            marker = Marker(document[index], layers)
            _draw_page(marker, shown.get(number, []), places[number], links)
            _draw_legend(marker, summary, number, shown.get(number, []), places[number])
            marks += marker.count
        document.save(str(target), garbage=1, deflate=True, encryption=pymupdf.mupdf.PDF_ENCRYPT_KEEP)
    return marks


def _by_page(products: Sequence[Product], places: dict[int, list[ImagePlace]]) -> dict[int, list[_Shown]]:
    """The products by page. What several share (a collection's heading) is marked, and is in nobody's frame."""
    fields: dict[tuple[int, int], dict[Box, list[str]]] = defaultdict(lambda: defaultdict(list))
    owners: Counter[tuple[int, Box]] = Counter()
    for number, product in enumerate(products, 1):
        for field, place in product.provenance.items():
            if place.page is not None and place.bbox is not None:
                owners[place.page, place.bbox] += place.bbox not in fields[place.page, number]
                fields[place.page, number][place.bbox].append(field)
    shown: dict[int, list[_Shown]] = defaultdict(list)
    for (page, number), found in sorted(fields.items()):
        product = products[number - 1]
        linked = {link.sha256 for link in product.images if link.page == page and link.reason in _FRAMED}
        own = [box for box in found if owners[page, box] == 1]
        for sha256 in sorted(linked):  # one drawing may stand by several products: its own is the nearest
            drawn = [place.box for place in places[page] if place.sha256 == sha256]
            own += [min(drawn, key=union(own).gap)] if own and drawn else drawn
        shown[page].append(_Shown(number, product, dict(found), union(own or found)))
    return shown


def _add_strip(page: pymupdf.Page, height: float) -> Box:
    """Lengthen the page as displayed by a strip at its foot; returns the strip's place."""
    box = page.cropbox  # in PyMuPDF's terms: origin at the top of the media box
    media = page.mediabox
    x0, x1 = box.x0, box.x1
    y0, y1 = media.y0 + media.y1 - box.y1, media.y0 + media.y1 - box.y0  # upwards, as PDF counts
    grown = {
        0: (x0, y0 - height, x1, y1),
        90: (x0, y0, x1 + height, y1),
        180: (x0, y0, x1, y1 + height),
        270: (x0 - height, y0, x1, y1),
    }[page.rotation % 360]
    width, below = float(page.rect.width), float(page.rect.height)
    page.set_mediabox(pymupdf.Rect(grown))
    return Box(0.0, below, width, below + height)


def _draw_page(
    marker: Marker,
    shown: Sequence[_Shown],
    places: Sequence[ImagePlace],
    links: _Links,
) -> None:
    names = {one.number: one.name_box for one in shown}
    for place in places:
        owners = links.get((place.page, place.sha256), [])
        near = [(name.gap(place.box), index) for index, one in enumerate(owners) if (name := names.get(one[0]))]
        link = owners[min(near)[1] if near else -1] if owners else None
        _draw_image(marker, place, link, names)
    drawn: set[Box] = set()
    for one in shown:
        for box, fields in one.fields.items():
            if box not in drawn:
                drawn.add(box)
                values = "\n".join(f"{field}: {describe(one.product, field)}" for field in fields)
                marker.fill(box, COLORS[kind_of(fields[0])], "fields", one.product.name, values)
        _draw_product(marker, one)


def _draw_product(marker: Marker, one: _Shown) -> None:
    box = one.box
    margin = 0.0 if box.height < _ROW_POINTS else _FRAME_POINTS
    frame = Box(box.x0 - _FRAME_POINTS, box.y0 - margin, box.x1 + _FRAME_POINTS, box.y1 + margin)
    marker.frame(frame, FRAME, "products", f"product {one.number}", summarise(one.product))
    if not margin:
        marker.tag_before(frame, str(one.number), FRAME, "products")
    else:
        marker.tag_above(frame, f"{one.number}  {one.product.name}", FRAME, "products")


def _draw_image(
    marker: Marker,
    place: ImagePlace,
    link: tuple[int, Product, ImageLink] | None,
    names: dict[int, Box],
) -> None:
    label = place.label or _UNLABELLED
    color = IMAGE_COLORS.get(label, IMAGE_COLORS[_UNLABELLED])
    inset = Box(place.box.x0 + 1, place.box.y0 + 1, place.box.x1 - 1, place.box.y1 - 1)
    reason = "no product" if link is None else f"{link[2].reason.replace('_', ' ')} {link[2].score:.2f}"
    marker.frame(inset, color, "images", label, f"{reason}; {place.sha256[:12]}", dashed=True)
    away = f" > {link[0]} {link[1].name}" if link and link[0] not in names else ""
    marker.tag_inside(inset, f"{label}{away}", color, "images")
    if link and link[0] in names:
        marker.link(place.box.center, names[link[0]], f"image of {link[1].name}", reason)


def _draw_legend(
    marker: Marker, strip: Box, number: int, shown: Sequence[_Shown], places: Sequence[ImagePlace]
) -> None:
    count = f"page {number}: {_plural(len(shown), 'product')}, {_plural(len(places), 'image')}"
    entries = [LegendEntry(count), LegendEntry("product", FRAME, "frame")]
    entries += [LegendEntry(name, color, "fill") for name, color in COLORS.items()]
    labels = [label for label in IMAGE_COLORS if label != _UNLABELLED or any(not place.label for place in places)]
    entries += [LegendEntry(label.lower().replace("_", " "), IMAGE_COLORS[label], "dashed") for label in labels]
    entries.append(LegendEntry("image > its product", LINK, "line"))
    marker.legend(strip, entries)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def describe(product: Product, field: str) -> str:
    """The value of a field of `Product.provenance` ("sku", "prices.Oak", "variants.AB-1", an attribute) in words."""
    head, _, rest = field.partition(".")
    if head == "prices" and rest:
        return " ".join(filter(None, [product.prices.get(rest), product.currency]))
    if head == "variants" and rest:
        return next((one.name or rest for one in product.variants if one.sku == rest), rest)
    value: AttributeValue | None = product.attributes.get(field)
    if value is None:
        value = getattr(product, field, None)
    if field in ("price", "list_price"):
        return " ".join(filter(None, [str(value), product.currency]))
    return _in_words(value)


def _in_words(value: AttributeValue | None) -> str:
    if isinstance(value, Measure):
        return f"{value.value} {value.unit or ''}".strip()
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def summarise(product: Product) -> str:
    """A product in a few lines: what a reader sees on hovering over its frame."""
    return "\n".join(_summary_lines(product))


def _summary_lines(product: Product) -> Iterator[str]:
    yield product.name
    for field in ("sku", "brand", "price", "list_price"):
        if getattr(product, field):
            yield f"{field}: {describe(product, field)}"
    yield from (f"{label}: {price} {product.currency or ''}".rstrip() for label, price in product.prices.items())
    yield from (f"{name}: {_in_words(value)}" for name, value in product.attributes.items())
    if product.variants:
        yield f"{len(product.variants)} variants"
    yield f"confidence {product.confidence:.2f}"
