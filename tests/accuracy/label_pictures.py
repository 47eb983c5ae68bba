"""Generated pictures with known labels: what suppliers' catalogs hold, drawn from a seed.

Each *supplier* (a seed) has its own palette, type, stones and furniture and makes every kind of picture; in the
measurement a supplier is a document, held out as a whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import textures
from label_scenes import render_piece, render_room
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tasks.catalog.image_analysis import ImageClass

SUPPLIERS = (1, 2, 3, 4, 5, 6)
WORDS = (
    *("Oslo", "Verde", "Nova", "Alba", "Terra", "Linea", "Porto", "Sierra", "Luna"),
    *("Onda", "Brio", "Forma", "Vela", "Casa", "Arte", "Mondo", "Studio", "Atelier"),
)
STONES = ("white_marble", "green_marble", "travertine", "limestone", "slate", "terrazzo")
OTHERS = ("oak", "walnut", "boucle", "linen", "lagoon_tiles", "ember_tiles")
Rng = np.random.Generator
Color = tuple[int, int, int]


def _color(rng: Rng, low: int = 0, high: int = 256) -> Color:
    red, green, blue = rng.integers(low, high, 3)
    return int(red), int(green), int(blue)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _words(rng: Rng, count: int) -> str:
    return " ".join(str(word) for word in rng.choice(WORDS, count))


def _to_image(picture: np.ndarray) -> Image.Image:
    return Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))


def stone_swatch(rng: Rng) -> Image.Image:
    """A slab's face, cut to any proportion, under any light."""
    return _light(rng, _to_image(getattr(textures, str(rng.choice(STONES)))((300, 380), int(rng.integers(999)))))


def surface_swatch(rng: Rng) -> Image.Image:
    return _light(rng, _to_image(getattr(textures, str(rng.choice(OTHERS)))((300, 380), int(rng.integers(999)))))


def _light(rng: Rng, picture: Image.Image) -> Image.Image:
    """A crop under light of one tint and slope, as phones take it."""
    width, height = (int(side * rng.uniform(0.55, 1)) for side in picture.size)
    pixels = np.asarray(picture.crop((0, 0, width, height)), np.float32)
    slope = np.linspace(rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.1), width)[None, :, None]
    pixels = pixels * slope * rng.uniform(0.85, 1.1, 3) + rng.normal(0, 3, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def cloth_swatch(rng: Rng) -> Image.Image:
    """Striped, checked or plain cloth, woven pixel by pixel, with a pinked edge or none."""
    size = int(rng.integers(180, 420))
    rows, columns = np.indices((size, size))
    colors = np.array([_color(rng) for _ in range(4)])
    stripes = colors[(np.cumsum(rng.random(size) < 0.06) % 4)[columns]]
    checks = colors[(rows // 24 + columns // 24) % 2]
    base = (stripes, checks, np.broadcast_to(colors[0], (size, size, 3)))[int(rng.integers(3))].astype(np.float32)
    weave = 1 - 0.18 * ((rows + columns) % int(rng.integers(2, 5)) == 0)[..., None]
    return Image.fromarray(np.clip(base * weave + rng.normal(0, 5, base.shape), 0, 255).astype(np.uint8))


def paint_chip(rng: Rng) -> Image.Image:
    """A lacquer sample on white: one colour with a little sheen, its name below."""
    picture = Image.new("RGB", (260, 320), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((14, 14, 246, 250), fill=_color(rng, 20, 235))
    sheen = np.asarray(picture, np.float32) + np.linspace(14, -14, 320)[:, None, None]
    picture = Image.fromarray(np.clip(sheen, 0, 255).astype(np.uint8))
    ImageDraw.Draw(picture).text((18, 268), f"{_words(rng, 1)} {int(rng.integers(100, 999))}", "black", _font(20))
    return picture


def cut_out(rng: Rng) -> Image.Image:
    paper = ("white", "white", "grey", "warm")[int(rng.integers(4))]
    return Image.fromarray(render_piece(rng, paper, int(rng.integers(110, 150)), int(rng.integers(110, 150))))


def tile_on_white(rng: Rng) -> Image.Image:
    """A tile or board lying on white, seen at a slant."""
    face = surface_swatch(rng) if rng.random() < 0.5 else stone_swatch(rng)
    side = int(rng.integers(260, 360))
    slab = face.convert("RGBA").resize((side, int(side * rng.uniform(0.5, 1))))
    slab = slab.rotate(float(rng.uniform(-25, 25)), Image.Resampling.BICUBIC, expand=True)
    canvas = Image.new("RGBA", (slab.width + 60, slab.height + 60), "white")
    shadow = Image.new("RGBA", canvas.size, (0, 0, 0, 0))
    shadow.paste((0, 0, 0, 90), (36, 38), slab.getchannel("A"))
    canvas.alpha_composite(shadow.filter(ImageFilter.GaussianBlur(8)))
    canvas.alpha_composite(slab, (30, 26))
    return canvas.convert("RGB")


def room(rng: Rng) -> Image.Image:
    return Image.fromarray(render_room(rng, int(rng.integers(120, 150)), int(rng.integers(84, 112))))


def logo(rng: Rng) -> Image.Image:
    """A mark and a name in two colours."""
    ground = (255, 255, 255) if rng.random() < 0.6 else _color(rng, 0, 90)
    picture = Image.new("RGB", (int(rng.integers(240, 520)), int(rng.integers(110, 260))), ground)
    draw, ink = ImageDraw.Draw(picture), _color(rng, 90, 220)
    size, y = int(picture.height * rng.uniform(0.3, 0.5)), picture.height // 4
    shape = int(rng.integers(4))
    box = (14, y, 14 + size, y + size)
    if shape == 0:
        draw.ellipse(box, fill=ink)
        draw.ellipse((14 + size // 4, y + size // 4, 14 + size, y + size), fill=ground)
    elif shape == 1:
        draw.polygon([(14, y + size), (14 + size // 2, y), (14 + size, y + size)], fill=ink)
    elif shape == 2:
        for step in range(4):
            draw.arc((14 + 5 * step, y + 5 * step, 14 + size - 5 * step, y + size - 5 * step), 20, 330, ink, 3)
    else:
        draw.rounded_rectangle(box, size // 5, outline=ink, width=max(3, size // 8))
    letters = _words(rng, int(rng.integers(1, 3)))
    draw.text((26 + size, y), letters.upper() if rng.random() < 0.5 else letters, ink, _font(int(size * 0.7)))
    return picture


def icon(rng: Rng) -> Image.Image:
    """A pictogram: care, slip class, frost, delivery."""
    side = int(rng.integers(48, 160))
    ground, ink = (
        ((255, 255, 255), _color(rng, 0, 140)) if rng.random() < 0.7 else (_color(rng, 0, 140), (255, 255, 255))
    )
    picture = Image.new("RGB", (4 * side, 4 * side), ground)
    draw, unit = ImageDraw.Draw(picture), 4 * side // 12
    draw.rounded_rectangle((unit, unit, 11 * unit, 11 * unit), unit, outline=ink, width=unit // 2)
    kind = int(rng.integers(5))
    if kind == 0:
        for turn in range(6):
            x, y = np.cos(turn * np.pi / 3) * 4 * unit, np.sin(turn * np.pi / 3) * 4 * unit
            draw.line((6 * unit, 6 * unit, 6 * unit + x, 6 * unit + y), ink, unit // 2)
    elif kind == 1:
        draw.polygon([(3 * unit, 9 * unit), (9 * unit, 9 * unit), (6 * unit, 3 * unit)], fill=ink)
    elif kind == 2:
        draw.text((3 * unit, 3 * unit), f"R{int(rng.integers(9, 14))}", ink, _font(5 * unit))
    elif kind == 3:
        draw.ellipse((3 * unit, 3 * unit, 9 * unit, 9 * unit), outline=ink, width=unit // 2)
        draw.line((3 * unit, 9 * unit, 9 * unit, 3 * unit), ink, unit // 2)
    else:
        draw.rectangle((3 * unit, 5 * unit, 7 * unit, 8 * unit), fill=ink)
        draw.polygon([(7 * unit, 6 * unit), (9 * unit, 6 * unit), (9 * unit, 8 * unit), (7 * unit, 8 * unit)], fill=ink)
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def banner(rng: Rng) -> Image.Image:
    """A header: words on a gradient or a blurred photograph."""
    width, height = int(rng.integers(500, 900)), int(rng.integers(120, 260))
    first, last = np.array(_color(rng)), np.array(_color(rng))
    ramp = np.linspace(0, 1, width)[None, :, None] * np.ones((height, 1, 1))
    picture = Image.fromarray((first * (1 - ramp) + last * ramp).astype(np.uint8))
    if rng.random() < 0.4:
        picture = stone_swatch(rng).resize((width, height)).filter(ImageFilter.GaussianBlur(6))
    draw = ImageDraw.Draw(picture)
    draw.text((30, height // 4), _words(rng, int(rng.integers(2, 4))), "white", _font(int(rng.integers(36, 64))))
    draw.text((32, height * 2 // 3), _words(rng, 6), "white", _font(18))
    return picture


def ornament(rng: Rng) -> Image.Image:
    """Brush strokes, dots or waves that only fill space."""
    picture = Image.new("RGB", (int(rng.integers(200, 500)), int(rng.integers(200, 500))), _color(rng, 225, 256))
    draw, ink, kind = ImageDraw.Draw(picture, "RGBA"), _color(rng), int(rng.integers(3))
    for number in range(40):
        x, y = int(rng.integers(picture.width)), int(rng.integers(picture.height))
        if kind == 0:
            draw.ellipse((x, y, x + 60, y + 60), fill=(*ink, int(rng.integers(15, 70))))
        elif kind == 1:
            points = [(i * 10, y + 24 * np.sin(i / 3 + number)) for i in range(picture.width // 10 + 2)]
            draw.line(points, (*ink, 110), 3)
        else:
            draw.line((x, y, x + 150, y - 30), (*ink, 40), 26)
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 2.5))))


def text_page(rng: Rng) -> Image.Image:
    """Running text as a picture: the scan of a page or a label."""
    picture = Image.new("RGB", (420, int(rng.integers(300, 600))), _color(rng, 235, 256))
    draw, size = ImageDraw.Draw(picture), int(rng.integers(10, 18))
    for y in range(24, picture.height - 30, int(size * 1.5)):
        if rng.random() < 0.9:
            draw.text((24, y), _words(rng, 9)[: int(rng.integers(20, 52))], _color(rng, 0, 80), _font(size))
    return picture


def landscape(rng: Rng) -> Image.Image:
    """Sky, hills and trees: a mood without a product."""
    width, height = int(rng.integers(280, 480)), int(rng.integers(200, 320))
    sky = np.linspace(0, 1, height)[:, None, None] * np.ones((1, width, 1))
    pixels = np.array(_color(rng, 90, 200)) * (1 - sky) + np.array(_color(rng, 180, 250)) * sky
    columns = np.arange(width)
    for layer in range(3):
        line = height * (0.45 + 0.18 * layer) + sum(
            rng.uniform(4, 26) * np.sin(columns / rng.uniform(12, 90) + rng.uniform(0, 7)) for _ in range(4)
        )
        ground = np.arange(height)[:, None] > line[None, :]
        pixels[ground] = np.array(_color(rng, 30, 150)) * (0.6, 1.0, 0.5)
    for _ in range(int(rng.integers(5, 60))):
        x, y, reach = int(rng.integers(width)), int(rng.uniform(0.45, 0.9) * height), int(rng.integers(6, 26))
        rows, cols = np.indices((height, width))
        crown = (np.abs(cols - x) + rng.normal(0, 2, (height, width)) < (rows - y + reach) * 0.5) & (rows < y + reach)
        pixels[crown & (rows > y - reach)] = np.array(_color(rng, 10, 90)) * (0.7, 1.1, 0.6)
    return Image.fromarray(np.clip(pixels + rng.normal(0, 9, pixels.shape), 0, 255).astype(np.uint8))


def chart(rng: Rng) -> Image.Image:
    """Bars, lines or a pie with a scale and a legend."""
    picture = Image.new("RGB", (int(rng.integers(320, 640)), int(rng.integers(240, 420))), "white")
    draw, (width, height) = ImageDraw.Draw(picture), picture.size
    inks, kind = [_color(rng, 20, 220) for _ in range(5)], int(rng.integers(3))
    draw.text((width // 3, 6), _words(rng, 2), "black", _font(16))
    if kind == 2:
        edges = np.concatenate([[0], np.sort(rng.uniform(0, 360, 4)), [360]])
        for index in range(5):
            box = (30, 40, height - 40, height - 50 + 0)
            draw.pieslice(box, edges[index], edges[index + 1], fill=inks[index], outline="white")
            draw.rectangle((height, 60 + 26 * index, height + 14, 74 + 26 * index), fill=inks[index])
            draw.text((height + 22, 58 + 26 * index), _words(rng, 1), "black", _font(14))
        return picture
    for step in range(6):
        y = height - 40 - step * (height - 90) // 5
        draw.line((50, y, width - 20, y), (205, 205, 205))
        draw.text((16, y - 8), str(step * 20), "black", _font(13))
    count = int(rng.integers(4, 9))
    xs = [60 + i * (width - 100) // count for i in range(count)]
    if kind == 0:
        for index, x in enumerate(xs):
            top = height - 40 - int(rng.uniform(0.1, 0.95) * (height - 90))
            draw.rectangle((x, top, x + (width - 100) // count - 10, height - 40), fill=inks[index % 2])
    else:
        for ink in inks[:3]:
            points = [(x, height - 40 - rng.uniform(0.1, 0.9) * (height - 90)) for x in xs]
            draw.line(points, ink, 3)
    draw.line((50, 40, 50, height - 40, width - 20, height - 40), "black", 2)
    return picture


def drawing(rng: Rng) -> Image.Image:
    """A piece of furniture or a fitting in lines, with dimensions; sometimes with hatching or as white on blue."""
    picture = Image.new("L", (900, int(rng.integers(600, 1000))), 255)
    draw, weight = ImageDraw.Draw(picture), int(rng.integers(2, 5))
    x0, y0 = 150, 130
    x1, y1 = int(rng.integers(450, 760)), int(rng.integers(400, picture.height - 90))
    kind = int(rng.integers(4))
    if kind == 0:
        draw.rectangle((x0, y0, x1, y1), outline=0, width=weight)
        for part in range(1, int(rng.integers(2, 5))):
            x = x0 + part * (x1 - x0) // 4
            draw.line((x, y0, x, y1), 0, weight)
            draw.ellipse((x - 22, (y0 + y1) // 2 - 6, x - 10, (y0 + y1) // 2 + 6), outline=0, width=2)
    elif kind == 1:
        draw.ellipse((x0, y0, x1, y1), outline=0, width=weight)
        draw.ellipse((x0 + 40, y0 + 40, x1 - 40, y1 - 40), outline=0, width=weight // 2)
        draw.line((x0 - 30, (y0 + y1) / 2, x1 + 30, (y0 + y1) / 2), 120, 1)
        draw.line(((x0 + x1) / 2, y0 - 30, (x0 + x1) / 2, y1 + 30), 120, 1)
    elif kind == 2:
        draw.line((x0, y1, x0 + 30, y0, x1 - 30, y0, x1, y1), 0, weight)
        draw.line((x0 + 40, y1, x0 + 60, y0 + 40, x1 - 60, y0 + 40, x1 - 40, y1), 0, weight)
        for step in range(0, 400, 22):
            draw.line((x0 + 60 + step, y0 + 40, x0 + 40 + step, y0 + 10), 0, 1)
    else:
        for wall in range(int(rng.integers(3, 7))):
            x, y = int(rng.integers(x0, x1)), int(rng.integers(y0, y1))
            draw.line((x0, y, x1, y) if wall % 2 else (x, y0, x, y1), 0, 2 * weight)
            draw.arc((x - 40, y - 40, x + 40, y + 40), 0, 90, 0, 2)
        draw.rectangle((x0, y0, x1, y1), outline=0, width=3 * weight)
    for a, b, at in (
        ((x0, y0 - 60), (x1, y0 - 60), ((x0 + x1) // 2, y0 - 92)),
        ((x0 - 70, y0), (x0 - 70, y1), (12, y0 + 60)),
    ):
        draw.line((*a, *b), 0, 2)
        for x, y in (a, b):
            draw.line((x - 8, y + 8, x + 8, y - 8), 0, 3)
        draw.text(at, str(int(rng.integers(40, 2400))), 0, _font(28))
    small = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    if rng.random() < 0.2:
        return Image.merge("RGB", [small.point(lambda v, t=t: t + (255 - v) * (255 - t) // 255) for t in (30, 70, 140)])
    return small.convert("RGB")


def exploded(rng: Rng) -> Image.Image:
    """Numbered parts joined by dashed lines, and a small table: an assembly schematic."""
    picture = Image.new("RGB", (460, int(rng.integers(300, 480))), "white")
    draw = ImageDraw.Draw(picture)
    for number in range(1, int(rng.integers(5, 9))):
        x, y = int(rng.integers(40, 360)), int(rng.integers(30, picture.height - 90))
        wide, high = int(rng.integers(24, 90)), int(rng.integers(12, 60))
        draw.polygon(
            [(x, y), (x + wide, y - 12), (x + wide, y + high - 12), (x, y + high)], fill="white", outline="black"
        )
        draw.line((x + wide, y, x + wide + 30, y - 24), "black")
        draw.ellipse((x + wide + 28, y - 42, x + wide + 48, y - 22), outline="black")
        draw.text((x + wide + 34, y - 40), str(number), "black", _font(12))
        for step in range(0, 50, 8):
            draw.line((x + wide // 2, y + high + step, x + wide // 2, y + high + step + 4), (120, 120, 120))
    return picture


def size_table(rng: Rng) -> Image.Image:
    """A ruled table of codes, sizes and loads, as data sheets print it."""
    columns, rows, size = int(rng.integers(3, 8)), int(rng.integers(5, 18)), int(rng.integers(11, 17))
    wide, high = int(size * rng.uniform(4, 7)), int(size * rng.uniform(1.5, 2.2))
    picture = Image.new("RGB", (columns * wide + 40, rows * high + 40), "white")
    draw, ink = ImageDraw.Draw(picture), _color(rng, 0, 90)
    if rng.random() < 0.5:
        draw.rectangle((20, 20, 20 + columns * wide, 20 + high), fill=_color(rng, 170, 240))
    for row in range(rows + 1):
        draw.line((20, 20 + row * high, 20 + columns * wide, 20 + row * high), ink)
    for column in range(columns + 1):
        if rng.random() < 0.8:
            draw.line((20 + column * wide, 20, 20 + column * wide, 20 + rows * high), ink)
    for row in range(rows):
        for column in range(columns):
            text = _words(rng, 1) if row == 0 or column == 0 else f"{rng.integers(10, 3000)}"
            if rng.random() < 0.85:
                draw.text((25 + column * wide, 22 + row * high), text, ink, _font(size))
    return picture


def screen(rng: Rng) -> Image.Image:
    """A program's window or a control panel: frame, fields, a scale along the edge."""
    width, height = int(rng.integers(420, 700)), int(rng.integers(280, 460))
    picture = Image.new("RGB", (width, height), "white" if rng.random() < 0.6 else _color(rng, 200, 240))
    draw, ink = ImageDraw.Draw(picture), _color(rng, 0, 60)
    draw.rectangle((8, 8, width - 8, height - 8), outline=ink, width=2)
    for x in range(30, width - 20, 18):
        draw.line((x, 8, x, 14 if x % 90 else 22), ink)
    step = int(rng.integers(17, 26))
    for y in range(34, height - 30, step):
        draw.text((14, y), str(y // step), ink, _font(11))
        if rng.random() < 0.75:
            label = f"{_words(rng, 2)}: {'n' * int(rng.integers(2, 9))} {rng.integers(1, 99999)}"
            draw.text((40 + int(rng.integers(3)) * 40, y), label, ink, _font(13))
        if rng.random() < 0.3:
            draw.rectangle((width * 2 // 3, y, width - 30, y + step - 5), outline=ink)
    return picture


KINDS: dict[str, tuple[Callable[[Rng], Image.Image], ImageClass, int]] = {
    "stone_swatch": (stone_swatch, "PRODUCT_IMAGE", 3),
    "surface_swatch": (surface_swatch, "PRODUCT_IMAGE", 3),
    "cloth_swatch": (cloth_swatch, "PRODUCT_IMAGE", 2),
    "paint_chip": (paint_chip, "PRODUCT_IMAGE", 1),
    "cut_out": (cut_out, "PRODUCT_IMAGE", 3),
    "tile_on_white": (tile_on_white, "PRODUCT_IMAGE", 2),
    "room": (room, "MIXED", 3),
    "logo": (logo, "DECORATIVE", 3),
    "icon": (icon, "DECORATIVE", 3),
    "banner": (banner, "DECORATIVE", 2),
    "ornament": (ornament, "DECORATIVE", 2),
    "text_page": (text_page, "DECORATIVE", 1),
    "landscape": (landscape, "DECORATIVE", 2),
    "chart": (chart, "TECHNICAL_DIAGRAM", 3),
    "drawing": (drawing, "TECHNICAL_DIAGRAM", 4),
    "size_table": (size_table, "TECHNICAL_DIAGRAM", 2),
    "screen": (screen, "TECHNICAL_DIAGRAM", 2),
    "exploded": (exploded, "TECHNICAL_DIAGRAM", 2),
}


def draw_picture(supplier: int, kind: str, number: int) -> Image.Image:
    """The picture of that kind and number (from 0) of a supplier; the same arguments give the same picture."""
    rng = np.random.default_rng([supplier, *kind.encode(), number])
    picture, scale = KINDS[kind][0](rng), float(rng.uniform(0.7, 2.2))
    if kind in ("cut_out", "room"):  # computed small to save time
        scale = 2.5 + scale
    size = round(picture.width * scale), round(picture.height * scale)
    return picture.resize(size, Image.Resampling.BICUBIC)
