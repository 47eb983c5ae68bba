"""What the sample catalog says: an invented maker, 24 invented products, and the prose around them.

Everything printed about a product comes from here, and so does `catalog.json`; so the two cannot disagree.
"""

from __future__ import annotations

from price_rows import PRICE_ROWS, list_product
from records import Attributes, Product, mm

BRAND = "Oskvall"
TITLE = "Oskvall Catalogue Nº 7"
CURRENCY = "EUR"
PAGES = 12


def slab(finish: str, length: str, width: str, thickness: str, material: str) -> Attributes:
    return {
        "material": material,
        "finish": finish,
        "length": mm(length),
        "width": mm(width),
        "thickness": mm(thickness),
    }


def _stone(name: str, sku: str, picture: str, material: str, finish: str, size: tuple[str, str, str]) -> Product:
    lines = (f"{material}, {finish}", f"L {size[0]} × W {size[1]} × T {size[2]} mm")
    return Product(
        name, sku, 3, "Strata", "Surfaces > Natural stone", slab(finish, *size, material), picture, lines=lines
    )


def _surface(name: str, sku: str, picture: str, kind: str, lines: tuple[str, str], attributes: Attributes) -> Product:
    return Product(name, sku, 4, "Grain", f"Surfaces > {kind}", attributes, picture, lines=lines)


STONES = (
    _stone("Névé", "STR-101", "white_marble", "Marble", "polished", ("600", "600", "20")),
    _stone("Tiefgrün", "STR-102", "green_marble", "Marble", "polished", ("600", "600", "20")),
    _stone("Sabbia Lenta", "STR-103", "travertine", "Travertine", "brushed", ("800", "400", "20")),
    _stone("Dünenlicht", "STR-104", "limestone", "Limestone", "honed", ("600", "600", "15")),
    _stone("Ardoise Nuit", "STR-105", "slate", "Slate", "riven", ("600", "300", "12")),
    _stone("Pépite", "STR-106", "terrazzo", "Terrazzo", "polished", ("600", "600", "18")),
)

GRAIN = (
    _surface(
        "Eik Blond",
        "GRN-201",
        "oak",
        "Wood flooring",
        ("Oak plank, matt lacquered", "L 1900 × W 190 × T 15 mm"),
        slab("matt lacquered", "1900", "190", "15", "Oak"),
    ),
    _surface(
        "Noyer Fumé",
        "GRN-202",
        "walnut",
        "Wood flooring",
        ("Walnut plank, oiled", "L 1900 × W 190 × T 15 mm"),
        slab("oiled", "1900", "190", "15", "Walnut"),
    ),
    _surface(
        "Loden Bouclé",
        "GRN-211",
        "boucle",
        "Fabric",
        ("78 % wool, 22 % cotton", "Width 140 cm · 45.000 rubs"),
        {"material": "78 % wool, 22 % cotton", "width": {"value": "140", "unit": "cm"}},
    ),
    _surface(
        "Tisserand",
        "GRN-212",
        "linen",
        "Fabric",
        ("64 % linen, 36 % viscose", "Width 138 cm · 30.000 rubs"),
        {"material": "64 % linen, 36 % viscose", "width": {"value": "138", "unit": "cm"}},
    ),
    _surface(
        "Lagune",
        "GRN-221",
        "lagoon_tiles",
        "Wall tile",
        ("Stoneware, crackle glaze", "L 260 × W 65 × T 9 mm"),
        slab("crackle glaze", "260", "65", "9", "Stoneware"),
    ),
    _surface(
        "Terre Brûlée",
        "GRN-222",
        "ember_tiles",
        "Wall tile",
        ("Terracotta, gloss glaze", "L 130 × W 130 × T 9,5 mm"),
        slab("gloss glaze", "130", "130", "9.5", "Terracotta"),
    ),
)

SERAN = Product(
    "Séran",
    "SER-4410",
    5,
    "Vann",
    "Bathroom > Washbasins",
    {
        "width": mm("580"),
        "depth": mm("385.5"),
        "height": mm("142"),
        "weight": {"value": "9.8", "unit": "kg"},
        "material": "Mineral cast, solid through",
        "finish": "Matt white",
        "waste": "1 1/4″, without overflow",
        "packaging": "1 piece per carton, 640 × 450 × 210 mm",
    },
    "washbasin",
    "1290.00",
    {},
    "Drawn with one line and cast in one piece: the rim of Séran is only eight millimetres wide and stays warm to the "
    "touch. The oval rests on a recessed foot, so that the bowl seems to float above the counter, and its curve lets "
    "water run off without a trace. Small scratches can be polished out by hand.",
    "Vessel washbasin",
    rows=(
        ("Article no.", "SER-4410"),
        ("Width", "580 mm"),
        ("Depth", "385,5 mm"),
        ("Height", "142 mm"),
        ("Weight", "9,8 kg"),
        ("Material", "Mineral cast, solid through"),
        ("Finish", "Matt white"),
        ("Waste", "1 1/4″, without overflow"),
        ("Packaging", "1 piece per carton, 640 × 450 × 210 mm"),
        ("Price", "€ 1.290,00"),
    ),
)

KVELD = Product(
    "Kveld",
    "KVD-3120",
    6,
    "Kveld",
    "Lighting > Pendant lamps",
    {
        "diameter": mm("420"),
        "height": mm("310.5"),
        "cable length": {"value": "2.5", "unit": "m"},
        "weight": {"value": "2.85", "unit": "kg"},
        "material": "Spun aluminium, turned brass",
        "finish": "Pine green enamel, ivory inside",
        "light source": "E27, max. 15 W LED",
        "protection": "IP20",
        "packaging": "1 piece per carton",
    },
    "pendant_lamp",
    "486.00",
    {},
    "Kveld is the hour when the window turns blue and the table becomes the brightest place in the house. Its ivory "
    "inside gathers the light and lays it down evenly; the enamelled dome keeps it out of your eyes. The brass cap is "
    "turned from one rod and left bare, to darken with the years.",
    "Pendant lamp",
    rows=(
        ("SKU", "KVD-3120"),
        ("Diameter", "420 mm"),
        ("Height", "310.5 mm"),
        ("Cable length", "2.5 m"),
        ("Weight", "2.85 kg"),
        ("Material", "Spun aluminium, turned brass"),
        ("Finish", "Pine green enamel, ivory inside"),
        ("Light source", "E27, max. 15 W LED"),
        ("Protection", "IP20"),
        ("Packaging", "1 piece per carton"),
        ("Price", "EUR 486.00"),
    ),
)

ETTVIK = Product(
    "Ettvik",
    "ETV-7220",
    7,
    "Ettvik",
    "Furniture > Dining tables",
    {
        "width": mm("2200"),
        "depth": mm("980"),
        "height": mm("745"),
        "weight": {"value": "61.5", "unit": "kg"},
        "material": "Solid oak from storm-felled trees",
        "finish": "White oil",
        "seats": "8",
        "packaging": "2 cartons, legs to be mounted",
    },
    "table_setting",
    "2840.00",
    {},
    "Two trestles, one beam, one top: Ettvik comes apart with four bolts and goes through any door. The boards are "
    "sorted by hand, so that the grain runs from one end to the other, and the edge is rounded where arms rest. "
    "At 2200 mm (86 5/8″) it seats eight.",
    "Dining table",
    rows=(
        ("Article no.", "ETV-7220"),
        ("Width", "2200 mm"),
        ("Depth", "980 mm"),
        ("Height", "745 mm"),
        ("Weight", "61,5 kg"),
        ("Material", "Solid oak from storm-felled trees"),
        ("Finish", "White oil"),
        ("Seats", "8"),
        ("Packaging", "2 cartons, legs to be mounted"),
        ("Price", "€ 2.840,00"),
    ),
)

AMPHEE = Product(
    "Amphée",
    "AMF-5046",
    8,
    "Atelier",
    "Accessories > Vases",
    {
        "diameter": mm("300"),
        "height": mm("460"),
        "weight": {"value": "3.4", "unit": "kg"},
        "material": "Stoneware",
        "finish": "Amber glaze",
    },
    "vase_portrait",
    "168.00",
    {},
    "Thirty flutes, pressed by hand into the soft clay. Watertight to the rim, heavy enough for branches.",
    "Vase",
    rows=(
        ("Article no.", "AMF-5046"),
        ("Diameter", "300 mm"),
        ("Height", "460 mm"),
        ("Weight", "3,4 kg"),
        ("Material", "Stoneware"),
        ("Finish", "Amber glaze"),
        ("Price", "€ 168,00"),
    ),
)

TREBOL = Product(
    "Trébol",
    "TRB-6045",
    8,
    "Atelier",
    "Furniture > Side tables",
    {
        "diameter": mm("450"),
        "height": mm("480"),
        "weight": {"value": "8.7", "unit": "kg"},
        "material": "Terrazzo, solid walnut",
        "finish": "Oiled",
    },
    "side_table_portrait",
    "395.00",
    {},
    "A round of terrazzo on three turned legs. The top lifts off and serves as a tray for heavy things.",
    "Side table",
    rows=(
        ("Article no.", "TRB-6045"),
        ("Diameter", "450 mm"),
        ("Height", "480 mm"),
        ("Weight", "8,7 kg"),
        ("Material", "Terrazzo, solid walnut"),
        ("Finish", "Oiled"),
        ("Price", "€ 395,00"),
    ),
)

PRODUCTS = (*STONES, *GRAIN, SERAN, KVELD, ETTVIK, AMPHEE, TREBOL, *map(list_product, PRICE_ROWS))

PAGE_KINDS = (
    "cover",
    "contents",
    "products",
    "products",
    "products",
    "products",
    "products",
    "products",
    "prose",
    "products",
    "prose",
    "index",
)
