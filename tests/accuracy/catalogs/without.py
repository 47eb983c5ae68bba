"""Documents without products: a manual, a company brochure, an index, definitions of finishes, a report, an invoice."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made
from .words import TONGUES, Assortment


def make_brochure(random: Random, language: str) -> Made:
    """Pages about a house: prose, photographs with credits, addresses, figures."""
    tongue = TONGUES[language]
    sheet = Sheet(random, beyond=tongue.script != "latin")
    goods = Assortment(random, tongue)
    for index in range(6):
        sheet.add().text(50, 80, tongue.headings[random.choice(("about", "care"))], 22, bold=True).folio()
        y = sheet.prose(50, 120, 430, f"{tongue.prose} {tongue.prose}", 10)
        sheet.picture(50, y + 10, 240, 160)
        sheet.picture(310, y + 10, 240, 160)
        sheet.text(50, y + 184, f"{goods.name(plain=True)}, {1950 + index}", 7, grey=True)
        sheet.text(310, y + 184, f"{goods.name(plain=True)}", 7, grey=True)
        sheet.text(50, y + 220, "+39 02 1234 5678", 9).text(50, y + 234, "info@house.example", 9)
    return Made(f"none-brochure-{language}", sheet.tobytes(), [])


def make_manual(random: Random, language: str) -> Made:
    """Numbered steps, drawings with figure captions, a table of torques, a table of parts of one machine."""
    tongue = TONGUES[language]
    sheet = Sheet(random, beyond=tongue.script != "latin")
    sentences = [one.strip() + "." for one in tongue.prose.split(".") if one.strip()]
    for page in range(8):
        sheet.add().text(50, 70, f"{page + 1}. {tongue.headings['care']}", 16, bold=True).folio("Rev. 3.2")
        y = 100.0
        for step in range(6):
            y = sheet.prose(50, y, 430, f"{page + 1}.{step + 1}  {random.choice(sentences)} {random.choice(sentences)}")
            y += 6
        sheet.picture(50, y, 220, 150)
        sheet.text(50, y + 164, f"Fig. {page + 1}: {sentences[0][:40]}", 8)
        y += 200
        for row in range(5):
            sheet.text(60, y, f"M{4 + 2 * row}", 8).text(160, y, f"{2.5 + row * 3} Nm", 8).text(260, y, "8.8", 8)
            y += 14
    return Made(f"none-manual-{language}", sheet.tobytes(), [])


def make_index(random: Random, language: str) -> Made:
    """An alphabetical index of articles with page numbers, and a page of finish definitions."""
    tongue = TONGUES[language]
    sheet = Sheet(random, beyond=tongue.script != "latin")
    goods = Assortment(random, tongue)
    names = sorted(goods.name() for _ in range(70))
    sheet.add().text(50, 70, tongue.headings["index"], 20, bold=True).folio()
    for index, name in enumerate(names):
        x, y = 50 + index // 40 * 260, 100 + index % 40 * 17
        sheet.text(x, y, name, 9).text(x + 220, y, str(random.randrange(4, 90)), 9)
    sheet.add().text(50, 70, tongue.labels["finish"], 20, bold=True).folio()
    for index, finish in enumerate(tongue.finishes * 2):
        sheet.text(50, 110 + index * 60, finish, 11, bold=True)
        sheet.prose(50, 126 + index * 60, 430, tongue.prose.split(".")[index % 3] + ".", 9)
    return Made(f"none-index-{language}", sheet.tobytes(), [])


def make_report(random: Random, language: str) -> Made:
    """A company's figures: tables of years and amounts with a currency."""
    tongue = TONGUES[language]
    sheet = Sheet(random, beyond=tongue.script != "latin")
    goods = Assortment(random, tongue)
    terms = {"en": ("Revenue", "Cost of sales", "Gross profit", "Salaries", "Depreciation", "Net profit"),
             "de": ("Umsatz", "Aufwand", "Gewinn", "Abschreibungen", "Steuern", "Eigenkapital")}  # fmt: skip
    for page in range(3):
        sheet.add().text(50, 70, f"2025 {page + 1}", 18, bold=True).folio()
        y = sheet.prose(50, 100, 430, tongue.prose, 10) + 20
        sheet.text(350, y, "2024", 9, bold=True, align="right").text(480, y, "2025", 9, bold=True, align="right")
        for term in terms[language]:
            y += 16
            sheet.text(50, y, term, 9)
            for x in (350, 480):
                sheet.text(x, y, goods.write_price(goods.amount(1000, 900000)), 9, align="right")
    return Made(f"none-report-{language}", sheet.tobytes(), [])
