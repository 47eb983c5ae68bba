"""Price lists: ruled and unruled, grouped, with merged headers, several prices, footnotes, over pages; variants."""

from __future__ import annotations

from random import Random

from .pictured import add_front
from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment, Tongue

_GRADES = (("A", "B", "C"), ("Cat. 1", "Cat. 2", "Cat. 3", "Cat. 4"), ("Oak", "Walnut"), ("I", "II", "III"))
_MARKS = ("*", "†", "**", "1)", "§", "")


class _List:
    """A price list's columns and the state of the page it is on."""

    def __init__(self, random: Random, tongue: Tongue, rules: str, grades: tuple[str, ...], inches: bool) -> None:
        self.random, self.tongue, self.rules, self.grades = random, tongue, rules, grades
        self.goods, self.sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
        self.unit = "in" if inches else random.choice(("cm", "mm"))
        self.axes = ("width", "depth", "height")
        self.letters = random.random() < 0.5
        self.products: list[TrueProduct] = []
        self.row_height = random.choice((14, 16, 19))
        self.size = random.choice((7, 7.5, 8))
        name_width = 175.0
        prices = (595 - 90 - 62 - name_width - 3 * 36) / max(1, len(grades) or 1)
        self.edges = [45.0, 107.0, 107.0 + name_width]
        for width in (36.0, 36.0, 36.0, *[prices] * max(1, len(grades))):
            self.edges.append(self.edges[-1] + width)

    def header(self, y: float) -> float:
        """The labels, with the groups over them where there are several prices; returns the first row's top."""
        labels, sheet = self.tongue.labels, self.sheet
        axes = [labels[axis][:1].upper() if self.letters else labels[axis] for axis in self.axes]
        size = self.size if self.letters else self.size - 2
        names = [labels["sku"], labels["name"], *axes]
        prices = list(self.grades) or [f"{labels['price']} {self.tongue.sign}"]
        left, right = self.edges[2], self.edges[5]
        sheet.text(
            (left + right) / 2, y + 10, f"{labels['dimensions']} ({self.unit})", self.size, bold=True, align="center"
        )
        if self.grades:
            over = f"{labels['price']} {self.tongue.currency}"
            sheet.text((self.edges[5] + self.edges[-1]) / 2, y + 10, over, self.size, bold=True, align="center")
        for index, label in enumerate([*names, *prices]):
            self.cell(index, y + 24, label, bold=True, size=size if 2 <= index < 5 else self.size)
        if self.rules != "none":
            sheet.rule(self.edges[0], y + 28, self.edges[-1], y + 28)
        if self.rules == "ruled":
            self.box(y, y + 28)
        return y + 28

    def box(self, top: float, bottom: float) -> None:
        for edge in self.edges:
            self.sheet.rule(edge, top, edge, bottom)
        self.sheet.rule(self.edges[0], top, self.edges[-1], top).rule(self.edges[0], bottom, self.edges[-1], bottom)

    def cell(self, index: int, y: float, text: str, *, bold: bool = False, size: float | None = None) -> None:
        left, right = self.edges[index], self.edges[index + 1]
        if index < 2:
            self.sheet.text(left + 3, y, text, size or self.size, bold=bold)
        else:
            self.sheet.text(right - 3, y, text, size or self.size, bold=bold, align="right")

    def group(self, y: float, name: str) -> float:
        """A collection's heading over its rows; returns the next row's top."""
        if self.rules == "ruled":
            self.sheet.fill(self.edges[0], y, self.edges[-1], y + self.row_height)
            self.sheet.rule(self.edges[0], y, self.edges[0], y + self.row_height)
            self.sheet.rule(self.edges[-1], y, self.edges[-1], y + self.row_height)
        self.sheet.text(self.edges[0] + 3, y + self.row_height - 4, name, self.size + 1, bold=True)
        return y + self.row_height

    def row(self, y: float, group: str | None) -> float:
        """A product; every fifth one has a name of two lines. Returns the next row's top."""
        one = TrueProduct(self.goods.name(), self.sheet.number, self.goods.code(), currency=self.tongue.currency)
        double = self.random.random() < 0.2
        height = self.row_height + (self.size * 1.25 if double else 0)
        base = y + self.row_height - 4
        mark = self.random.choice(_MARKS) if self.random.random() < 0.3 else ""
        self.cell(0, base, f"{one.sku}{mark}")
        if double:
            extra = f"{self.random.choice(self.tongue.materials)}, {self.random.choice(self.tongue.finishes)}"
            self.cell(1, base, one.name)
            self.cell(1, base + self.size * 1.25, extra)
            one.name = f"{one.name} {extra}"
        else:
            self.cell(1, base, one.name)
        for index, axis in enumerate(self.axes):
            value = self.goods.size(18, 220) if self.unit != "mm" else str(self.random.randrange(180, 2200))
            one.attributes[axis] = (value, self.unit)
            self.cell(2 + index, base, self.goods.write(value))
        self._prices(one, base)
        if self.rules == "ruled":
            self.box(y, y + height)
        elif self.rules == "lines":
            self.sheet.rule(self.edges[0], y + height, self.edges[-1], y + height, 0.3)
        elif self.rules == "zebra" and len(self.products) % 2:
            pass
        if group:
            one.attributes["collection"] = group
        self.products.append(one)
        return y + height

    def _prices(self, one: TrueProduct, base: float) -> None:
        first = self.random.randrange(80, 2400)
        for index, grade in enumerate(self.grades or ("",)):
            amount = f"{first + index * self.random.randrange(15, 90)}.{self.random.choice(('00', '50'))}"
            if grade and self.random.random() < 0.07 and index:
                self.cell(5 + index, base, "–")
                continue
            self.cell(5 + index, base, self.goods.write_price(amount, sign=False))
            if grade:
                one.prices[grade] = amount
            else:
                one.price = amount


def make_price_list(
    random: Random, language: str, rules: str, *, grades: bool, groups: bool, repeat_header: bool = True,
    inches: bool = False,
) -> Made:  # fmt: skip
    """A list over two pages and a half, with notes under it."""
    tongue = TONGUES[language]
    chosen = random.choice(_GRADES) if grades else ()
    made = _List(random, tongue, rules, chosen, inches)
    sheet = made.sheet
    add_front(sheet, tongue, [(made.goods.name(plain=True), 4 + i) for i in range(4)], made.goods.name(plain=True))
    group: str | None = None
    for page in range(3):
        sheet.add().folio()
        if page == 0:
            sheet.text(45, 60, f"{tongue.labels['price']} 2026", 18, bold=True)
        y = 84.0 if page == 0 or repeat_header else 50.0
        y = made.header(y) if page == 0 or repeat_header else y
        if groups and page and group:
            y = made.group(y, f"{group} ({tongue.continued})")
        bottom = 760 if page < 2 else 400
        while y < bottom - 2.5 * made.row_height:
            if groups and (group is None or random.random() < 0.13):
                group = made.goods.name(plain=True)
                y = made.group(y, group)
            y = made.row(y, group)
        if page == 2:
            sheet.text(45, y + 18, f"* {made.goods.name(plain=True)}", 6.5)
            sheet.prose(45, y + 32, 480, tongue.prose, 6.5)
    traits = [rules, "grades" if grades else "", "groups" if groups else "", "" if repeat_header else "headless"]
    name = "-".join(filter(None, ["list", language, *traits, "inches" if inches else ""]))
    return Made(name, sheet.tobytes(), made.products)


def make_variants(random: Random, language: str, *, per_page: int = 1) -> Made:
    """A product with a picture, a heading and a small table of its sizes, each with a code and a price."""
    tongue = TONGUES[language]
    goods, sheet, labels = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin"), tongue.labels
    products: list[TrueProduct] = []
    for _ in range(3):
        sheet.add().folio()
        for place in range(per_page):
            top = 70 + place * 370
            one = TrueProduct(goods.name(), sheet.number, picture_page=sheet.number)
            one.picture = sheet.picture(45, top, 220, 180)
            sheet.text(285, top + 20, one.name, 20, bold=True)
            sheet.prose(285, top + 44, 250, tongue.prose.split(".")[0] + ".", 9)
            sheet.text(285, top + 120, f"{labels['material']}: {goods.material()}", 9)
            codes = []
            y = top + 210
            heads = (labels["sku"], labels["width"] + " cm", labels["colours"], labels["price"])
            for x, label in zip((45, 150, 260, 380), heads, strict=True):
                sheet.text(x, y, label, 8, bold=True)
            for index in range(random.choice((3, 4, 6))):
                code = goods.code()
                codes.append(code)
                y += 14
                cells = (code, goods.size(60, 240), goods.finish(), goods.write_price(goods.amount()))
                for x, text in zip((45, 150, 260, 380), cells, strict=True):
                    sheet.text(x, y, text, 8)
                del index
            one.variants = tuple(codes)
            products.append(one)
    return Made(f"variants-{language}-{per_page}", sheet.tobytes(), products)


def make_leaders(random: Random, language: str) -> Made:
    """Names, dotted leaders and prices in two columns, under headings; no codes."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    products: list[TrueProduct] = []
    for _ in range(2):
        sheet.add().folio()
        sheet.text(45, 60, f"{tongue.labels['price']} 2026", 20, bold=True)
        for column in range(2):
            x, y = 45 + column * 265.0, 100.0
            for _group in range(3):
                sheet.text(x, y, goods.name(plain=True), 11, bold=True)
                y += 18
                for _row in range(5):
                    one = TrueProduct(goods.name(), sheet.number, price=goods.amount(), currency=tongue.currency)
                    price = goods.write_price(str(one.price))
                    sheet.text(x, y, one.name, 8.5).text(x + 240, y, price, 8.5, align="right")
                    start, end = x + sheet.measure(one.name, 8.5) + 6, x + 240 - sheet.measure(price, 8.5) - 6
                    if all(ord(char) < 0x100 for char in one.name + price):
                        sheet.text(start, y, "." * max(0, int((end - start) / sheet.measure(".", 8.5))), 8.5)
                    products.append(one)
                    y += 15
                y += 12
    return Made(f"leaders-{language}", sheet.tobytes(), products)
