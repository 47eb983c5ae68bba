"""Papers that look like the ones that offer nothing and hold a few products: a short price list, one product's sheet, a
letter with its price list.
"""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment, Tongue


def make_short_list(random: Random, language: str) -> Made:
    """A page with a title, a sentence and three rows of a price list."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    sheet.add().text(50, 70, f"{tongue.labels['price']} 2026", 18, bold=True)
    y = sheet.prose(50, 100, 480, tongue.prose.split(".")[0] + ".", 9) + 14
    true = _list(sheet, y, 3, goods, tongue, 1)
    return Made(f"few-list-{language}", sheet.tobytes(), true)


def _list(sheet: Sheet, y: float, rows: int, goods: Assortment, tongue: Tongue, page: int) -> list[TrueProduct]:
    """Code, name, width and price between rules."""
    labels, found = tongue.labels, []
    for x, head in ((50, labels["sku"]), (150, labels["name"]), (350, f"{labels['width']} cm")):
        sheet.text(x, y, head, 9, bold=True)
    sheet.text(540, y, f"{labels['price']} {tongue.sign}", 9, bold=True, align="right")
    for _ in range(rows):
        y += 17
        code, name, width, amount = goods.code(), goods.name(), goods.size(), goods.amount()
        sheet.rule(50, y - 11, 545, y - 11, 0.3)
        sheet.text(50, y, code, 9).text(150, y, name, 9).text(350, y, goods.write(width), 9)
        sheet.text(540, y, goods.write_price(amount, sign=False), 9, align="right")
        found.append(TrueProduct(name, page, code, amount, tongue.currency, attributes={"width": (width, "cm")}))
    return found


def make_single_sheet(random: Random, language: str) -> Made:
    """One product on one page: its picture, its name, a table of its data, a sentence on care."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    name, code, amount, width = goods.name(), goods.code(), goods.amount(), goods.size()
    sheet.add()
    box = sheet.picture(50, 50, 495, 300)
    sheet.text(50, 385, name, 22, bold=True)
    sheet.prose(50, 405, 480, tongue.prose.split(".")[0] + ".", 9)
    material = goods.material()
    rows = (
        (tongue.labels["sku"], code), (tongue.labels["material"], material),
        (tongue.labels["width"], f"{goods.write(width)} cm"), (tongue.labels["price"], goods.write_price(amount)),
    )  # fmt: skip
    for index, (label, value) in enumerate(rows):
        y = 460 + index * 18
        sheet.text(50, y, label, 9, grey=True).text(180, y, value, 9).rule(50, y + 5, 380, y + 5, 0.3)
    sheet.text(50, 560, tongue.headings["care"], 11, bold=True)
    sheet.prose(50, 576, 480, tongue.prose.split(".")[1] + ".", 9)
    true = TrueProduct(
        name, 1, code, amount, tongue.currency, attributes={"width": (width, "cm"), "material": material},
        picture=box, picture_page=1,
    )  # fmt: skip
    return Made(f"few-sheet-{language}", sheet.tobytes(), [true])


_LETTERS = {
    "en": ("Dear partners,", "Please find our new prices on the next page.", "Kind regards"),
    "de": ("Sehr geehrte Damen und Herren,", "anbei erhalten Sie unsere neuen Preise.", "Mit freundlichen Grüßen"),
    "it": ("Gentili partner,", "alleghiamo i nostri nuovi prezzi.", "Cordiali saluti"),
    "fr": ("Madame, Monsieur,", "vous trouverez ci-joint nos nouveaux tarifs.", "Cordialement"),
    "pl": ("Szanowni Państwo,", "w załączeniu przesyłamy nowe ceny.", "Z poważaniem"),
}


def make_letter(random: Random, language: str) -> Made:
    """A letter, and on its second page the price list that it speaks of."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random, beyond=tongue.script != "latin")
    opening, told, closing = _LETTERS[language]
    sheet.add().text(50, 60, "HALDEN", 18, bold=True).text(400, 130, "12.01.2026", 9)
    sheet.text(50, 200, opening, 10)
    y = sheet.prose(50, 220, 460, f"{told} {tongue.prose}", 10) + 12
    sheet.text(50, y, closing, 10).text(50, y + 40, "Anna Rossi", 10)
    sheet.add().text(50, 70, f"{tongue.labels['price']} 2026", 14, bold=True)
    true = _list(sheet, 100, 6, goods, tongue, 2)
    return Made(f"few-letter-{language}", sheet.tobytes(), true)
