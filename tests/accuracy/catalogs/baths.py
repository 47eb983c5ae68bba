"""Bath fittings and chairs: rows of pictures with codes by finish, prices by grade over frames, products in columns."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment

_KINDS = {
    "en": ("basin mixer", "shower set", "bath spout", "towel rail"),
    "it": ("miscelatore lavabo", "set doccia", "bocca vasca", "portasalviette"),
    "de": ("Waschtischmischer", "Brauseset", "Wanneneinlauf", "Handtuchhalter"),
    "es": ("mezclador lavabo", "conjunto ducha", "caño bañera", "toallero"),
}
_FINISHES = {
    "en": ("Chrome", "Brushed nickel", "Matt black"), "it": ("Cromo", "Nichel spazzolato", "Nero opaco"),
    "de": ("Chrom", "Nickel gebürstet", "Schwarz matt"),
}  # fmt: skip
_FRAMES = {
    "en": ("Beech, natural", "Oak, oiled", "Walnut, oiled"), "it": ("Faggio naturale", "Rovere oliato", "Noce oliato"),
    "de": ("Buche natur", "Eiche geölt", "Nussbaum geölt"),
}  # fmt: skip
_FRAME_LABEL = {"en": "Frame", "it": "Struttura", "de": "Gestell"}


def make_fittings(random: Random, language: str) -> Made:
    """Pictures on the left; beside each its name, a sentence, and a line for each finish: code, finish, price."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random)
    products: list[TrueProduct] = []
    header, title = random.random() < 0.5, goods.name(plain=True)
    for _ in range(3):
        sheet.add().text(45, 50, title, 18, bold=True).folio()
        for place in range(4):
            top = 80 + 180 * place
            kind = f"{goods.name(plain=True)} {random.choice(_KINDS[language])}"
            one = TrueProduct(kind, sheet.number, currency=tongue.currency, picture_page=sheet.number)
            one.picture = sheet.picture(45, top, 130, 130)
            sheet.text(200, top + 12, one.name, 11, bold=True)
            y = sheet.prose(200, top + 27, 330, random.choice(tongue.prose.split(". ")[:2]) + ".", 8) + 6
            if header:
                for x, field in ((200, "sku"), (300, "finish")):
                    sheet.text(x, y, tongue.labels[field], 7, grey=True)
                sheet.text(535, y, f"{tongue.labels['price']} {tongue.currency}", 7, grey=True, align="right")
                y += 13
            base, price, codes = goods.code(), random.randrange(80, 700), []
            for index, finish in enumerate(_FINISHES[language]):
                codes.append(f"{base}-{'CNS'[index]}{index + 1}")
                price += random.randrange(15, 90)
                one.variant_prices.append({"": f"{price}.00"})
                sheet.text(200, y, codes[-1], 8.5).text(300, y, finish, 8.5)
                written = goods.write_price(f"{price}.00", sign=not header)
                sheet.text(535, y, written, 8.5, align="right")
                y += 14
            one.variants = tuple(codes)
            products.append(one)
    return Made(f"fittings-{language}", sheet.tobytes(), products)


def make_matrix(random: Random, language: str) -> Made:
    """Two chairs a page: a picture and a heading; below them frames with a code as rows, fabric grades as columns."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random)
    products: list[TrueProduct] = []
    grades = random.choice((("A", "B", "C", "D"), ("Cat. 1", "Cat. 2", "Cat. 3"), ("I", "II", "III")))
    for _ in range(3):
        sheet.add().folio()
        for place in range(2):
            top = 55 + 385 * place
            one = TrueProduct(goods.name(), sheet.number, currency=tongue.currency, picture_page=sheet.number)
            sizes = {axis: goods.size() for axis in ("width", "depth", "height")}
            one.attributes |= {axis: (value, "cm") for axis, value in sizes.items()}
            one.picture = sheet.picture(45, top, 200, 200)
            sheet.text(270, top + 20, one.name, 17, bold=True)
            size = " x ".join(goods.write(value) for value in sizes.values())
            sheet.text(270, top + 42, f"{tongue.labels['dimensions']}: {size} cm", 9)
            sheet.prose(270, top + 60, 260, tongue.prose.split(".")[0] + ".", 9)
            one.variants = _write_grades(sheet, top + 230, one, grades, goods, language)
            products.append(one)
    return Made(f"chairs-matrix-{language}", sheet.tobytes(), products)


def _write_grades(
    sheet: Sheet, y: float, one: TrueProduct, grades: tuple[str, ...], goods: Assortment, language: str
) -> tuple[str, ...]:
    labels = TONGUES[language].labels
    sheet.text(45, y, labels["sku"], 8, bold=True).text(130, y, _FRAME_LABEL[language], 8, bold=True)
    for index, grade in enumerate(grades):
        sheet.text(330 + 70 * index, y, grade, 8, bold=True, align="right")
    sheet.rule(45, y + 4, 550, y + 4)
    codes, price = [], sheet.random.randrange(200, 900)
    for frame in _FRAMES[language]:
        y += 16
        codes.append(goods.code())
        sheet.text(45, y, codes[-1], 8.5).text(130, y, frame, 8.5)
        prices = {}
        for index, grade in enumerate(grades):
            prices[grade] = f"{price + 45 * index}.00"
            sheet.text(330 + 70 * index, y, goods.write_price(prices[grade]), 8.5, align="right")
        one.variant_prices.append(prices)
        price += sheet.random.randrange(40, 120)
    return tuple(codes)


def make_columns(random: Random, language: str) -> Made:
    """Products side by side in columns: a picture and a name each, below them rows of labelled values for all."""
    tongue = TONGUES[language]
    labels = tongue.labels
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    products: list[TrueProduct] = []
    count = random.choice((3, 4))
    width = 400 / count
    for _ in range(3):
        sheet.add().text(45, 60, goods.name(plain=True), 20, bold=True).folio()
        ones = [
            TrueProduct(_short_name(goods, width), sheet.number, goods.code(), picture_page=sheet.number)
            for _ in range(count)
        ]
        for index, one in enumerate(ones):
            x = 150 + index * width
            one.picture = sheet.picture(x, 100, width - 12, 110)
            one.price, one.currency = goods.amount(), tongue.currency
            one.attributes |= {axis: (goods.size(), "cm") for axis in ("width", "depth", "height")}
            one.attributes["material"] = goods.material()
            sheet.text(x, 226, one.name, 10, bold=True)
        y = 246.0
        for field in ("sku", "width", "depth", "height", "material", "price"):
            sheet.text(45, y, labels[field] + (" (cm)" if field in ("width", "depth", "height") else ""), 8.5)
            for index, one in enumerate(ones):
                value = one.attributes.get(field)
                text = goods.write(value[0]) if isinstance(value, tuple) else str(value or one.sku)
                sheet.text(150 + index * width, y, goods.write_price(str(one.price)) if field == "price" else text, 8.5)
            sheet.rule(45, y + 4, 550, y + 4, 0.3)
            y += 16
        products += ones
    return Made(f"columns-{language}", sheet.tobytes(), products)


def _short_name(goods: Assortment, width: float) -> str:
    """A name that does not run into the next column's, set in 10 points."""
    while len(name := goods.name(plain=True)) * 6 > width:
        pass
    return name
