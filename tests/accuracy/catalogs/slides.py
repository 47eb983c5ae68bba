"""Brochures of whole-page pictures, grids whose prices and codes come in a list at the end, accessories in lines."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment

_ARTICLE = {"en": "Art.", "de": "Art.", "it": "Art.", "fr": "Réf.", "es": "Ref."}
_PARTS = {
    "en": "Screw set, {} pcs|Wall bracket|Felt gliders, {} pcs|Care oil, {} ml|Connector|Cable clip, {} pcs",
    "de": "Schraubenset, {} Stück|Wandhalter|Filzgleiter, {} Stück|Pflegeöl, {} ml|Verbinder|Kabelclip, {} Stück",
    "fr": "Jeu de vis, {} pièces|Support mural|Patins feutre, {} pièces|Huile, {} ml|Raccord|Clip, {} pièces",
}


def make_slides(random: Random, language: str) -> Made:
    """A landscape page a product: a photograph bleeds off the left half, bulleted facts stand on the right."""
    tongue = TONGUES[language]
    labels = tongue.labels
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    products: list[TrueProduct] = []
    sheet.add(842, 595).text(60, 300, goods.name(plain=True), 44, bold=True).text(60, 340, "Collection 2026", 14)
    for _ in range(5):
        sheet.add(842, 595)
        one = TrueProduct(goods.name(), sheet.number, goods.code(), picture_page=sheet.number)
        one.picture = sheet.picture(0, 0, 430, 595)
        sizes = [goods.size() for _ in range(3)]
        one.attributes |= {axis: (value, "cm") for axis, value in zip(("width", "depth", "height"), sizes, strict=True)}
        one.attributes["material"] = goods.material()
        sheet.text(470, 110, one.name, 24, bold=True)
        y = sheet.prose(470, 146, 320, ". ".join(tongue.prose.split(". ")[:2]) + ".", 10) + 14
        for text in (
            f"{labels['material']}: {one.attributes['material']}",
            f"{labels['dimensions']}: {goods.write(sizes[0])} x {goods.write(sizes[1])} x {goods.write(sizes[2])} cm",
            f"{labels['sku']}: {one.sku}",
        ):
            sheet.text(470, y, f"• {text}" if language != "ru" else f"– {text}", 10)
            y += 17
        products.append(one)
    return Made(f"slides-{language}", sheet.tobytes(), products)


def make_listed_at_end(random: Random, language: str) -> Made:
    """Pictures with name and code; the prices in a list at the end, then an index of all codes."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random)
    products: list[TrueProduct] = []
    for _ in range(3):
        sheet.add().folio("2026")
        for index in range(9):
            x, y = 45 + index % 3 * 172, 60 + index // 3 * 240
            one = TrueProduct(goods.name(), sheet.number, goods.code(), picture_page=sheet.number)
            one.picture = sheet.picture(x, y, 160, 190)
            sheet.text(x, y + 204, one.name, 9.5, bold=True).text(x, y + 216, str(one.sku), 8)
            products.append(one)
    sheet.add().text(45, 60, tongue.labels["price"], 18, bold=True).folio("2026")
    for x, field in ((45, "sku"), (150, "name")):
        sheet.text(x, 90, tongue.labels[field], 8, bold=True)
    sheet.text(480, 90, f"{tongue.labels['price']} {tongue.currency}", 8, bold=True, align="right")
    for index, one in enumerate(products):
        y = 106 + index * 15
        one.price, one.currency = goods.amount(), tongue.currency
        sheet.text(45, y, str(one.sku), 8.5).text(150, y, one.name, 8.5)
        sheet.text(480, y, goods.write_price(one.price, sign=False), 8.5, align="right")
    sheet.add().text(45, 60, tongue.headings["index"], 18, bold=True).folio("2026")
    for index, one in enumerate(sorted(products, key=lambda one: str(one.sku))):
        x, y = 45 + index // 14 * 250, 100 + index % 14 * 16
        sheet.text(x, y, str(one.sku), 8.5).text(x + 80, y, one.name, 8.5)
        sheet.text(x + 220, y, str(one.page), 8.5, align="right")
    return Made(f"listed-at-end-{language}", sheet.tobytes(), products)


def make_accessories(random: Random, language: str) -> Made:
    """A line an article under headings: "Art. 1234 Screw set, 12 pcs, € 4.50"."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random)
    products: list[TrueProduct] = []
    for page in range(2):
        sheet.add().text(45, 60, goods.name(plain=True), 18, bold=True).folio()
        y = sheet.prose(45, 84, 480, tongue.prose.split(".")[page] + ".", 9.5) + 12
        for _ in range(3):
            sheet.text(45, y, goods.name(plain=True), 11, bold=True)
            y += 17
            for part in random.sample(_PARTS[language].split("|"), random.choice((3, 4, 5))):
                name = part.format(random.choice((4, 12, 250)))
                one = TrueProduct(name, sheet.number, str(random.randrange(1010, 9899)))
                one.price, one.currency = goods.amount(3, 90), tongue.currency
                sheet.text(45, y, f"{_ARTICLE[language]} {one.sku} {name}, {goods.write_price(one.price)}", 9.5)
                products.append(one)
                y += 14
            y += 12
    return Made(f"accessories-{language}", sheet.tobytes(), products)
