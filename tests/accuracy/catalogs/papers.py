"""What lies in the same folders as catalogs and offers nothing: letters, terms, dealers, orders, schedules, test
reports, projects, price rises told in words.
"""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made
from .words import TONGUES, Assortment

_STREETS = ("Via Roma", "Main Street", "Hauptstraße", "Rue Haute", "Calle Mayor")
_CITIES = ("20121 Milano", "London W1D 3QF", "80331 München", "75002 Paris", "28013 Madrid")
_MONTHS = ("12.01.2026", "03.03.2026", "17.04.2026", "09.06.2026", "21.09.2026")


def make_letter(random: Random, language: str) -> Made:
    """A letter to dealers about new prices: an address, a date, a reference, sentences with shares and amounts."""
    tongue = TONGUES[language]
    goods, sheet = Assortment(random, tongue), Sheet(random)
    sheet.add().text(50, 60, goods.name(plain=True).upper(), 16, bold=True)
    sheet.lines(
        50,
        110,
        [goods.name(plain=True), f"{random.choice(_STREETS)} {random.randrange(2, 90)}", random.choice(_CITIES)],
    )
    sheet.text(400, 110, random.choice(_MONTHS), 9).text(400, 124, f"Ref. {goods.code()}", 9)
    sheet.text(50, 200, f"{tongue.labels['price']} 2026", 11, bold=True)
    opening, closing = {
        "en": ("Dear partners,", "Kind regards"),
        "de": ("Sehr geehrte Damen und Herren,", "Mit freundlichen Grüßen"),
    }[language]
    sheet.text(50, 218, opening, 10)
    y = 236.0
    for _ in range(3):
        y = sheet.prose(50, y, 440, f"{tongue.prose} {goods.write_price('250.00')} + {goods.write('3.5')} %.", 10) + 8
    sheet.text(50, y + 16, closing, 10).text(50, y + 40, "Anna Rossi", 10).text(50, y + 54, "Sales Director", 9)
    sheet.text(
        50, 800, "Tel. +39 02 1234 567 | IBAN IT60 X054 2811 1010 0000 0123 456 | VAT IT 01234567890", 7, grey=True
    )
    return Made(f"none-letter-{language}", sheet.tobytes(), [])


def make_terms(random: Random, language: str) -> Made:
    """Numbered clauses in two columns, with amounts and shares in them."""
    tongue = TONGUES[language]
    sheet, goods = Sheet(random), Assortment(random, tongue)
    sentences = [one.strip() + "." for one in tongue.prose.split(".") if one.strip()]
    for page in range(2):
        sheet.add().text(50, 60, tongue.headings["about"], 16, bold=True).folio()
        for column in range(2):
            y = 90.0
            for clause in range(6):
                x = 50 + 260 * column
                sheet.text(x, y, f"{page * 12 + column * 6 + clause + 1}. {goods.name(plain=True)}", 9, bold=True)
                text = f"{random.choice(sentences)} {goods.write_price(goods.amount())}. {random.choice(sentences)}"
                y = sheet.prose(x, y + 12, 230, text, 8) + 8
    return Made(f"none-terms-{language}", sheet.tobytes(), [])


def make_dealers(random: Random, language: str) -> Made:
    """A list of showrooms: name, street, town, telephone; in three columns."""
    tongue = TONGUES[language]
    sheet, goods = Sheet(random), Assortment(random, tongue)
    for _ in range(2):
        sheet.add().text(50, 60, "Showrooms", 20, bold=True).folio()
        for index in range(24):
            x, y = 50 + index % 3 * 175, 100 + index // 3 * 84
            sheet.text(x, y, f"{goods.name(plain=True)} Design", 9, bold=True)
            sheet.lines(
                x, y + 12, [f"{random.choice(_STREETS)} {random.randrange(2, 90)}", random.choice(_CITIES),
                            f"T +{random.randrange(30, 49)} {random.randrange(10000000, 99999999)}",
                            f"info@{goods.name(plain=True).split()[0].lower()}.example"], 8)  # fmt: skip
    return Made(f"none-dealers-{language}", sheet.tobytes(), [])


def make_order(random: Random, language: str) -> Made:
    """An order confirmation: a table of positions with codes, quantities and amounts, and a total."""
    tongue = TONGUES[language]
    sheet, goods = Sheet(random), Assortment(random, tongue)
    words = {
        "en": "Order confirmation|Order number|Customer number|Pos.|Quantity|Unit price|Amount|Total",
        "de": "Auftragsbestätigung|Auftragsnummer|Kundennummer|Pos.|Menge|Einzelpreis|Betrag|Gesamtbetrag",
        "it": "Conferma d'ordine|Numero ordine|Codice cliente|Pos.|Quantità|Prezzo unitario|Importo|Totale",
    }[language].split("|")
    sheet.add().text(50, 70, words[0], 16, bold=True)
    sheet.text(50, 96, f"{words[1]}: {random.randrange(100000, 999999)}", 9).text(
        50, 110, f"{words[2]}: {random.randrange(1000, 9999)}", 9
    )
    heads = [words[3], tongue.labels["sku"], tongue.labels["name"], words[4], words[5], words[6]]
    edges = [50, 85, 160, 330, 440, 545]
    for number, (x, head) in enumerate(zip(edges, heads, strict=True)):
        sheet.text(x, 150, head, 8, bold=True, align="right" if number > 2 else "left")
    for row in range(6):
        y, amount = 168 + row * 16, goods.amount()
        cells = [str(row + 1), goods.code(), goods.name(), "1", goods.write_price(amount), goods.write_price(amount)]
        for number, (x, text) in enumerate(zip(edges, cells, strict=True)):
            sheet.text(x, y, text, 8, align="right" if number > 2 else "left")
    sheet.text(440, 290, words[7], 9, bold=True, align="right").text(
        545, 290, goods.write_price(goods.amount(5000, 9000)), 9, bold=True, align="right"
    )
    return Made(f"none-order-{language}", sheet.tobytes(), [])


def make_schedule(random: Random, language: str) -> Made:
    """A table of fairs with dates and stands, and one of opening hours."""
    tongue = TONGUES[language]
    sheet, goods = Sheet(random), Assortment(random, tongue)
    sheet.add().text(50, 70, f"{goods.name(plain=True)} 2026", 20, bold=True)
    for row in range(10):
        y = 110 + row * 18
        sheet.text(50, y, random.choice(_MONTHS), 9).text(150, y, f"{goods.name(plain=True)} Expo", 9)
        sheet.text(330, y, random.choice(_CITIES), 9)
        sheet.text(480, y, f"Hall {random.randrange(1, 20)} {random.choice('ABCDE')}{random.randrange(10, 99)}", 9)
    for row, day in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")):
        sheet.text(50, 340 + row * 16, day, 9).text(150, 340 + row * 16, "9:00 - 18:30", 9)
    return Made(f"none-schedule-{language}", sheet.tobytes(), [])


def make_test_report(random: Random, language: str) -> Made:
    """A laboratory's report: norms, results, limits; a signature."""
    tongue = TONGUES[language]
    sheet, goods = Sheet(random), Assortment(random, tongue)
    words = {
        "en": "Test report|Norm|Property|Result|Limit", "de": "Prüfbericht|Norm|Eigenschaft|Ergebnis|Grenzwert",
        "it": "Rapporto di prova|Norma|Caratteristica|Risultato|Limite",
    }[language].split("|")  # fmt: skip
    for _ in range(2):
        sheet.add().text(50, 70, f"{words[0]} {random.randrange(1000, 9999)}/26", 16, bold=True)
        y = sheet.prose(50, 100, 440, tongue.prose, 9) + 16
        for x, head in zip((50, 170, 340, 450), words[1:], strict=True):
            sheet.text(x, y, head, 8.5, bold=True)
        for norm in ("ISO 10545-3", "ISO 10545-4", "EN 14411", "DIN 51130", "ISO 10545-12", "BS 7976"):
            y += 15
            sheet.text(50, y, norm, 8.5).text(170, y, goods.name(plain=True), 8.5)
            sheet.text(340, y, f"{goods.write(goods.size(1, 60))} N/mm²", 8.5).text(
                450, y, f"≥ {random.randrange(5, 40)}", 8.5
            )
            sheet.rule(50, y + 4, 540, y + 4, 0.3)
    return Made(f"none-test-report-{language}", sheet.tobytes(), [])


def make_projects(random: Random, language: str) -> Made:
    """References: photographs of hotels and houses, each with its name, town, year and architect."""
    tongue = TONGUES[language]
    sheet, goods = Sheet(random), Assortment(random, tongue)
    for _ in range(4):
        sheet.add().text(50, 60, "Projects", 20, bold=True).folio()
        for place in range(2):
            top = 80 + place * 360
            sheet.picture(50, top, 495, 260)
            sheet.text(
                50, top + 278, f"Hotel {goods.name(plain=True)}, {random.choice(_CITIES).split()[-1]}", 11, bold=True
            )
            sheet.text(50, top + 292, f"{random.randrange(2008, 2025)}, Studio {goods.name(plain=True)}", 9, grey=True)
            sheet.prose(50, top + 308, 490, tongue.prose.split(".")[place] + ".", 9)
    return Made(f"none-projects-{language}", sheet.tobytes(), [])
