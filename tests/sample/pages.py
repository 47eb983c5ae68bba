"""The twelve pages: each function sets one, with pictures by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import content as c
import price_rows
import prose
from canvas import (
    ACCENT,
    BLACK,
    BODY,
    CODE,
    CONTENT,
    DISPLAY,
    GUTTER,
    HAIR,
    KICKER,
    LABEL,
    LEAD,
    MARGIN,
    NAME,
    QUOTE,
    SAND,
    SMALL,
    STRONG,
    SUBTITLE,
    TITLE,
    VALUE,
    WHITE,
    WIDTH,
    Canvas,
    Style,
    measure,
)
from records import Product

Pictures = dict[str, bytes]
RIGHT = WIDTH - MARGIN

# Every picture: name -> (page, box in points, label, SKU of the product it shows). Boxes also fix the pixel sizes.
Box = tuple[float, float, float, float]
SWATCH = (CONTENT - 2 * GUTTER) / 3
PANEL = (CONTENT - GUTTER) / 2
CARD = 226.0


def _grid(
    products: tuple[Product, ...], columns: int, top: float, size: tuple[float, float], step: float
) -> dict[str, Box]:
    boxes = {}
    for index, product in enumerate(products):
        x = MARGIN + (index % columns) * (size[0] + GUTTER)
        y = top + (index // columns) * step
        boxes[product.picture or ""] = (x, y, x + size[0], y + size[1])
    return boxes


STONE_BOXES = _grid(c.STONES, 3, 164, (SWATCH, 206), 284)
GRAIN_BOXES = _grid(c.GRAIN, 2, 164, (PANEL, 128), 194)
BOXES: dict[str, Box] = {
    "cover": (0, 0, WIDTH, 590),
    "still_life": (0, 0, WIDTH, 262),
    **STONE_BOXES,
    **GRAIN_BOXES,
    "washbasin": (0, 0, WIDTH, 456),
    "pendant_lamp": (0, 0, 300, 742),
    "table_setting": (MARGIN, 172, RIGHT, 500),
    "vase_portrait": (MARGIN, 150, MARGIN + CARD, 150 + 270),
    "side_table_portrait": (MARGIN, 470, MARGIN + CARD, 470 + 270),
    "living_room": (0, 0, WIDTH, 470),
    "chair_portrait": (MARGIN, 150, MARGIN + PANEL, 360),
    "armchair_portrait": (MARGIN + PANEL + GUTTER, 150, RIGHT, 360),
    "drawing": (MARGIN + PANEL + GUTTER, 486, RIGHT, 486 + 226),
}


def place(canvas: Canvas, name: str, pictures: Pictures) -> Box:
    canvas.image(BOXES[name], pictures[name])
    return BOXES[name]


def heading(canvas: Canvas, kicker: str, title: str, intro: str) -> None:
    """Kicker and title on the left, a short introduction in the right half."""
    canvas.text(MARGIN, 62, kicker.upper(), KICKER)
    canvas.text(MARGIN - 1, 106, title, DISPLAY)
    canvas.paragraph(MARGIN + PANEL + GUTTER, 82, PANEL, intro, BODY)
    canvas.rule(MARGIN, 142, CONTENT, BLACK, 0.7)


def cover(canvas: Canvas, pictures: Pictures) -> None:
    place(canvas, "cover", pictures)
    canvas.text(MARGIN - 3, 694, "Oskvall", Style("serif", 76, 80, BLACK))
    canvas.text(MARGIN, 736, "Surfaces, light and furniture", Style("serif-italic", 19, 24, ACCENT))
    canvas.rule(MARGIN, 772, CONTENT, BLACK, 0.7)
    canvas.text(MARGIN, 794, "Catalogue Nº 7", VALUE)
    canvas.text(RIGHT, 794, "Collection and price list", VALUE, "right")


def contents(canvas: Canvas, pictures: Pictures) -> None:
    place(canvas, "still_life", pictures)
    canvas.text(MARGIN - 1, 330, "Contents", DISPLAY)
    y = 372.0
    left = 290.0
    for number, name, text in prose.SECTIONS:
        canvas.rule(MARGIN, y - 17, left, HAIR, 0.4)
        canvas.text(MARGIN, y, str(number), Style("serif", 11, 14, ACCENT))
        canvas.text(MARGIN + 30, y, name, Style("serif", 12.5, 16))
        canvas.text(MARGIN + left, y, text, SMALL, "right")
        y += 28.5
    canvas.rule(MARGIN, y - 17, left, HAIR, 0.4)
    x = MARGIN + left + 34
    y = canvas.paragraph(x, 372, RIGHT - x, prose.WELCOME[0], LEAD)
    canvas.paragraph(x, y + 10, RIGHT - x, prose.WELCOME[1], BODY)


def swatches(canvas: Canvas, pictures: Pictures, products: tuple[Product, ...]) -> None:
    for product in products:
        x, _, x1, y = place(canvas, product.picture or "", pictures)
        canvas.text(x, y + 20, product.name, NAME)
        canvas.text(x1, y + 19.5, product.sku, CODE, "right")
        for index, line in enumerate(product.lines):
            canvas.text(x, y + 35 + 11.2 * index, line, SMALL)


def strata(canvas: Canvas, pictures: Pictures) -> None:
    heading(canvas, "Natural stone", "Strata", prose.STRATA_INTRO)
    swatches(canvas, pictures, c.STONES)
    canvas.rule(MARGIN, 728, CONTENT, BLACK, 0.7)
    canvas.paragraph(MARGIN, 746, CONTENT - 60, prose.STRATA_NOTE, SMALL)


def grain(canvas: Canvas, pictures: Pictures) -> None:
    heading(canvas, "Wood, weave and glaze", "Grain", prose.GRAIN_INTRO)
    swatches(canvas, pictures, c.GRAIN)
    canvas.rule(MARGIN, 748, CONTENT, BLACK, 0.7)
    canvas.paragraph(MARGIN, 766, CONTENT, prose.GRAIN_NOTE, SMALL)


def washbasin(canvas: Canvas, pictures: Pictures) -> None:
    product = c.SERAN
    place(canvas, "washbasin", pictures)
    canvas.text(MARGIN, 500, product.collection.upper(), KICKER)
    canvas.text(MARGIN - 1, 544, product.name, DISPLAY)
    canvas.text(MARGIN, 568, product.subtitle, SUBTITLE)
    canvas.paragraph(MARGIN, 602, 208, product.description or "", BODY)
    canvas.specification(MARGIN + PANEL + GUTTER, 511, PANEL, product.rows)


def pendant(canvas: Canvas, pictures: Pictures) -> None:
    product = c.KVELD
    x = place(canvas, "pendant_lamp", pictures)[2] + 28
    canvas.text(x, 62, "LIGHTING", KICKER)
    canvas.text(x - 1, 106, product.name, DISPLAY)
    canvas.text(x, 130, product.subtitle, SUBTITLE)
    y = canvas.paragraph(x, 172, RIGHT - x, product.description or "", LEAD)
    canvas.paragraph(x, y + 8, RIGHT - x, prose.KVELD_NOTE, SMALL)
    canvas.specification(x, 742 - 17.2 * len(product.rows) + 11, RIGHT - x, product.rows)


def table(canvas: Canvas, pictures: Pictures) -> None:
    product = c.ETTVIK
    canvas.text(MARGIN, 62, "DINING", KICKER)
    canvas.text(MARGIN - 1, 106, product.name, DISPLAY)
    canvas.text(MARGIN, 130, product.subtitle, SUBTITLE)
    canvas.paragraph(MARGIN + PANEL + GUTTER, 82, PANEL, product.description or "", BODY)
    place(canvas, "table_setting", pictures)
    canvas.text(MARGIN, 516, "Shown in white oil.", SMALL)
    canvas.specification(MARGIN + PANEL + GUTTER - 60, 548, PANEL + 60, product.rows)


def card(canvas: Canvas, pictures: Pictures, product: Product) -> None:
    _, y, x1, y1 = place(canvas, product.picture or "", pictures)
    canvas.fill((x1, y, RIGHT, y1), SAND)
    x = x1 + 24
    canvas.text(x - 0.5, y + 40, product.name, TITLE)
    canvas.text(x, y + 59, product.subtitle, SUBTITLE)
    canvas.paragraph(x, y + 82, RIGHT - x - 24, product.description or "", BODY)
    canvas.specification(x, y1 - 125, RIGHT - x - 24, product.rows)


def atelier(canvas: Canvas, pictures: Pictures) -> None:
    canvas.text(MARGIN, 62, "ACCESSORIES", KICKER)
    canvas.text(MARGIN - 1, 106, "Atelier", DISPLAY)
    canvas.paragraph(
        MARGIN + PANEL + GUTTER,
        82,
        PANEL,
        prose.ATELIER_INTRO,
        BODY,
    )
    for product in (c.AMPHEE, c.TREBOL):
        card(canvas, pictures, product)


def room(canvas: Canvas, pictures: Pictures) -> None:
    place(canvas, "living_room", pictures)
    y = canvas.paragraph(MARGIN, 548, 400, prose.ROOM_QUOTE, QUOTE)
    canvas.rule(MARGIN, y + 2, 40, ACCENT, 1.0)
    canvas.paragraph(MARGIN, y + 34, 300, prose.ROOM_TEXT, BODY)


# Right edges of the numeric columns of the price list; code and description are set from the left.
NUMBER_EDGES = (306.0, 346.0, 386.0, 444.0, 498.0, RIGHT - 6)


def price_list(canvas: Canvas, pictures: Pictures) -> None:
    canvas.text(MARGIN, 62, "VALID UNTIL FURTHER NOTICE", KICKER)
    canvas.text(MARGIN - 1, 106, "Price list", DISPLAY)
    canvas.text(MARGIN, 130, "Seating, storage and small tables", SUBTITLE)
    for name, row in (("chair_portrait", price_rows.PRICE_ROWS[0]), ("armchair_portrait", price_rows.PRICE_ROWS[2])):
        x, _, _, y1 = place(canvas, name, pictures)
        canvas.text(x, y1 + 14, f"{row.text}, {row.code}", SMALL)
    y = 412.0
    canvas.fill((MARGIN, y - 14, RIGHT, y + 8), BLACK)
    head = Style("sans-bold", 7.6, 10, WHITE)
    canvas.text(MARGIN + 6, y, "Code", head)
    canvas.text(MARGIN + 62, y, "Description", head)
    for edge, label in zip(NUMBER_EDGES, ("W", "D", "H", *price_rows.PRICE_COLUMNS), strict=True):
        canvas.text(edge, y, label, head, "right")
    y += 26
    group = ""
    for row in price_rows.PRICE_ROWS:
        if row.group != group:
            group = row.group
            y = _group_row(canvas, y, group)
        y = _price_row(canvas, y, row)
    for note in price_rows.PRICE_NOTES:
        y = canvas.paragraph(MARGIN, y + 6, CONTENT, note, SMALL)


def _group_row(canvas: Canvas, y: float, group: str) -> float:
    canvas.fill((MARGIN, y - 16, RIGHT, y + 8), SAND)
    canvas.rule(MARGIN, y + 8, CONTENT)
    canvas.text(MARGIN + 6, y, group, Style("serif", 11.5, 14, ACCENT))
    return y + 26


def _price_row(canvas: Canvas, y: float, row: price_rows.PriceRow) -> float:
    end = canvas.text(MARGIN + 6, y, row.code, STRONG)
    if row.mark:
        canvas.text(end + 0.8, y - 2.4, row.mark, Style("sans", 6.2, 8, ACCENT))
    canvas.text(MARGIN + 62, y, row.text, VALUE)
    for edge, value in zip(NUMBER_EDGES, (*row.size, *row.prices), strict=True):
        canvas.text(edge, y, value, VALUE, "right")
    canvas.rule(MARGIN, y + 9, CONTENT)
    return y + 28


def finishes(canvas: Canvas, pictures: Pictures) -> None:
    heading(canvas, "Reference", "Finishes", prose.FINISHES_INTRO)
    x, y = MARGIN, 172.0
    for index, (term, text) in enumerate(prose.FINISH_TERMS):
        if index == 3:
            x, y = MARGIN + PANEL + GUTTER, 172.0
        canvas.text(x, y, term, NAME)
        y = canvas.paragraph(x, y + 17, PANEL - 10, text, BODY) + 13
    canvas.text(x, y, "Care", NAME)
    canvas.paragraph(x, y + 17, PANEL - 10, prose.CARE, BODY)
    canvas.rule(MARGIN, 424, CONTENT, BLACK, 0.7)
    canvas.text(MARGIN, 460, "Installing a vessel basin", Style("serif", 20, 24))
    y = 500.0
    for number, step in enumerate(prose.INSTALL_STEPS, 1):
        canvas.text(MARGIN, y, f"{number}.", Style("serif", 13, 16, ACCENT))
        y = canvas.paragraph(MARGIN + 20, y, PANEL - 34, step, BODY) + 8
    place(canvas, "drawing", pictures)
    canvas.text(BOXES["drawing"][0], BOXES["drawing"][3] + 14, "Section and plan, dimensions in millimetres", SMALL)


def fold_accents(name: str) -> str:
    """'Névé' as 'neve', the way an index sorts."""
    return "".join(mark for mark in unicodedata.normalize("NFD", name) if not unicodedata.combining(mark)).lower()


def index(canvas: Canvas, pictures: Pictures) -> None:
    heading(canvas, "From A to Z", "Index", prose.INDEX_INTRO)
    entries = sorted(c.PRODUCTS, key=lambda product: fold_accents(product.name))
    half = len(entries) // 2
    for column in (0, 1):
        x, y = MARGIN + column * (PANEL + GUTTER + 10), 172.0
        for product in entries[column * half : (column + 1) * half]:
            _index_line(canvas, x, y, PANEL - 10, product)
            y += 33
    canvas.rule(MARGIN, 600, CONTENT, BLACK, 0.7)
    canvas.text(MARGIN, 640, "Oskvall", Style("serif", 20, 24))
    canvas.paragraph(MARGIN + PANEL + GUTTER, 634, PANEL - 20, prose.COLOPHON, BODY)


def _index_line(canvas: Canvas, x: float, y: float, width: float, product: Product) -> None:
    end = canvas.text(x, y, product.name, Style("serif", 11.5, 14))
    canvas.text(x + width, y, str(product.page), Style("serif", 10.5, 13, ACCENT), "right")
    code = x + width - 66
    canvas.text(code, y, product.sku, LABEL)
    canvas.rule(end + 5, y - 1, max(0.0, code - end - 10), HAIR, 0.4)
    canvas.rule(code + measure(product.sku, LABEL) + 5, y - 1, 6, HAIR, 0.4)


PAGE_MAKERS: tuple[tuple[Callable[[Canvas, Pictures], None], str], ...] = (
    (cover, ""),
    (contents, "Contents"),
    (strata, "Strata"),
    (grain, "Grain"),
    (washbasin, "Vann"),
    (pendant, "Kveld"),
    (table, "Ettvik"),
    (atelier, "Atelier"),
    (room, "At home"),
    (price_list, "Price list"),
    (finishes, "Finishes"),
    (index, "Index"),
)
TINTED_PAGES = {1: SAND, 9: SAND}
PICTURE_PAGES = {
    "cover": 1,
    "still_life": 2,
    **dict.fromkeys(STONE_BOXES, 3),
    **dict.fromkeys(GRAIN_BOXES, 4),
    "washbasin": 5,
    "pendant_lamp": 6,
    "table_setting": 7,
    "vase_portrait": 8,
    "side_table_portrait": 8,
    "living_room": 9,
    "chair_portrait": 10,
    "armchair_portrait": 10,
    "drawing": 11,
}
# Labels of the pictures that are not a product alone.
LABELS = {
    "cover": "DECORATIVE",
    "still_life": "DECORATIVE",
    "washbasin": "MIXED",
    "pendant_lamp": "MIXED",
    "table_setting": "MIXED",
    "living_room": "DECORATIVE",
    "drawing": "TECHNICAL_DIAGRAM",
}
