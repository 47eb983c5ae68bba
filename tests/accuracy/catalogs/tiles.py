"""Tiles: a series a page, its colours as swatches, and tables of formats and of packaging that hold no products."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment

_COLOURS = "Ivory Grey Sand Anthracite White Moka Pearl Greige Nero Perla Silver Taupe Cotto Ocra Salvia Fumo"
_FORMATS = (
    ("60x120", '24"x48"'),
    ("60x60", '24"x24"'),
    ("30x60", '12"x24"'),
    ("20x120", '8"x48"'),
    ("80x80", '32"x32"'),
)
_WORDS = {
    "en": "Sizes|cm|inch|Thickness|Surface|Slip rating|Packaging|Format|Pcs / box|m² / box|kg / box|Boxes / pallet",
    "it": "Formati|cm|pollici|Spessore|Superficie|Antiscivolo|Imballi|Formato|Pz / scatola|Mq / scatola|Kg / scatola|"
    "Scatole / pallet",
    "de": "Formate|cm|Zoll|Stärke|Oberfläche|Rutschhemmung|Verpackung|Format|Stk. / Karton|m² / Karton|kg / Karton|"
    "Kartons / Palette",
}  # fmt: skip


def make_series(random: Random, language: str) -> Made:
    """Heading, a line about the series, a room, swatches with colour and code; below them the two tables."""
    tongue, words = TONGUES[language], _WORDS[language].split("|")
    goods, sheet = Assortment(random, tongue), Sheet(random)
    products: list[TrueProduct] = []
    ruled, columns = random.random() < 0.5, random.choice((3, 4, 5))
    for _ in range(3):
        series = goods.name(plain=True)
        sheet.add().text(45, 64, series, 26, bold=True).folio("2026")
        y = sheet.prose(45, 84, 480, tongue.prose.split(".")[0] + ".", 9)
        sheet.picture(45, y, 505, 190)
        y += 206
        width = (505 - 10 * (columns - 1)) / columns
        for index, colour in enumerate(random.sample(_COLOURS.split(), columns)):
            x = 45 + index * (width + 10)
            one = TrueProduct(colour, sheet.number, goods.code(), picture_page=sheet.number)
            one.attributes["collection"] = series
            one.picture = sheet.picture(x, y, width, width * 0.7)
            sheet.text(x, y + width * 0.7 + 11, colour, 9, bold=True)
            sheet.text(x, y + width * 0.7 + 21, str(one.sku), 7.5)
            products.append(one)
        formats = random.sample(_FORMATS, random.choice((3, 4)))
        y = _write_formats(sheet, y + width * 0.7 + 50, words, formats, goods, ruled)
        _write_packaging(sheet, y + 26, words, formats, goods, ruled)
    return Made(f"tiles-series-{language}", sheet.tobytes(), products)


def _write_formats(
    sheet: Sheet, y: float, words: list[str], formats: list[tuple[str, str]], goods: Assortment, ruled: bool
) -> float:
    sheet.text(45, y, words[0], 10, bold=True)
    rows = [words[1:6]] + [
        [
            cm,
            inch,
            f"{sheet.random.choice(('9', '10', '20'))} mm",
            goods.finish(),
            f"R{sheet.random.choice((9, 10, 11))}",
        ]
        for cm, inch in formats
    ]
    return _write_table(sheet, y + 14, rows, [45, 130, 215, 300, 430], ruled)


def _write_packaging(
    sheet: Sheet, y: float, words: list[str], formats: list[tuple[str, str]], goods: Assortment, ruled: bool
) -> float:
    sheet.text(45, y, words[6], 10, bold=True)
    rows = [words[7:]]
    for cm, _ in formats:
        pieces = sheet.random.choice((2, 3, 4, 6))
        width, length = map(int, cm.split("x"))
        area = f"{pieces * width * length / 10000:.2f}"
        rows.append(
            [cm, str(pieces), goods.write(area), goods.write(goods.size(18, 40)), str(sheet.random.randrange(20, 60))]
        )
    return _write_table(sheet, y + 14, rows, [45, 130, 215, 300, 430], ruled)


def _write_table(sheet: Sheet, y: float, rows: list[list[str]], edges: list[float], ruled: bool) -> float:
    for number, row in enumerate(rows):
        for x, text in zip(edges, row, strict=True):
            sheet.text(x, y, text, 8, bold=number == 0)
        if ruled:
            sheet.rule(45, y + 4, 550, y + 4)
        y += 14
    return y
