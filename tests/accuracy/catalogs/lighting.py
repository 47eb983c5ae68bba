"""Lighting: a specification sheet a product, with a drawing, two columns of labelled values and codes by finish."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct
from .words import TONGUES, Assortment

_WORDS = {
    "en": "Light source|Colour temperature|Luminous flux|Protection|Cable length|Finishes and codes|Diameter",
    "de": "Leuchtmittel|Farbtemperatur|Lichtstrom|Schutzart|Kabellänge|Ausführungen und Artikelnummern|Durchmesser",
    "fr": "Source|Température de couleur|Flux lumineux|Protection|Longueur du câble|Finitions et références|Diamètre",
}
_FINISHES = {
    "en": ("Matt black", "Brushed brass", "White", "Copper", "Chrome"),
    "de": ("Schwarz matt", "Messing gebürstet", "Weiß", "Kupfer", "Chrom"),
    "fr": ("Noir mat", "Laiton brossé", "Blanc", "Cuivre", "Chrome"),
}


def make_sheets(random: Random, language: str) -> Made:
    """A product a page: heading, designer, photograph, drawing, specification, finishes with a code each."""
    tongue, words = TONGUES[language], _WORDS[language].split("|")
    labels = tongue.labels
    goods, sheet = Assortment(random, tongue), Sheet(random)
    colon = random.random() < 0.5
    products: list[TrueProduct] = []
    for _ in range(4):
        sheet.add().folio(f"{tongue.headings['about']} 2026")
        one = TrueProduct(goods.name(plain=True), sheet.number, picture_page=sheet.number)
        sheet.text(45, 80, one.name, 28, bold=True)
        sheet.text(
            45, 98, f"{labels['designer']} {random.choice(('Anna Rossi', 'J. Weber', 'Studio Nord'))}", 9, grey=True
        )
        one.picture = sheet.picture(45, 116, 320, 320)
        sheet.picture(400, 116, 140, 140)
        diameter, height, weight = goods.size(20, 80), goods.size(18, 90), goods.size(1, 9)
        one.attributes |= {"diameter": (diameter, "cm"), "height": (height, "cm"), "weight": (weight, "kg")}
        one.attributes["material"] = goods.material()
        left = [
            (words[6], f"{goods.write(diameter)} cm"), (labels["height"], f"{goods.write(height)} cm"),
            (labels["weight"], f"{goods.write(weight)} kg"), (labels["material"], str(one.attributes["material"])),
        ]  # fmt: skip
        right = [
            (words[0], f"LED {random.choice((8, 12, 18))} W"), (words[1], f"{random.choice((2700, 3000))} K"),
            (words[2], f"{random.randrange(600, 2400, 50)} lm"), (words[3], f"IP{random.choice((20, 44, 65))}"),
            (words[4], f"{random.choice((2, 3))} m"),
        ]  # fmt: skip
        _write_values(sheet, 45, 470, left, colon)
        _write_values(sheet, 310, 470, right, colon)
        one.variants = _write_finishes(sheet, 570, words[5], goods, language, random)
        products.append(one)
    return Made(f"lighting-{language}", sheet.tobytes(), products)


def _write_values(sheet: Sheet, x: float, y: float, rows: list[tuple[str, str]], colon: bool) -> None:
    for label, value in rows:
        if colon:
            sheet.text(x, y, f"{label}: {value}", 8.5)
        else:
            sheet.text(x, y, label, 8.5, grey=True).text(x + 115, y, value, 8.5)
        y += 14


def _write_finishes(
    sheet: Sheet, y: float, title: str, goods: Assortment, language: str, random: Random
) -> tuple[str, ...]:
    """Chips of colour, each with a finish and a code that ends in the finish's letters."""
    sheet.text(45, y, title, 9, bold=True)
    base, codes = goods.code().replace(" ", ""), []
    for index, finish in enumerate(random.sample(_FINISHES[language], 3)):
        y += 20
        codes.append(f"{base}.{finish[:2].upper()}{index}")
        sheet.fill(45, y - 9, 59, y + 3, random.uniform(0.2, 0.9))
        sheet.text(68, y, finish, 8.5).text(220, y, codes[-1], 8.5)
    return tuple(codes)
