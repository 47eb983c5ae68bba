"""Catalogs with pictures: swatch grids, a product a page, spreads, products over several pages."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment, Tongue

_PLANK_RATIO = 4.0  # a first side so many times the second is a length, as people write it


def add_front(sheet: Sheet, tongue: Tongue, entries: list[tuple[str, int]], title: str) -> None:
    """A cover, a page about the house and a list of contents."""
    sheet.add(*_size(sheet)).text(60, 200, title, 40, bold=True).text(60, 240, "2026 / 27", 16)
    sheet.picture(60, 300, sheet.width - 120, 300)
    sheet.add(*_size(sheet)).text(50, 80, tongue.headings["about"], 22, bold=True)
    sheet.prose(50, 120, 420, f"{tongue.prose} {tongue.prose}", 10)
    sheet.folio(title)
    sheet.add(*_size(sheet)).text(50, 80, tongue.headings["contents"], 22, bold=True)
    for index, (name, page) in enumerate(entries[:24]):
        sheet.text(50, 120 + index * 18, name, 10).text(420, 120 + index * 18, str(page), 10)
    sheet.folio(title)


def _size(sheet: Sheet) -> tuple[float, float]:
    return (float(sheet.document[0].rect.width), float(sheet.document[0].rect.height)) if sheet.number else (595, 842)


def make_swatches(random: Random, language: str, side: str, fields: str) -> Made:
    """Captioned pictures in rows; `fields` names what stands in a caption beside the name."""
    tongue = TONGUES[language]
    goods, sheet = (
        Assortment(random, tongue),
        Sheet(random, font=random.choice(("helv", "tiro")), beyond=tongue.script != "latin"),
    )
    columns, rows = random.choice(((3, 3), (4, 4), (2, 4), (3, 5), (5, 4)))
    if side in ("right", "left"):
        columns, rows = 2, random.choice((4, 5))
    collection = goods.name(plain=True)
    add_front(sheet, tongue, [(goods.name(plain=True), 4 + i) for i in range(6)], collection)
    products: list[TrueProduct] = []
    bold, title_size = random.random() < 0.6, random.choice((8, 9, 11))
    for _ in range(2):
        sheet.add().text(45, 60, collection, 20, bold=True).folio(collection)
        for index in range(columns * rows):
            products.append(_swatch(sheet, goods, tongue, index, columns, rows, side, fields, bold, title_size))
    return Made(f"swatches-{language}-{side}-{fields.replace('+', '-') or 'bare'}", sheet.tobytes(), products)


def _swatch(
    sheet: Sheet, goods: Assortment, tongue: Tongue, index: int, columns: int, rows: int, side: str,
    fields: str, bold: bool, size: float,
) -> TrueProduct:  # fmt: skip
    gap = 16.0
    width = (sheet.width - 90 - gap * (columns - 1)) / columns
    height = (sheet.height - 140 - gap * (rows - 1)) / rows
    x, y = 45 + index % columns * (width + gap), 84 + index // columns * (height + gap)
    name = goods.name(plain=True)
    while len(name) * size * 0.6 > width + gap:  # would run into the next caption
        name = goods.name(plain=True)
    one = TrueProduct(name, sheet.number, picture_page=sheet.number)
    lines = _caption(one, goods, tongue, fields)
    room = size * 1.3 + len(lines) * 10 + 8
    if side == "below":
        one.picture = sheet.picture(x, y, width, height - room)
        left, top = x, y + height - room + size + 3
    elif side == "above":
        one.picture = sheet.picture(x, y + room, width, height - room)
        left, top = x, y + size
    else:
        half = width * 0.48
        one.picture = sheet.picture(x if side == "right" else x + width - half, y, half, height)
        left, top = (x + half + 8 if side == "right" else x), y + size + 2
    sheet.text(left, top, one.name, size, bold=bold)
    sheet.lines(left, top + size * 1.3, lines, 7.5)
    return one


def _caption(one: TrueProduct, goods: Assortment, tongue: Tongue, fields: str) -> list[str]:
    lines = []
    for field in fields.split("+") if fields else ():
        if field == "code":
            one.sku = goods.code()
            lines.append(one.sku)
        elif field == "price":
            one.price, one.currency = goods.amount(), tongue.currency
            lines.append(goods.write_price(one.price))
        elif field == "material":
            material, finish = goods.material(), goods.finish()
            one.attributes |= {"material": material, "finish": finish}
            lines.append(f"{material}, {finish}")
        elif field == "size":
            first, second = goods.size(), goods.size()
            plank = float(first) >= _PLANK_RATIO * float(second)
            sides = ("length", "width") if plank else ("width", "length")
            one.attributes |= {sides[0]: (first, "cm"), sides[1]: (second, "cm")}
            lines.append(f"{goods.write(first)} x {goods.write(second)} cm")
    return lines


def _specify(one: TrueProduct, goods: Assortment, tongue: Tongue, random: Random) -> list[tuple[str, str]]:
    """Label and value lines of a product, and their truth."""
    labels, rows = tongue.labels, []
    one.sku = goods.code()
    rows.append((labels["sku"], one.sku))
    for field in ("width", "depth", "height"):
        value = goods.size()
        one.attributes[field] = (value, "cm")
        rows.append((labels[field], f"{goods.write(value)} cm"))
    one.attributes["material"] = goods.material()
    rows.append((labels["material"], str(one.attributes["material"])))
    if random.random() < 0.7:
        one.attributes["finish"] = goods.finish()
        rows.append((labels["finish"], str(one.attributes["finish"])))
    if random.random() < 0.6:
        weight = goods.size(3, 60)
        one.attributes["weight"] = (weight, "kg")
        rows.append((labels["weight"], f"{goods.write(weight)} kg"))
    one.price, one.currency = goods.amount(), tongue.currency
    rows.append((labels["price"], goods.write_price(one.price)))
    return rows


def _write_rows(sheet: Sheet, x: float, y: float, rows: list[tuple[str, str]], style: str) -> float:
    for label, value in rows:
        if style == "colon":
            sheet.text(x, y, f"{label}: {value}", 9)
        elif style == "stacked":
            sheet.text(x, y, label.upper(), 6.5, grey=True).text(x, y + 11, value, 9.5)
            y += 13
        else:
            sheet.text(x, y, label, 8.5, grey=style == "columns").text(x + 110, y, value, 8.5, bold=style == "ruled")
            if style == "ruled":
                sheet.rule(x, y + 4, x + 230, y + 4)
        y += 16
    return y


def make_sheets(random: Random, language: str, style: str, *, per_page: int = 1) -> Made:
    """One product or two a page, each with a picture, a heading, a description and labelled lines."""
    tongue = TONGUES[language]
    goods, sheet = (
        Assortment(random, tongue),
        Sheet(random, font=random.choice(("helv", "tiro")), beyond=tongue.script != "latin"),
    )
    products: list[TrueProduct] = []
    sentences = [one.strip() + "." for one in tongue.prose.split(".") if one.strip()]
    add_front(sheet, tongue, [(goods.name(plain=True), 4 + i) for i in range(5)], goods.name(plain=True))
    for _ in range(4):
        sheet.add().folio()
        for place in range(per_page):
            top = 70 + place * 380
            one = TrueProduct(goods.name(plain=random.random() < 0.5), sheet.number, picture_page=sheet.number)
            height = 300 if per_page == 1 else 240
            one.picture = sheet.picture(45, top, 240, height)
            sheet.text(310, top + 22, one.name, 22 if per_page == 1 else 16, bold=True)
            y = sheet.prose(310, top + 50, 230, " ".join(random.sample(sentences, 2)), 9)
            _write_rows(sheet, 310, y + 14, _specify(one, goods, tongue, random), style)
            products.append(one)
    return Made(f"sheets-{language}-{style}-{per_page}", sheet.tobytes(), products)


def make_spreads(random: Random, language: str, *, kind: str) -> Made:
    """Two printed pages on one sheet: each half is a page with a product or a grid, and has a folio of its own."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    products: list[TrueProduct] = []
    for spread in range(4):
        sheet.add(1190, 842)
        for half in range(2):
            x0 = 595.0 * half
            folio = 2 * spread + half + 2
            sheet.text(x0 + (45 if half == 0 else 540), 815, str(folio), 8)
            if kind == "halves":
                one = TrueProduct(goods.name(), sheet.number, picture_page=sheet.number)
                one.picture = sheet.picture(x0 + 45, 70, 500, 360)
                sheet.text(x0 + 45, 470, one.name, 20, bold=True)
                _write_rows(sheet, x0 + 45, 500, _specify(one, goods, tongue, random), "columns")
                products.append(one)
            elif half == 0:
                picture = sheet.picture(0, 0, 595, 842)
            else:
                one = TrueProduct(goods.name(), sheet.number, picture=picture, picture_page=sheet.number)
                sheet.text(x0 + 45, 120, one.name, 24, bold=True)
                y = sheet.prose(x0 + 45, 160, 400, tongue.prose, 10)
                _write_rows(sheet, x0 + 45, y + 20, _specify(one, goods, tongue, random), "columns")
                products.append(one)
    return Made(f"spreads-{language}-{kind}", sheet.tobytes(), products)


def make_facing(random: Random, language: str) -> Made:
    """A picture that fills the left page, its product on the right page; every second one goes on overleaf."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    products: list[TrueProduct] = []
    sheet.add().text(60, 200, goods.name(plain=True), 40, bold=True)
    for index in range(4):
        while sheet.number % 2 == 0:
            sheet.add().text(50, 80, tongue.headings["care"], 20, bold=True)
            sheet.prose(50, 120, 430, f"{tongue.prose} {tongue.prose}", 10)
        sheet.add()
        picture = sheet.picture(0, 0, 595, 842)
        number = sheet.number
        sheet.add().folio()
        one = TrueProduct(goods.name(), sheet.number, picture=picture, picture_page=number)
        rows = _specify(one, goods, tongue, random)
        sheet.text(50, 110, one.name, 26, bold=True)
        y = sheet.prose(50, 150, 430, tongue.prose, 10)
        cut = len(rows) if index % 2 else len(rows) // 2
        _write_rows(sheet, 50, y + 20, rows[:cut], "columns")
        if cut < len(rows):
            sheet.add().text(50, 90, f"{one.name} ({tongue.continued})", 18, bold=True).folio()
            _write_rows(sheet, 50, 130, rows[cut:], "columns")
        products.append(one)
    return Made(f"facing-{language}", sheet.tobytes(), products)


def make_cards(random: Random, language: str) -> Made:
    """Small cards with a picture, several facts on one line, a badge, an old and a new price; room scenes between."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    products: list[TrueProduct] = []
    for _ in range(2):
        sheet.add().folio(goods.name(plain=True))
        sheet.picture(0, 0, 595, 230)
        for index in range(6):
            x, y = 45 + index % 3 * 172, 260 + index // 3 * 270
            one = TrueProduct(goods.name(), sheet.number, picture_page=sheet.number)
            one.picture = sheet.picture(x, y, 155, 130)
            one.sku, one.currency = goods.code(), tongue.currency
            sizes = [goods.size() for _ in range(3)]
            one.attributes = dict(zip(("width", "depth", "height"), ((size, "cm") for size in sizes), strict=True))
            one.price = goods.amount(40, 900)
            sheet.text(x, y + 146, one.name, 10, bold=True)
            written = " x ".join(map(goods.write, sizes))
            sheet.text(x, y + 160, f"{one.sku}  |  {written} cm", 7)
            sheet.text(x, y + 172, goods.material(), 7, grey=True)
            sheet.text(x, y + 190, goods.write_price(one.price), 12, bold=True, color=(0.75, 0.05, 0.05))
            products.append(one)
    return Made(f"cards-{language}", sheet.tobytes(), products)
