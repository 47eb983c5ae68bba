"""Lists for the trade: kitchen fittings, lighting families, mattresses, doors, stationery, line sheets, sofas."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct

_FITTINGS = [
    "Schubladeneinsatz",
    "Abfalltrenner",
    "Eckkarussell",
    "Hochschrankauszug",
    "Besteckeinsatz",
    "Griffleiste",
    "Relingstange",
    "Sockelheizer",
    "LED-Unterbauleuchte",
    "Arbeitsplattenverbinder",
    "Topfscharnier",
    "Klappenbeschlag",
    "Teleskopauszug",
    "Steckdosenturm",
    "Geschirrkorb",
    "Wandabschlussprofil",
    "Gewürzeinsatz",
    "Flaschenauszug",
]
_LAMPS = ["Nuvola", "Ariete", "Sfera", "Calice", "Giglio", "Onda", "Piuma", "Stelo"]
_MATTRESSES = ["Dormia Classic", "Dormia Plus", "Aqua Latex", "Visco Soft", "Pocket 1000"]
_DOORS = ["Oslo", "Malmö", "Shaker 4P", "Dordogne", "Suffolk", "Pattern 10"]
_PAPERIE = (
    "Carnet ligné|Stylo plume|Coffret cadeau|Marque-page cuir|Agenda semainier|Bloc-notes|Encre bleu nuit|"
    "Porte-mine|Enveloppes vergé|Trousse toile|Cire à cacheter|Sous-main|Gomme|Taille-crayon laiton"
)
_STYLES = (
    "Amelia Vase|Corded Basket|Stoneware Mug|Linen Throw|Brass Taper Holder|Mango Bowl|Rattan Tray|"
    "Fluted Planter|Wool Cushion|Glass Carafe|Marble Coaster Set|Olive Board|Block Print Napkin|Ceramic Bell"
)
_SOFAS = ["Fjell", "Lund", "Hygge", "Bergen"]


def _german(amount: float) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def make_fittings_columns(random: Random) -> Made:
    """Three narrow columns a page; each block: picture, description, article number, dimensions, unit, net price."""
    sheet, products = Sheet(random), []
    names = [f"{name} {suffix}" for name in _FITTINGS for suffix in ("Basic", "Komfort")]
    random.shuffle(names)
    for page in range(3):
        sheet.add().fill(0, 0, 595, 40).text(40, 26, "Küchenzubehör", 13, bold=True)
        sheet.text(555, 26, "Nettopreise in EUR zzgl. MwSt.", 8, align="right")
        for index in range(12):
            x, y = 40 + index % 3 * 178, 60 + index // 3 * 190
            one = TrueProduct(names[page * 12 + index], sheet.number, currency="EUR", picture_page=sheet.number)
            one.sku = f"{random.randrange(100, 999)}.{random.randrange(10, 99)}.{random.randrange(100, 999)}"
            one.picture = sheet.picture(x, y, 90, 78)
            sheet.text(x, y + 92, one.name, 8.5, bold=True)
            width, depth, height = (random.randrange(*one) for one in ((150, 900), (200, 600), (40, 700)))
            rows = (
                ("Art.-Nr.", one.sku),
                ("B x T x H", f"{width} x {depth} x {height} mm"),
                ("VE", f"{random.choice((1, 2, 10, 50))} Stück"),
            )
            for row, (label, value) in enumerate(rows):
                sheet.text(x, y + 105 + row * 11, label, 7, grey=True).text(x + 45, y + 105 + row * 11, value, 7)
            price = random.randrange(390, 48900) / 100
            sheet.text(x, y + 140, "Netto", 7, grey=True).text(
                x + 150, y + 140, _german(price), 9, bold=True, align="right"
            )
            one.price = f"{price:.2f}"
            one.attributes |= {"width": (str(width), "mm"), "depth": (str(depth), "mm"), "height": (str(height), "mm")}
            products.append(one)
        sheet.folio("Katalog 2026 · Beschläge & Zubehör")
    return Made("fittings-columns", sheet.tobytes(), products)


def make_lamp_families(random: Random) -> Made:
    """Italian lines (codice, descrizione, finitura, prezzo) under the picture and name of their family."""
    sheet, products = Sheet(random), []
    names = iter(random.sample(_LAMPS, 6))
    for _ in range(3):
        sheet.add().text(45, 40, "LISTINO PREZZI 2026", 10, bold=True)
        sheet.text(550, 40, "Prezzi in EUR, IVA esclusa", 8, align="right")
        for slot in range(2):
            family, y = next(names), 70 + slot * 370
            one_picture = sheet.picture(45, y, 150, 130)
            sheet.text(210, y + 22, family, 20, bold=True).text(210, y + 40, "design Marta Colli", 9, grey=True)
            sheet.prose(
                210,
                y + 60,
                320,
                "Diffusore in vetro soffiato, montatura in metallo verniciato. Lampadina E27 max 60W non inclusa.",
                8,
            )
            y += 155
            for x, label in ((45, "Codice"), (130, "Descrizione"), (340, "Finitura")):
                sheet.text(x, y, label, 8, bold=True)
            sheet.text(550, y, "EUR", 8, bold=True, align="right").rule(45, y + 4, 550, y + 4)
            stem = random.randrange(10, 99)
            for form in random.sample(("sospensione", "lampada da tavolo", "applique", "piantana", "plafoniera"), 3):
                for finish in random.sample(("bianco opaco", "ottone satinato", "nero", "cromo"), 2):
                    y += 15
                    code, price = (
                        f"{family[:2].upper()}{stem}{random.randrange(100, 999)}",
                        random.randrange(9000, 99000) / 100,
                    )
                    sheet.text(45, y, code, 8).text(130, y, f"{family} {form}", 8).text(340, y, finish, 8)
                    sheet.text(550, y, _german(price), 8, align="right")
                    products.append(
                        TrueProduct(
                            f"{family} {form}",
                            sheet.number,
                            code,
                            f"{price:.2f}",
                            "EUR",
                            attributes={"finish": finish},
                            picture=one_picture,
                            picture_page=sheet.number,
                        )
                    )
        sheet.folio("Luce Viva s.r.l.")
    return Made("lamps-families", sheet.tobytes(), products)


def make_mattress_matrix(random: Random) -> Made:
    """Sizes down, models across, prices in the cells; the models described on the pages before."""
    sheet, products = Sheet(random), []
    for start in (0, 3):
        sheet.add()
        for index, name in enumerate(_MATTRESSES[start : start + 3]):
            y = 70 + index * 250
            one = TrueProduct(name, sheet.number, currency="EUR", picture_page=sheet.number)
            one.picture = sheet.picture(45, y, 230, 150)
            sheet.text(295, y + 16, name, 16, bold=True)
            height = random.randrange(18, 30)
            one.attributes["height"] = (str(height), "cm")
            lines = (
                f"Height: {height} cm",
                f"Core: {random.choice(('natural latex', 'cold foam', 'pocket springs'))}",
                "Firmness: H2 / H3",
                "Cover: Tencel, washable at 60 °C",
            )
            sheet.lines(295, y + 40, lines, 10, 1.5)
            products.append(one)
        sheet.folio()
    sheet.add(842, 595).text(45, 50, "Price list mattresses", 16, bold=True).text(45, 66, "EUR incl. VAT", 8)
    for index, one in enumerate(products):
        sheet.text(240 + index * 130, 100, one.name, 9, bold=True, align="right")
    sheet.text(45, 100, "Size (cm)", 9, bold=True).rule(45, 106, 780, 106)
    for row, size in enumerate(
        ("80 x 200", "90 x 200", "100 x 200", "120 x 200", "140 x 200", "160 x 200", "180 x 200")
    ):
        y = 124 + row * 20
        sheet.text(45, y, size, 9)
        for index, one in enumerate(products):
            price = 250 + index * 120 + row * random.randrange(40, 90)
            sheet.text(240 + index * 130, y, f"{price},-", 9, align="right")
            one.variant_prices.append({"": f"{price}.00"})
    return Made("mattress-matrix", sheet.tobytes(), products)


def make_doors(random: Random) -> Made:
    """A door a page with a ruled table of its options: width, glazing, order number, price."""
    sheet, products = Sheet(random), []
    for name in random.sample(_DOORS, 4):
        sheet.add().text(50, 70, name, 26, bold=True).text(50, 90, "Internal door, solid core, FD30 available", 10)
        one = TrueProduct(name, sheet.number, currency="GBP", picture_page=sheet.number)
        one.picture = sheet.picture(50, 110, 180, 360)
        sheet.prose(
            250,
            130,
            280,
            "Engineered stiles and rails with a real timber veneer. Supplied unfinished, "
            "pre-drilled on request. Height 1981 mm, thickness 35 mm.",
            9.5,
        )
        xs, y = (50, 170, 330, 450, 545), 500
        rows = [("Width", "Glazing", "Order no.", "Price")]
        stem, codes = random.randrange(100, 999), []
        for width in (610, 686, 762, 838):
            glazing = random.choice(("None", "Clear", "Obscure"))
            codes.append(f"D{stem}-{width}")
            price = random.randrange(120, 480)
            rows.append((f"{width} mm", glazing, codes[-1], f"£{price}.00"))
            one.variant_prices.append({"": f"{price}.00"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.text(xs[column] + 5, y + 14, cell, 9, bold=not number)
            for edge in (y, y + 20):
                sheet.rule(xs[0], edge, xs[-1], edge)
            for x in xs:
                sheet.rule(x, y, x, y + 20)
            y += 20
        one.variants = tuple(codes)
        sheet.folio("Doors 2026")
        products.append(one)
    return Made("doors-options", sheet.tobytes(), products)


def make_stationery(random: Random) -> Made:
    """French blocks: picture left, name, two lines of text, "Réf." with the price on the same line; two a row."""
    sheet, products = Sheet(random), []
    names = random.sample(_PAPERIE.split("|"), 12)
    for page in range(2):
        sheet.add().text(40, 44, "PAPETERIE", 18).text(555, 44, "Prix publics TTC", 8, align="right")
        for index in range(6):
            x, y = 40 + index % 2 * 265, 70 + index // 2 * 240
            one = TrueProduct(names[page * 6 + index], sheet.number, currency="EUR", picture_page=sheet.number)
            one.picture = sheet.picture(x, y, 100, 130)
            sheet.text(x + 110, y + 12, one.name, 11, bold=True)
            sheet.lines(
                x + 110,
                y + 28,
                (
                    "Fabriqué en France.",
                    f"Format {random.choice(('A5', 'A6', '10 x 15 cm'))}",
                    f"Vendu par {random.choice((1, 6, 12))}",
                ),
                8,
            )
            one.sku, price = (
                f"{random.randrange(10, 99)}{random.choice('ABCK')}{random.randrange(100, 999)}",
                random.randrange(290, 8900),
            )
            one.price = f"{price / 100:.2f}"
            sheet.text(x + 110, y + 70, f"Réf. {one.sku}", 8).text(
                x + 240, y + 70, f"{one.price.replace('.', ',')} €", 10, bold=True, align="right"
            )
            products.append(one)
        sheet.folio("Maison Verdier — Catalogue 2026")
    return Made("stationery-fr", sheet.tobytes(), products)


def make_line_sheet(random: Random) -> Made:
    """A B2B line sheet: four across; style number, name, colours, wholesale, MSRP and minimum below each picture."""
    sheet, products = Sheet(random), []
    names = random.sample(_STYLES.split("|"), 14)
    for page in range(2):
        sheet.add(792, 612).text(36, 40, "SPRING / SUMMER 2026", 12, bold=True)
        sheet.text(756, 40, "Order minimum $300 · hello@northandpine.example", 8, align="right")
        for index in range(8 - page * 2):
            x, y = 36 + index % 4 * 183, 60 + index // 4 * 265
            one = TrueProduct(names[page * 8 + index], sheet.number, currency="USD", picture_page=sheet.number)
            one.picture = sheet.picture(x, y, 165, 150)
            wholesale = random.randrange(6, 90)
            one.sku = f"NP-{random.randrange(1000, 9999)}"
            one.prices = {"Wholesale": f"{wholesale}.00", "MSRP": f"{wholesale * 2 + 2}.00"}
            lines = (
                f"Style #: {one.sku}",
                one.name,
                f"Colors: {', '.join(random.sample(('Natural', 'Rust', 'Ink', 'Sage'), 2))}",
                f"Wholesale: ${wholesale}.00",
                f"MSRP: ${wholesale * 2 + 2}.00",
                f"Min Qty: {random.choice((2, 4, 6))}",
            )
            sheet.lines(x, y + 164, lines, 8.5)
            products.append(one)
        sheet.folio()
    return Made("line-sheet", sheet.tobytes(), products)


def make_sofa_modules(random: Random) -> Made:
    """A sofa a page: modules with a line drawing each as rows, fabric groups as columns; SEK."""
    sheet, products = Sheet(random), []
    for name in random.sample(_SOFAS, 3):
        sheet.add().text(45, 60, name, 28, bold=True).text(45, 80, "Design: Anna Lindqvist", 9, grey=True)
        sheet.picture(330, 40, 220, 130)
        sheet.text(45, 200, "Priser i SEK inkl. moms", 8)
        sheet.text(110, 225, "Modul", 8, bold=True).text(245, 225, "B x D x H cm", 8, bold=True)
        groups = ("Grupp 1", "Grupp 2", "Grupp 3", "Läder")
        for index, group in enumerate(groups):
            sheet.text(385 + index * 55, 225, group, 8, bold=True, align="right")
        sheet.rule(45, 230, 555, 230)
        for row, module in enumerate(("2-sits soffa", "3-sits soffa", "Divan vänster", "Hörndel", "Fotpall")):
            y, width = 262 + row * 52, random.randrange(80, 240)
            sheet.page.draw_rect((50, y - 20, 50 + width / 5, y), color=(0, 0, 0), width=0.7)
            sheet.page.draw_rect((54, y - 14, 46 + width / 5, y - 4), color=(0, 0, 0), width=0.4)
            sheet.text(110, y, module, 8.5).text(245, y, f"{width} x 92 x 78", 8.5)
            one, price = TrueProduct(module, sheet.number, currency="SEK"), random.randrange(4900, 18900, 100)
            one.attributes |= {"width": (str(width), "cm"), "collection": name}
            for index, group in enumerate(groups):
                price += random.randrange(700, 2900, 100)
                sheet.text(385 + index * 55, y, f"{price:,}".replace(",", " "), 8.5, align="right")
                one.prices[group] = f"{price}.00"
            sheet.rule(45, y + 14, 555, y + 14, 0.3)
            products.append(one)
        sheet.folio("Prislista 2026")
    return Made("sofa-modules", sheet.tobytes(), products)
