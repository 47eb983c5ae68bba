"""Lists and grids with the details that readers stumble over: merged and two-line headers, raised footnote marks,
pictures in rows, fractions of an inch, blocks of a table side by side, headings over parts of a grid, right-to-left
names.
"""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment, Tongue

_EIGHTHS = (("", ""), ("", ""), ("1/2", ".5"), ("1/4", ".25"), ("3/4", ".75"), ("3/8", ".375"), ("5/8", ".625"))
_SIGNS = {"1/2": "½", "1/4": "¼", "3/4": "¾", "3/8": "⅜", "5/8": "⅝"}


def _start(random: Random, language: str) -> tuple[Tongue, Assortment, Sheet]:
    tongue = TONGUES[language]
    return tongue, Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")


def make_ruled(random: Random, language: str, *, merged: bool) -> Made:
    """A table with every cell ruled, labels broken over two lines, raised footnote marks behind codes.

    With `merged`, one cell over the columns of sizes and one over those of prices, as a table's rulings show them.
    """
    tongue, goods, sheet = _start(random, language)
    labels, unit = tongue.labels, random.choice(("cm", "mm"))
    grades = random.choice((("A", "B", "C"), ("Cat. 1", "Cat. 2"), ("I", "II", "III")))
    widths = [64, 150, 44, 44, 44, *[150 / len(grades)] * len(grades)]
    edges = [45.0]
    for width in widths:
        edges.append(edges[-1] + width)
    products: list[TrueProduct] = []
    height = random.choice((15, 18))
    for _ in range(2):
        sheet.add().folio()
        y = 70.0
        for index in range(len(widths) + 1):
            inner = merged and (index in (3, 4) or 5 < index < len(widths))
            sheet.rule(edges[index], y + (14 if inner else 0), edges[index], y + 40)
        sheet.rule(edges[0], y, edges[-1], y).rule(edges[0], y + 40, edges[-1], y + 40)
        if merged:
            sheet.rule(edges[2], y + 14, edges[-1], y + 14)
            middle, right = (edges[2] + edges[5]) / 2, (edges[5] + edges[-1]) / 2
            sheet.text(middle, y + 10, f"{labels['dimensions']} ({unit})", 7, bold=True, align="center")
            sheet.text(right, y + 10, f"{labels['price']} {tongue.currency}", 7, bold=True, align="center")
        for index, axis in enumerate(("width", "depth", "height")):
            _two_lines(sheet, edges[2 + index] + 3, y + 22, labels[axis], "" if merged else f"({unit})")
        for index, grade in enumerate(grades):
            _two_lines(sheet, edges[5 + index] + 3, y + 22, grade, "" if merged else tongue.currency)
        sheet.text(edges[0] + 3, y + 22, labels["sku"], 7, bold=True)
        sheet.text(edges[1] + 3, y + 22, labels["name"], 7, bold=True)
        y += 40
        for row in range(28):
            one = TrueProduct(goods.name(), sheet.number, goods.code(), currency=tongue.currency)
            sheet.text(edges[0] + 3, y + height - 5, str(one.sku), 7.5)
            if row % 4 == 1:
                mark = random.choice(("1", "2", "1,2", "a"))
                sheet.text(edges[0] + 3.5 + sheet.measure(str(one.sku), 7.5), y + height - 8, mark, 4.5)
            sheet.text(edges[1] + 3, y + height - 5, one.name, 7.5)
            if row % 5 == 2:
                sheet.text(edges[1] + 3.5 + sheet.measure(one.name, 7.5), y + height - 8, "3", 4.5)
            for index, axis in enumerate(("width", "depth", "height")):
                value = goods.size() if unit == "cm" else str(random.randrange(200, 2200))
                one.attributes[axis] = (value, unit)
                sheet.text(edges[3 + index] - 3, y + height - 5, goods.write(value), 7.5, align="right")
            first = random.randrange(90, 2600)
            for index, grade in enumerate(grades):
                amount = f"{first + 37 * index}.00"
                one.prices[grade] = amount
                written = goods.write_price(amount, sign=False)
                sheet.text(edges[6 + index] - 3, y + height - 5, written, 7.5, align="right")
            for edge in edges:
                sheet.rule(edge, y, edge, y + height)
            y += height
            sheet.rule(edges[0], y, edges[-1], y)
            products.append(one)
        for index, note in enumerate(("1", "2", "3")):
            sheet.text(45, y + 14 + 9 * index, f"{note} {tongue.prose.split('.')[0]}.", 6)
    return Made(f"ruled-{language}-{'merged' if merged else 'plain'}", sheet.tobytes(), products)


def _two_lines(sheet: Sheet, x: float, y: float, label: str, below: str) -> None:
    """A label with its unit or currency on the next line; a long one is cut in two."""
    if not below and len(label) > 8 and sheet.measure(label, 7, bold=True) > 38:
        label, below = label[: len(label) // 2] + "-", label[len(label) // 2 :]
    sheet.text(x, y, label, 7, bold=True)
    if below:
        sheet.text(x, y + 9, below, 7, bold=True)


def make_pictured_rows(random: Random, language: str, *, ruled: bool) -> Made:
    """A list whose rows begin with a picture of the product; two lines of text beside it."""
    tongue, goods, sheet = _start(random, language)
    labels, products = tongue.labels, []
    for _ in range(2):
        sheet.add().folio()
        y = 70.0
        heads = ("", labels["sku"], labels["name"], f"{labels['dimensions']} (cm)", f"{labels['price']} {tongue.sign}")
        places = (45.0, 120.0, 190.0, 360.0, 480.0)
        for x, label in zip(places, heads, strict=True):
            sheet.text(x, y, label, 8, bold=True)
        y += 8
        for _row in range(9):
            one = TrueProduct(goods.name(), sheet.number, goods.code(), picture_page=sheet.number)
            one.currency, one.price = tongue.currency, goods.amount()
            one.picture = sheet.picture(48, y + 4, 62, 62)
            sizes = [goods.size(40) for _ in range(3)]  # a flat one would be a slab with its thickness
            one.attributes = dict(zip(("width", "depth", "height"), ((size, "cm") for size in sizes), strict=True))
            sheet.text(120, y + 20, str(one.sku), 8).text(190, y + 20, one.name, 8.5, bold=True)
            sheet.text(190, y + 32, f"{goods.material()}, {goods.finish()}", 7, grey=True)
            sheet.text(360, y + 20, " x ".join(map(goods.write, sizes)), 8)
            sheet.text(550, y + 20, goods.write_price(one.price, sign=False), 8, align="right")
            if ruled:
                sheet.rule(45, y, 553, y).rule(45, y + 70, 553, y + 70)
            products.append(one)
            y += 72
    return Made(f"rows-{language}{'-ruled' if ruled else ''}", sheet.tobytes(), products)


def make_inches(random: Random, *, style: str) -> Made:
    """Products on cards, their sizes in fractions of an inch: with strokes ("23 1/2\""), or with one sign ("23½")."""
    _, goods, sheet = _start(random, "us")
    products: list[TrueProduct] = []
    for _ in range(2):
        sheet.add().folio()
        for index in range(6):
            x, y = 45 + index % 2 * 265, 60 + index // 2 * 245
            one = TrueProduct(goods.name(), sheet.number, goods.code(), picture_page=sheet.number)
            one.picture = sheet.picture(x, y, 235, 140)
            one.price, one.currency = goods.amount(), "USD"
            sheet.text(x, y + 158, one.name, 12, bold=True)
            terms = []
            for axis, letter in zip(("width", "depth", "height"), "WDH", strict=True):
                whole, (fraction, decimal) = random.randrange(12, 96), random.choice(_EIGHTHS)
                one.attributes[axis] = (f"{whole}{decimal}", "in")
                if style == "strokes":
                    terms.append(f'{whole}{" " + fraction if fraction else ""}"{letter}')
                else:
                    terms.append(f'{letter} {whole}{_SIGNS.get(fraction, "")}"')
            sheet.text(x, y + 174, f"Item {one.sku}" if style == "strokes" else str(one.sku), 8)
            sheet.text(x, y + 186, " x ".join(terms), 8)
            sheet.text(x, y + 200, goods.write_price(one.price), 9)
            products.append(one)
    return Made(f"inches-{style}", sheet.tobytes(), products)


def make_grouped_swatches(random: Random, language: str) -> Made:
    """Swatches in rows under headings of their collections, three on a page; small captions with name and code."""
    _, goods, sheet = _start(random, language)
    columns = random.choice((4, 5, 6))
    products: list[TrueProduct] = []
    size = random.choice((6.0, 7.0, 8.0))
    for _ in range(2):
        sheet.add().folio()
        y = 60.0
        for _group in range(3):
            collection = goods.name(plain=True)
            sheet.text(45, y, collection, 16, bold=True)
            sheet.text(45, y + 14, f"{goods.material()}, {goods.finish()}", 8, grey=True)
            width = (505 - 14 * (columns - 1)) / columns
            for index in range(columns):
                x = 45 + index * (width + 14)
                one = TrueProduct(goods.name(plain=True), sheet.number, goods.code(), picture_page=sheet.number)
                one.attributes["collection"] = collection
                one.picture = sheet.picture(x, y + 28, width, 150)
                sheet.text(x, y + 190, one.name, size).text(x, y + 190 + size * 1.25, str(one.sku), size, grey=True)
                products.append(one)
            y += 245
    return Made(f"grouped-{language}-{columns}", sheet.tobytes(), products)


def make_blocks(random: Random, language: str) -> Made:
    """A price list in two blocks side by side, each with its own header, codes, names and a price for every grade."""
    tongue, goods, sheet = _start(random, language)
    grades = ("A", "B", "C")
    products: list[TrueProduct] = []
    for _ in range(2):
        sheet.add().folio()
        sheet.text(45, 50, f"{tongue.labels['price']} 2026 – {tongue.currency}", 16, bold=True)
        for block in range(2):
            x, y, group = 40 + block * 265.0, 84.0, goods.name(plain=True)
            sheet.text(x, y, tongue.labels["sku"], 6.5, bold=True).text(
                x + 48, y, tongue.labels["name"], 6.5, bold=True
            )
            for index, grade in enumerate(grades):
                sheet.text(x + 175 + 36 * index, y, grade, 6.5, bold=True, align="right")
            sheet.rule(x, y + 3, x + 250, y + 3)
            y += 14
            for row in range(36):
                if row % 12 == 0:
                    group = goods.name(plain=True)
                    sheet.text(x, y, group, 8, bold=True)
                    y += 13
                one = TrueProduct(goods.name(), sheet.number, goods.code(), currency=tongue.currency)
                one.attributes["collection"] = group
                sheet.text(x, y, str(one.sku), 6.5).text(x + 48, y, one.name, 6.5)
                first = random.randrange(200, 2000)
                for index, grade in enumerate(grades):
                    one.prices[grade] = f"{first + 55 * index}.00"
                    written = goods.write_price(one.prices[grade], sign=False, cents=False)
                    sheet.text(x + 175 + 36 * index, y, written, 6.5, align="right")
                products.append(one)
                y += 11.5
    return Made(f"blocks-{language}", sheet.tobytes(), products)


def make_sizes_and_colours(random: Random, language: str) -> Made:
    """A product a page: heading, text, its sizes as a table of codes, and named colour swatches, all its variants."""
    tongue, goods, sheet = _start(random, language)
    products: list[TrueProduct] = []
    for _ in range(4):
        sheet.add().folio()
        one = TrueProduct(goods.name(), sheet.number, picture_page=sheet.number, currency=tongue.currency)
        one.picture = sheet.picture(45, 60, 300, 240)
        sheet.text(45, 336, one.name, 22, bold=True)
        y = sheet.prose(45, 360, 300, tongue.prose.split(".")[0] + ".", 9)
        material = goods.material()
        one.attributes["material"] = material
        sheet.text(45, y + 8, f"{tongue.labels['material']}: {material}", 9)
        y += 40
        heads = (tongue.labels["sku"], f"{tongue.labels['width']} (cm)", f"{tongue.labels['depth']} (cm)")
        for x, label in zip((45, 140, 230, 330), (*heads, f"{tongue.labels['price']} {tongue.sign}"), strict=True):
            sheet.text(x, y, label, 8, bold=True)
        codes = []
        for _row in range(4):
            y += 15
            codes.append(goods.code())
            sizes, price = (goods.write(goods.size()) for _ in range(2)), goods.write_price(goods.amount(), sign=False)
            for x, text in zip((45, 140, 230, 330), (codes[-1], *sizes, price), strict=True):
                sheet.text(x, y, text, 8)
        one.variants = tuple(codes)
        for index in range(5):
            x = 45 + index * 95
            sheet.picture(x, 640, 70, 70)
            sheet.text(x, 722, goods.name(plain=True), 7.5)
        products.append(one)
    return Made(f"sizes-{language}", sheet.tobytes(), products)


def make_right_to_left(random: Random, language: str, *, listed: bool) -> Made:
    """Names written from right to left: swatches with code and price, or a list whose columns run from the right."""
    tongue, goods, sheet = _start(random, language)
    products: list[TrueProduct] = []
    for _ in range(2):
        sheet.add().folio()
        if listed:
            heads = (tongue.labels["sku"], tongue.labels["name"], tongue.labels["price"])
            for x, label in zip((550, 440, 130), heads, strict=True):
                sheet.text(x, 70, label, 9, bold=True, align="right")
        for index in range(14 if listed else 9):
            one = TrueProduct(goods.name(plain=not listed), sheet.number, goods.code(), currency=tongue.currency)
            one.price = goods.amount()
            if listed:
                y = 92 + index * 20
                for x, text in zip(
                    (550, 440, 130), (str(one.sku), one.name, goods.write_price(one.price)), strict=True
                ):
                    sheet.text(x, y, text, 9, align="right")
            else:
                x, y = 45 + index % 3 * 172, 60 + index // 3 * 245
                one.picture, one.picture_page = sheet.picture(x, y, 155, 170), sheet.number
                sheet.text(x + 155, y + 186, one.name, 11, align="right")
                sheet.text(x + 155, y + 200, str(one.sku), 8, align="right")
                sheet.text(x + 155, y + 213, goods.write_price(one.price), 9, align="right")
            products.append(one)
    return Made(f"rtl-{language}-{'list' if listed else 'swatches'}", sheet.tobytes(), products)
