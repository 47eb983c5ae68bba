"""Catalogs of studios and makers: handles by finish, tableware, fabrics by the metre, numbered room scenes, kits."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct

_HANDLES = ["Arc Bar", "Knurled T", "Edge Pull", "Cup Regent", "Rail 12", "Button", "Bow Classic", "Strap"]
_TABLEWARE = [
    "Speiseteller flach",
    "Suppenteller",
    "Müslischale",
    "Espressotasse",
    "Kaffeekanne",
    "Servierplatte",
    "Salatschüssel",
    "Butterdose",
    "Eierbecher",
    "Milchkännchen",
    "Zuckerdose",
    "Kuchenteller",
]
_CLOTHS = ["Bali", "Lisboa", "Tweed", "Nordlys", "Velours Prince", "Canvas", "Voile", "Bouclé"]
_SCENE = [
    "Alba cushion",
    "Mohair throw",
    "Pebble vase",
    "Tripod stool",
    "Paper lantern",
    "Jute rug",
    "Arch mirror",
    "Brass tray",
]
_AZULEJOS = ["Sevilla", "Toscana", "Cemento", "Alhambra", "Nórdico"]
_SHELVES = ["String Wall", "Ladder", "Cube 36", "Pier", "Stack"]


def make_handles(random: Random) -> Made:
    """A handle a block: picture left, name, and a small table of centres by finish with a code in each cell."""
    sheet, products = Sheet(random), []
    names = random.sample(_HANDLES, 6)
    for page in range(2):
        sheet.add().text(45, 40, "Cabinet hardware", 9, grey=True)
        for index in range(3):
            y = 70 + index * 245
            one = TrueProduct(names[page * 3 + index], sheet.number, picture_page=sheet.number)
            one.picture = sheet.picture(45, y, 170, 190)
            sheet.text(235, y + 16, one.name, 15, bold=True).text(235, y + 32, "Solid brass, M4 screws included", 8.5)
            finishes = random.sample(("Satin Brass", "Nickel", "Bronze", "Black"), 3)
            sheet.text(235, y + 62, "Centres", 8, bold=True)
            for column, finish in enumerate(finishes):
                sheet.text(310 + column * 82, y + 62, finish, 8, bold=True)
            stem, codes = random.randrange(100, 999), []
            for row, centre in enumerate((96, 128, 160)):
                sheet.rule(235, y + 68 + row * 18, 550, y + 68 + row * 18, 0.3)
                sheet.text(235, y + 80 + row * 18, f"{centre} mm", 8)
                for column, finish in enumerate(finishes):
                    codes.append(f"H{stem}.{centre}.{finish[:2].upper()}")
                    sheet.text(310 + column * 82, y + 80 + row * 18, codes[-1], 8)
            one.variants = tuple(codes)
            products.append(one)
        sheet.folio()
    return Made("handles-matrix", sheet.tobytes(), products)


def make_tableware(random: Random) -> Made:
    """Three across; code before a stroke and the name, then one line of size, volume and packing, then the price."""
    sheet, products = Sheet(random), []
    names = random.sample(_TABLEWARE, 12)
    for page in range(2):
        sheet.add(842, 595).text(40, 40, "Serie Halm", 20).text(
            40, 56, "Steinzeug, reaktive Glasur, spülmaschinenfest", 9
        )
        for index in range(6):
            x, y = 40 + index % 3 * 262, 75 + index // 3 * 250
            one = TrueProduct(names[page * 6 + index], sheet.number, currency="EUR", picture_page=sheet.number)
            one.sku, diameter = f"{random.randrange(10, 99)}-{random.randrange(1000, 9999)}", random.randrange(60, 330)
            one.picture = sheet.picture(x, y, 238, 160)
            sheet.text(x, y + 176, f"{one.sku} | {one.name}", 9, bold=True)
            sheet.text(
                x, y + 189, f"Ø {diameter / 10:.1f} cm, {random.choice((4, 6))} St./Karton".replace(".", ",", 1), 8
            )
            one.attributes["diameter"] = (f"{diameter / 10:.1f}", "cm")
            price = random.randrange(390, 7900)
            one.price = f"{price / 100:.2f}"
            sheet.text(x, y + 202, f"UVP {one.price.replace('.', ',')} €", 8)
            products.append(one)
        sheet.folio()
    return Made("tableware", sheet.tobytes(), products)


def make_cloths(random: Random) -> Made:
    """Fabrics by the metre: a heading with the composition and price, then the colourways as small swatches."""
    sheet, products = Sheet(random, font="tiro"), []
    names = random.sample(_CLOTHS, 6)
    for page in range(3):
        sheet.add()
        for index in range(2):
            y = 60 + index * 380
            one = TrueProduct(names[page * 2 + index], sheet.number, currency="EUR")
            sheet.text(50, y, one.name, 22)
            price, width = random.randrange(29, 190), random.choice((137, 140, 150, 280))
            one.price, one.attributes["width"] = f"{price}.00", (str(width), "cm")
            sheet.text(545, y, f"€ {price},00 / m", 12, align="right")
            sheet.text(50, y + 20, f"{random.choice(('100% linen', '100% wool', '78% cotton, 22% linen'))}", 9)
            sheet.text(50, y + 33, f"Width {width} cm   |   {random.randrange(20, 90)},000 Martindale", 9)
            for swatch in range(8):
                sx, sy = 50 + swatch % 4 * 125, y + 50 + swatch // 4 * 150
                sheet.picture(sx, sy, 115, 115)
                shade = ("Ivory", "Sand", "Rust", "Moss", "Ink", "Slate", "Plum", "Coal")[swatch]
                sheet.text(sx, sy + 127, f"{swatch + 1:02} {shade}", 8)
            products.append(one)
        sheet.folio("Weavers' House")
    return Made("cloths-colourways", sheet.tobytes(), products)


def make_scenes(random: Random) -> Made:
    """Room scenes with numbers on them and a legend: number, name, size, price."""
    sheet, products = Sheet(random), []
    names = random.sample(_SCENE, 8)
    for page in range(2):
        sheet.add(595, 595).picture(0, 0, 595, 430)
        for index in range(4):
            x, y = random.randrange(60, 520), random.randrange(60, 380)
            sheet.page.draw_circle((x, y), 9, color=None, fill=(1, 1, 1))
            sheet.text(x - 3, y + 3, str(page * 4 + index + 1), 9, bold=True)
            one = TrueProduct(names[page * 4 + index], sheet.number, currency="GBP")
            price = random.randrange(19, 480)
            one.price = f"{price}.00"
            left, base = 40 + index % 2 * 280, 462 + index // 2 * 56
            sheet.text(left, base, f"{page * 4 + index + 1}", 10, bold=True).text(
                left + 20, base, one.name, 10, bold=True
            )
            sheet.text(
                left + 20, base + 13, random.choice(("Natural, large", "Set of two", "Handmade in Portugal")), 8.5
            )
            sheet.text(left + 20, base + 26, f"£{price}", 9)
            products.append(one)
        sheet.folio()
    return Made("scenes-legend", sheet.tobytes(), products)


def make_azulejos(random: Random) -> Made:
    """A Spanish tariff: series as bars of colour, formats as rows, euros by square metre and by box, packing."""
    sheet, products = Sheet(random), []
    sheet.add()
    sheet.text(45, 50, "TARIFA 2026", 20, bold=True).text(550, 50, "Precios sin IVA", 8, align="right")
    y = 80
    for series in random.sample(_AZULEJOS, 4):
        sheet.fill(45, y, 550, y + 18, 0.8).text(50, y + 13, f"SERIE {series.upper()}", 10, bold=True)
        y += 32
        for x, label in (
            (50, "Referencia"),
            (130, "Formato"),
            (230, "Acabado"),
            (390, "€/m²"),
            (450, "€/caja"),
            (530, "m²/caja"),
        ):
            sheet.text(x, y, label, 7.5, grey=True, align="right" if x > 300 else "left")
        for size in ("20x20", "60x60", "60x120"):
            y += 15
            code, price, area = (
                f"{series[:2].upper()}{random.randrange(1000, 9999)}",
                random.randrange(1500, 6900),
                random.choice(("1,08", "1,44")),
            )
            box = round(price * float(area.replace(",", ".")))
            finish = random.choice(("mate", "pulido"))
            for x, text in ((50, code), (130, f"{size} cm"), (230, finish)):
                sheet.text(x, y, text, 8.5)
            for x, text in ((390, f"{price / 100:.2f}"), (450, f"{box / 100:.2f}"), (530, area)):
                sheet.text(x, y, text.replace(".", ","), 8.5, align="right")
            width, length = size.split("x")
            products.append(
                TrueProduct(
                    f"SERIE {series.upper()} {code}",
                    sheet.number,
                    code,
                    currency="EUR",
                    prices={"€/m²": f"{price / 100:.2f}", "€/caja": f"{box / 100:.2f}"},
                    attributes={"width": (width, "cm"), "length": (length, "cm"), "finish": finish},
                )
            )
        y += 30
    return Made("azulejos", sheet.tobytes(), products)


def make_shelf_sheets(random: Random) -> Made:
    """One system a page: lead text, a drawing, then "from" price, and a box of facts; the next page is a room only."""
    sheet, products = Sheet(random, font="tiro"), []
    for name in random.sample(_SHELVES, 4):
        sheet.add()
        one = TrueProduct(name, sheet.number, currency="USD")
        sheet.text(60, 90, name, 34)
        sheet.prose(
            60,
            120,
            300,
            "A shelf that grows with what you read. Panels slide into slots without a tool, and "
            "every part can be bought again in ten years.",
            11,
        )
        for line in range(5):
            sheet.rule(380, 110 + line * 30, 540, 110 + line * 30, 1)
        price = random.randrange(180, 2400)
        one.price = f"{price}.00"
        sheet.text(60, 320, f"from ${price:,}", 16)
        facts = (
            ("Material", random.choice(("Oak veneer", "Powder-coated steel"))),
            ("Load", "25 kg per shelf"),
            (
                "Dimensions",
                f"{random.randrange(60, 120)} x {random.randrange(20, 40)} x {random.randrange(160, 230)} cm",
            ),
            ("Assembly", "No tools"),
        )
        one.attributes["material"] = facts[0][1]
        for index, (label, value) in enumerate(facts):
            sheet.text(60, 380 + index * 22, label, 10, bold=True).text(160, 380 + index * 22, value, 10)
        sheet.folio("Studio Pier")
        sheet.add().picture(0, 0, 595, 842)
        products.append(one)
    return Made("shelf-sheets", sheet.tobytes(), products)


def make_assembly(random: Random) -> Made:
    """Assembly instructions: parts with numbers and quantities, tools, steps; nothing is offered."""
    sheet = Sheet(random)
    sheet.add().text(50, 80, "Wardrobe NORR", 26, bold=True).text(50, 105, "Assembly instructions", 14)
    sheet.picture(150, 160, 300, 420)
    sheet.add().text(50, 70, "Parts", 18, bold=True)
    parts = (
        "Side panel left",
        "Side panel right",
        "Top",
        "Base",
        "Back",
        "Door",
        "Dowel 8 x 35",
        "Screw 4 x 50",
        "Hinge",
    )
    for index, part in enumerate(parts):
        y = 100 + index * 24
        sheet.text(50, y, "ABCDEFGHK"[index], 11, bold=True).text(90, y, part, 10)
        sheet.text(330, y, f"{random.randrange(100000, 199999)}", 9).text(450, y, f"{random.choice((1, 2, 12))}x", 10)
    for page in range(2):
        sheet.add()
        for step in range(4):
            x, y = 50 + step % 2 * 260, 70 + step // 2 * 360
            sheet.text(x, y, f"Step {page * 4 + step + 1}", 14, bold=True)
            sheet.picture(x, y + 15, 230, 230)
            sheet.text(x, y + 262, random.choice(("Insert dowels into part A.", "Fix hinges with 4 screws.")), 9)
    return Made("assembly", sheet.tobytes(), [])


def make_press(random: Random) -> Made:
    """A press release with captioned photographs and a price in the running text."""
    sheet = Sheet(random, font="tiro")
    sheet.add().text(60, 80, "PRESS RELEASE", 11, bold=True).text(60, 110, "A lamp for the long evening", 22, bold=True)
    text = (
        "The studio shows its new lamp in April. It will be in shops from September at EUR 490. The shade is made "
        "from recycled glass, and the founder says it is the quietest object they have made so far. "
    )
    sheet.prose(60, 150, 470, text * 5, 11)
    sheet.add()
    for index, caption in enumerate(
        ("The lamp in the studio", "The founder at work", "Glass before melting", "The hall in April")
    ):
        x, y = 60 + index % 2 * 250, 80 + index // 2 * 300
        sheet.picture(x, y, 220, 220)
        sheet.text(x, y + 236, caption, 9)
        sheet.text(x, y + 248, "Photo: A. Meier", 7, grey=True)
    sheet.text(60, 720, "Press contact: press@studio.example, +49 30 5550 1234", 9)
    return Made("press-release", sheet.tobytes(), [])
