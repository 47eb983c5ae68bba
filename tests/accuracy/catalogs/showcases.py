"""Picture-led catalogs of single trades: rugs, office chairs, wallpapers, colour cards, outdoor lookbooks."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made, TrueProduct

_RUGS = [
    "Atlas Berber",
    "Kyoto Moss",
    "Salt Flats",
    "Old Harbour",
    "Juniper",
    "Night Garden",
    "Tidal",
    "Meridian Stripe",
    "Oatmeal",
    "Chalk Farm",
    "Fen",
    "Palisade",
    "Ravine",
    "Low Sun",
    "Mistral",
    "Bengal",
    "Terrazzo",
    "Quarry Stone",
    "Lichen",
    "Dovecote",
    "Plaid No. 3",
    "Hedgerow",
]
_WALLS = (
    "Magnolia Frieze|Willow Trail|Pagoda|Toile Nocturne|Herringbone Plain|Aviary|Coral Reef|Grasscloth|Lattice|"
    "Peony Garden|Moiré|Damask Royal|Birch Wood|Chinoiserie|Feather Fan|Acanthus|Stripe Regency|Paisley"
)
_CHAIRS = ["Aero", "Kontor 40", "Meet", "Sitag One", "Linea Mesh", "Task+", "Verto", "Join Conference"]
_OUTDOOR = [
    "Capri",
    "Bali",
    "Hampton",
    "Sylt",
    "Menorca",
    "Lipari",
    "Kos",
    "Formentera",
    "Skagen",
    "Biarritz",
    "Amalfi",
    "Ibiza",
]
_COLOURS = [
    "Warm Linen",
    "Storm Grey",
    "Bottle Green",
    "Sand Dune",
    "Ink Blue",
    "Brick Dust",
    "Pale Sage",
    "Clotted Cream",
    "Mustard Seed",
    "Slate",
    "Plum",
    "Duck Egg",
    "Chalk White",
    "Soot",
    "Tobacco",
    "Rose Clay",
    "Fog",
    "Olive Grove",
    "Deep Teal",
    "Apricot",
    "Stone",
    "Oyster",
    "Ivy",
    "Rust",
    "Bone",
    "Heather",
    "Midnight",
    "Cornflower",
    "Biscuit",
    "Moss",
    "Truffle",
    "Copper Beech",
    "Sea Glass",
    "Ash",
    "Cherry",
    "Lagoon",
]
_RUG_SIZES = ("120 x 180", "160 x 230", "200 x 300", "250 x 350")


def make_rug_collection(random: Random) -> Made:
    """Four photographs a page, the name above each, a strip of sizes and prices below; a page about the wool."""
    sheet, names = Sheet(random, font="tiro"), random.sample(_RUGS, 16)
    products: list[TrueProduct] = []
    sheet.add().text(297, 380, "LOOM & FIELD", 36, align="center")
    sheet.text(297, 410, "Rug Collection 2026", 16, align="center")
    for page in range(4):
        sheet.add().text(297, 46, "LOOM & FIELD", 8, align="center", grey=True)
        for index in range(4):
            x, y = 50 + index % 2 * 260, 74 + index // 2 * 372
            one = TrueProduct(names[page * 4 + index], sheet.number, currency="GBP", picture_page=sheet.number)
            sheet.text(x, y, one.name.upper(), 14)
            one.picture = sheet.picture(x, y + 10, 235, 250)
            sheet.text(x, y + 276, "Hand-knotted, 100% New Zealand wool", 8, grey=True)
            base = random.randrange(300, 900, 5)
            for column, size in enumerate(_RUG_SIZES):
                price = base + column * random.randrange(180, 400, 5)
                sheet.text(x + column * 60, y + 294, size + (" cm" if column == 3 else ""), 7)
                sheet.text(x + column * 60, y + 305, f"£{price:,}", 8, bold=True)
                one.variant_prices.append({"": f"{price}.00"})
            sheet.text(x, y + 320, f"Design {random.randrange(100, 999)} / {random.choice(('ivory', 'ecru'))}", 7)
            products.append(one)
        sheet.folio()
    sheet.add().text(50, 90, "Caring for your rug", 22)
    sheet.prose(
        50,
        130,
        480,
        "Vacuum once a week without a beater bar. Turn the rug every 6 months. Blot spills at "
        "once with a dry white cloth and never rub. Shedding is natural and stops after 3 to 4 months.",
        11,
    )
    return Made("rugs-4up", sheet.tobytes(), products)


def make_chair_spreads(random: Random) -> Made:
    """A chair on two facing pages: a photograph with the name, then features with icons and order codes by option."""
    sheet, names = Sheet(random), random.sample(_CHAIRS, 4)
    products: list[TrueProduct] = []
    sheet.add().fill(0, 0, 595, 842, 0.85).text(50, 420, "Seating", 44, bold=True)
    for name in names:
        sheet.add()
        one = TrueProduct(name, sheet.number, picture_page=sheet.number)
        one.picture = sheet.picture(0, 160, 595, 560)
        sheet.text(50, 90, name, 40, bold=True)
        sheet.text(50, 120, "Work as it should feel. Designed by Studio Brandt & Öhlin", 11)
        sheet.folio(f"Seating · {name}")
        sheet.add().text(50, 70, "Features", 14, bold=True)
        features = (
            "Synchronous mechanism with 4 locking positions",
            "Seat height 42-52 cm, gas lift class 4",
            "Armrests adjustable in height, width and depth",
            "Backrest in breathable 3D mesh",
            "Tested to EN 1335 and BIFMA X5.1",
            "5 year warranty",
        )
        for index, feature in enumerate(features):
            y = 92 + index * 30
            sheet.picture(50, y, 20, 20)
            sheet.text(80, y + 13, feature, 9)
        y = 310
        sheet.text(50, y, "Dimensions (mm)", 14, bold=True)
        sizes = random.randrange(620, 700, 5), random.randrange(600, 690, 5), random.randrange(980, 1180, 5)
        for label, size in zip(("Width", "Depth", "Height"), sizes, strict=True):
            y += 16
            sheet.text(50, y, label, 9).text(180, y, str(size), 9)
            one.attributes[label.lower()] = (str(size), "mm")
        y += 16
        sheet.text(50, y, "Weight", 9).text(180, y, "17,5 kg", 9)
        y += 40
        sheet.text(50, y, "Order codes", 14, bold=True)
        stem, codes = "".join(random.sample("ABCEKLMRST", 3)), []
        for option in ("Without armrests", "With fixed armrests", "With 4D armrests", "Polished base, 4D armrests"):
            y += 18
            codes.append(f"{stem}-{random.randrange(100, 999)}")
            sheet.text(50, y, option, 9).text(330, y, codes[-1], 9, bold=True).rule(50, y + 5, 400, y + 5, 0.3)
        one.variants = tuple(codes)
        sheet.folio(f"Seating · {name}")
        products.append(one)
    return Made("chairs-spread", sheet.tobytes(), products)


def make_wallpaper_book(random: Random) -> Made:
    """A wide swatch a column, pattern number below it; collection, repeat and roll width on the outer margin."""
    sheet, names = Sheet(random), random.sample(_WALLS.split("|"), 12)
    products: list[TrueProduct] = []
    sheet.add(700, 700).text(350, 340, "The Manor House Papers", 34, align="center")
    for page in range(4):
        sheet.add(700, 700)
        collection = ("Arcadia", "Orangery", "Salon", "Cabinet")[page]
        repeat, number = random.choice((32, 53, 64)), random.randrange(210, 990)
        left = 40 if page % 2 else 560
        for y, text in ((80, "COLLECTION"), (130, "ROLL WIDTH"), (180, "ROLL LENGTH"), (230, "REPEAT"), (280, "MATCH")):
            sheet.text(left, y, text, 6.5, grey=True)
        values = (collection, "52 cm", "10.05 m", f"{repeat} cm", "Straight")
        for index, value in enumerate(values):
            sheet.text(left, 94 + index * 50, value, 10)
        start = 170 if page % 2 else 40
        for index in range(3):
            x = start + index * 165
            one = TrueProduct(
                names[page * 3 + index], sheet.number, f"{number}/{index + 1:02}", picture_page=sheet.number
            )
            one.picture = sheet.picture(x, 60, 155, 500)
            sheet.text(x, 578, str(one.sku), 9, bold=True).text(x, 592, one.name, 9)
            one.attributes["collection"] = collection
            products.append(one)
        sheet.folio()
    return Made("wallpaper-book", sheet.tobytes(), products)


def make_colour_card(random: Random) -> Made:
    """Chips painted as vector rectangles, six a row; name, the house's number and a code of a colour system below."""
    sheet, names = Sheet(random), random.sample(_COLOURS, 36)
    products: list[TrueProduct] = []
    for page, family in enumerate(("Neutrals", "Greens & Blues")):
        sheet.add(842, 595).text(40, 48, family, 20, bold=True).text(802, 48, "Interior Emulsion", 10, align="right")
        for index in range(18):
            x, y = 40 + index % 6 * 129, 70 + index // 6 * 165
            color = [random.uniform(0.2, 0.95) for _ in range(3)]
            sheet.page.draw_rect((x, y, x + 115, y + 110), color=None, fill=color)
            one = TrueProduct(names[page * 18 + index], sheet.number, f"No. {random.randrange(1, 300)}")
            one.sku = None
            sheet.text(x, y + 122, one.name, 8.5, bold=True)
            sheet.text(x, y + 133, f"LF {100 + page * 18 + index}", 7.5)
            one.sku = f"LF {100 + page * 18 + index}"
            ncs = f"NCS S {random.randrange(10, 80):02}{random.randrange(5, 50):02}-{random.choice('YGBR')}"
            sheet.text(x, y + 143, ncs + f"{random.randrange(10, 90)}{random.choice('YGBR')}", 6.5, grey=True)
            products.append(one)
        sheet.text(40, 580, "Printed colours are a guide only. Tins of 1 l, 2.5 l and 5 l. Coverage 12 m²/l.", 7)
    return Made("colour-card", sheet.tobytes(), products)


def make_lookbook(random: Random) -> Made:
    """Photographs with a large name; an index at the end has article, page and price of each, one product not two."""
    sheet, names = Sheet(random, font="tiro"), random.sample(_OUTDOOR, 7)
    kinds = ("lounge sofa", "dining table", "sun lounger", "armchair", "parasol", "bench", "side table")
    products: list[TrueProduct] = []
    sheet.add(595, 595).picture(0, 0, 595, 595)
    sheet.text(60, 300, "Outdoor Living", 40)
    for name, kind in zip(names, kinds, strict=True):
        sheet.add(595, 595)
        one = TrueProduct(f"{name} {kind}", sheet.number, picture_page=sheet.number)
        one.picture = sheet.picture(0, 0, 595, 420)
        sheet.text(40, 462, one.name, 26)
        sheet.prose(
            40,
            488,
            420,
            f"{name} brings the calm of the {random.choice(('coast', 'garden', 'terrace'))} home. "
            "Teak from managed forests ages to a silver grey; the cushions dry within an hour.",
            10,
        )
        sheet.text(297, 575, str(sheet.number), 8, align="center")
        products.append(one)
    sheet.add(595, 595).text(40, 60, "Index & prices", 20)
    sheet.text(40, 84, "All prices in EUR incl. VAT, valid from 1 March 2026", 8)
    for index, one in enumerate(sorted(products, key=lambda one: one.name)):
        y, whole = 120 + index * 24, random.randrange(190, 3900, 10)
        one.sku, one.price, one.currency = f"{random.randrange(40000, 49999)}", f"{whole}.00", "EUR"
        sheet.text(40, y, one.name, 10).text(230, y, f"Art. {one.sku}", 9).text(340, y, f"p. {one.page}", 9)
        sheet.text(540, y, f"€ {whole:,}".replace(",", "."), 10, align="right")
    return Made("lookbook-index", sheet.tobytes(), products)
