"""Scanned pages made for measuring: swatch books whose captions are known, and pages of prose, as bad as real ones."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pymupdf
from PIL import Image

PATTERNS = (
    "Accord Alba Bellamy Bravada Canvas Carousel Cast Castanet Dolce Echo Frequency Heritage Linen Passage Pinnacle "
    "Quadra Rib Sailcloth Solano Stanton Tivoli Unity Velvet Wexford Zephyr"
)
COLORS = (
    "Aruba Beach Birch Blush Charcoal Confetti Crimson Denim Ebony Fern Granite Indigo Ivory Koi Lagoon Mango Mink "
    "Natural Olive Poppy Quartz Salsa Tuscan Umber Violet Walnut"
)
SERIES = ("", "", "", "", " II", " III", " IV")  # roman numerals at a name's end, as collections have them
CODES = ("#####-####", "@@-###", "####/##", "@##.###", "@@@####", "##-@@-##", "#####")
FONTS = ("helv", "hebo", "tiro", "tibo", "cour")
ENGLISH = """The lounge chair is made of solid walnut that has been oiled by hand and dried for three days.
Each frame is joined with dowels and glue, and every seat is tested under a weight of 120 kilograms.
Covers can be removed and washed at 30 degrees. Please keep the fabric away from direct sunlight.
Model B-214, width 72 cm, depth 80 cm, height 76.5 cm, seat height 41 cm. Weight 18.4 kg net.
Available in nine colours; delivery takes 4 to 6 weeks. Prices start at $1,299.00 without tax.
The table extends from 160 to 240 cm and seats ten. Its top is veneered with quarter-cut oak.
All metal parts are powder coated in black (RAL 9005), white (RAL 9010) or brushed brass."""
GERMAN = """Der Sessel wird aus massivem Nussbaum gefertigt, von Hand geölt und drei Tage lang getrocknet.
Die Bezüge können abgenommen und bei 30 Grad gewaschen werden. Bitte vor Sonnenlicht schützen.
Für größere Räume empfehlen wir das Modell mit höherer Lehne; die Füße sind höhenverstellbar.
Maße: Breite 72 cm, Tiefe 80 cm, Höhe 76,5 cm, Sitzhöhe 41 cm. Gewicht ungefähr 18,4 kg.
Lieferbar in neun Farben, auch in Grün, Weiß und Rotbraun. Die Lieferzeit beträgt vier Wochen.
Sämtliche Oberflächen sind schwer entflammbar und erfüllen die Anforderungen für öffentliche Gebäude.
Preise zuzüglich Mehrwertsteuer. Änderungen und Irrtümer vorbehalten. Zubehör auf Anfrage."""


class Look(NamedTuple):
    """How a page was scanned. `angle` in degrees, `noise` in grey values (standard deviation)."""

    dpi: int
    angle: float = 0.0
    noise: float = 0.0
    quality: int = 95


class Caption(NamedTuple):
    """What stands under a swatch, and its left edge and first baseline in points."""

    name: str
    code: str
    x: float
    y: float


class Style(NamedTuple):
    """Type of a swatch book; `ground` and `ink` are colours 0 to 1, sizes are points."""

    font: str
    name_size: float
    code_size: float
    upper: bool
    ground: float
    ink: float
    code: str


def make_style(seed: int) -> Style:
    """Styles differ in font, size, case, polarity and form of code."""
    draw = random.Random(seed)
    ground, ink = draw.choice([(1.0, 0.0), (1.0, 0.25), (0.5, 1.0), (0.12, 0.95), (0.93, 0.1)])
    name_size = draw.choice([7.0, 7.5, 8.0, 9.0])
    code_size = name_size - draw.choice([0.0, 1.0, 1.5])
    code = CODES[seed % len(CODES)]
    return Style(FONTS[seed % len(FONTS)], name_size, code_size, draw.random() < 0.5, ground, ink, code)


def make_swatches(seed: int, look: Look) -> tuple[pymupdf.Document, list[Caption], Style]:
    """One scanned page of 16 to 20 swatches with name and code under each."""
    style, draw = make_style(seed), random.Random(seed * 7919 + 1)
    columns, rows = draw.choice([(4, 4), (5, 4), (4, 5)])
    document, captions = pymupdf.open(), []
    page = document.new_page(width=612, height=792)
    page.draw_rect(page.rect, fill=(style.ground,) * 3, color=None)
    step_x, step_y = 560 / columns, 740 / rows
    for number in range(columns * rows):
        x, y = 30 + number % columns * step_x, 30 + number // columns * step_y
        box = pymupdf.Rect(x, y, x + step_x - 16, y + step_y - 42)
        page.insert_image(box, stream=_make_texture(seed * 100 + number), keep_proportion=False)
        name = f"{draw.choice(PATTERNS.split())} {draw.choice(COLORS.split())}{draw.choice(SERIES)}"
        caption = Caption(name.upper() if style.upper else name, _make_code(style.code, draw), x, box.y1 + 11)
        ink, below = (style.ink,) * 3, caption.y + style.code_size * 1.3
        page.insert_text((x, caption.y), caption.name, fontsize=style.name_size, fontname=style.font, color=ink)
        page.insert_text((x, below), caption.code, fontsize=style.code_size, fontname=style.font, color=ink)
        captions.append(caption)
    return scan(document, look, seed), captions, style


def make_prose(text: str, look: Look, *, font: str = "tiro", size: float = 10.5, turn: int = 0) -> pymupdf.Document:
    """One scanned A4 page of prose; `turn` is how far it was laid down wrong, in degrees."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    lines = text.split("\n")
    for number, line in enumerate(lines * 2):
        page.insert_text((60, 80 + number * 26), line, fontsize=size, fontname=font)
    return scan(document, look, 1, turn)


def scan(document: pymupdf.Document, look: Look, seed: int, turn: int = 0) -> pymupdf.Document:
    """The first page as one JPEG in a document of its own, after what scanners do to it."""
    pixmap = document[0].get_pixmap(dpi=look.dpi * 2)
    picture = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    picture = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
    if look.angle:
        picture = picture.rotate(look.angle, Image.Resampling.BICUBIC, fillcolor=picture.getpixel((2, 2)))
    if turn:
        picture = picture.rotate(-turn, expand=True)
    if look.noise:
        noise = np.random.default_rng(seed).normal(0, look.noise, (picture.height, picture.width, 1))
        picture = Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=look.quality)
    scanned = pymupdf.open()
    points = 72 / look.dpi
    page = scanned.new_page(width=picture.width * points, height=picture.height * points)
    page.insert_image(page.rect, stream=data.getvalue())
    return scanned


def true_lines(text: str) -> Sequence[str]:
    """The lines of `make_prose(text)`."""
    return text.split("\n") * 2


def _make_code(form: str, draw: random.Random) -> str:
    chars = {"#": "0123456789", "@": "ABCDEFGHKLMNPRSTVWX"}
    return "".join(draw.choice(chars.get(char, char)) for char in form)


def _make_texture(seed: int) -> bytes:
    """A swatch: a colour with grain or stripes."""
    draw = np.random.default_rng(seed)
    grid = np.broadcast_to(draw.integers(30, 225, 3), (90, 90, 3)).astype(np.float64)
    if seed % 3 == 0:
        grid = grid + (np.arange(90) // 9 % 2)[None, :, None] * draw.integers(-60, 60, 3)
    grid = grid + draw.normal(0, 9, (90, 90, 1))
    data = io.BytesIO()
    Image.fromarray(grid.clip(0, 255).astype(np.uint8)).save(data, "PNG")
    return data.getvalue()
