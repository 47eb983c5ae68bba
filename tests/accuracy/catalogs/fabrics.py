"""Fabrics and rugs: a design with its specification and colourways; a rug with the prices of its sizes."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment

_COLOURS = "Ivory Pebble Sand Rust Olive Navy Plum Slate Ochre Blush Moss Denim Ecru Coral Petrol Chalk"
_WORDS = {
    "en": "Composition|Abrasion resistance|Pattern repeat|Fire rating|Care|{} Martindale",
    "de": "Zusammensetzung|Scheuertouren|Rapport|Brandschutz|Pflege|{} Martindale",
    "it": "Composizione|Resistenza all'abrasione|Rapporto|Ignifugo|Lavaggio|{} Martindale",
}
_YARNS = {"en": ("linen", "cotton", "wool"), "de": ("Leinen", "Baumwolle", "Wolle"), "it": ("lino", "cotone", "lana")}


def make_card(random: Random, language: str) -> Made:
    """A design a page: its heading and specification on top, below it swatches named by number and colour."""
    tongue, words = TONGUES[language], _WORDS[language].split("|")
    goods, sheet = Assortment(random, tongue), Sheet(random, font=random.choice(("helv", "tiro")))
    products: list[TrueProduct] = []
    columns, rows = random.choice(((3, 3), (4, 3), (4, 2)))
    for _ in range(3):
        sheet.add().folio("2026 / 27")
        share = random.choice((55, 60, 70))
        one = TrueProduct(goods.name(plain=True), sheet.number, goods.code())
        yarns = random.sample(_YARNS[language], 2)
        one.attributes |= {
            "width": ("140", "cm"),
            "material": f"{share} % {yarns[0]}, {100 - share} % {yarns[1]}",
        }
        sheet.text(45, 76, one.name, 24, bold=True)
        rubs = f"{random.randrange(25, 90)},000" if tongue.mark == "." else f"{random.randrange(25, 90)}.000"
        values = [
            (tongue.labels["sku"], str(one.sku)), (tongue.labels["width"], "140 cm"),
            (words[0], str(one.attributes["material"])), (words[1], words[5].format(rubs)),
            (words[2], f"{random.randrange(8, 64)} x {random.randrange(8, 64)} cm"), (words[3], "BS 5852, EN 1021-1"),
            (words[4], "30 °C"),
        ]  # fmt: skip
        y = 104.0
        for label, value in values:
            sheet.text(45, y, label, 8.5, grey=True).text(190, y, value, 8.5)
            y += 13
        _write_swatches(sheet, y + 16, columns, rows, random)
        products.append(one)
    return Made(f"fabrics-card-{language}", sheet.tobytes(), products)


def _write_swatches(sheet: Sheet, top: float, columns: int, rows: int, random: Random) -> None:
    width, height = (505 - 12 * (columns - 1)) / columns, (770 - top) / rows
    for index, colour in enumerate(random.sample(_COLOURS.split(), columns * rows)):
        x, y = 45 + index % columns * (width + 12), top + index // columns * height
        sheet.picture(x, y, width, height - 26)
        sheet.text(x, y + height - 15, f"{index + 1:02d} {colour}", 8)


def make_rugs(random: Random, language: str) -> Made:
    """Two rugs a page: a picture, a name, the material, and a line for each size with its price; no codes."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random)
    products: list[TrueProduct] = []
    for _ in range(3):
        sheet.add().folio()
        for place in range(2):
            top = 60 + 380 * place
            one = TrueProduct(goods.name(plain=True), sheet.number, currency=tongue.currency, picture_page=sheet.number)
            one.picture = sheet.picture(45, top, 230, 310)
            sheet.text(300, top + 18, one.name, 18, bold=True)
            one.attributes["material"] = random.choice(_YARNS[language]).capitalize()
            sheet.text(300, top + 38, f"{tongue.labels['material']}: {one.attributes['material']}", 9)
            y, price = top + 66.0, random.randrange(190, 400)
            for size in ("140 x 200 cm", "170 x 240 cm", "200 x 300 cm"):
                price += random.randrange(150, 600)
                sheet.text(300, y, size, 9).text(530, y, goods.write_price(f"{price}.00"), 9, align="right")
                one.variant_prices.append({"": f"{price}.00"})
                y += 15
            products.append(one)
    return Made(f"rugs-{language}", sheet.tobytes(), products)
