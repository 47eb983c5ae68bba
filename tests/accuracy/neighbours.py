"""Draws the README's picture of nearest neighbours: four queries, and per view the four pictures nearest to each.

    python tests/accuracy/neighbours.py [--out FILE]

Every picture is computed here (tests/sample, materials.py, styles.py); none comes from outside.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))

import numpy as np
import pages
from make_catalog import make_picture
from materials import MATERIALS, paint_material
from noise import Rgb, rgb
from PIL import Image, ImageDraw, ImageFont, ImageOps
from styles import OBJECTS, STYLES, paint_style
from views import Labelled, Vectors, embed

from tasks.catalog.engines import VIEWS

OUT = Path(__file__).parents[2] / "deployments" / "docs" / "neighbours.png"
SCENE_SCALE = 0.35  # of the catalog's photographs
NEIGHBOURS = 4
# Dark and light colour of each colouring a material comes in.
COLORINGS = (
    "#2f4f46 #9fbfae",
    "#5b3d29 #b58a5f",
    "#8d8478 #efe9dd",
    "#23282e #7d868c",
    "#7d2f20 #d98e6a",
    "#1f3f66 #8fb0cf",
)
QUERIES = ("marble #2f4f46 #9fbfae", "linen #7d2f20 #d98e6a", "studio armchair", "living_room")
TITLES = ("Green marble", "Terracotta linen", "A chair in the studio", "A living room")

THUMB, QUERY, GAP, LABEL, HEAD = 78, 150, 5, 62, 26  # pixels
QUANTISED_COLORS = 256
INK, PALE, PAPER = (40, 42, 46), (120, 124, 130), (255, 255, 255)


def make_pool() -> list[Labelled]:
    pool = []
    for number, material in enumerate(MATERIALS):
        for copy, pair in enumerate(COLORINGS):
            pool.append(Labelled(f"{material} {pair}", paint_material(material, 100 * number + copy, _read_pair(pair))))
    pool += [Labelled(f"{style} {name}", paint_style(style, name, 3)) for style in STYLES for name in OBJECTS]
    for name in pages.BOXES:
        pool.append(Labelled(name, Image.open(io.BytesIO(make_picture(name, SCENE_SCALE))).convert("RGB")))
    return pool


def _read_pair(pair: str) -> tuple[Rgb, Rgb]:
    dark, light = (np.asarray(rgb(code), np.float32) for code in pair.split())
    return dark, light


def draw_panel(title: str, query: int, pool: list[Labelled], vectors: Vectors) -> Image.Image:
    """The query beside a row of neighbours a view, nearest first, with their cosines."""
    width = QUERY + LABEL + (THUMB + GAP) * NEIGHBOURS + 3 * GAP
    panel = Image.new("RGB", (width, HEAD + (THUMB + GAP) * len(VIEWS) + 2 * GAP), PAPER)
    draw = ImageDraw.Draw(panel)
    draw.text((GAP, 3), title, fill=INK, font=ImageFont.load_default(16))
    panel.paste(ImageOps.fit(pool[query].picture, (QUERY, QUERY)), (GAP, HEAD))
    for row, view in enumerate(VIEWS):
        top = HEAD + row * (THUMB + GAP)
        draw.text((QUERY + LABEL, top + THUMB // 2), view, fill=INK, font=ImageFont.load_default(13), anchor="rm")
        cosines = vectors[view] @ vectors[view][query]
        nearest = [int(index) for index in np.argsort(-cosines) if index != query][:NEIGHBOURS]
        for place, index in enumerate(nearest):
            left = QUERY + LABEL + 2 * GAP + place * (THUMB + GAP)
            panel.paste(ImageOps.fit(pool[index].picture, (THUMB, THUMB)), (left, top))
            text, font = f"{cosines[index]:.2f}", ImageFont.load_default(10)
            box = draw.textbbox((left + 2, top + THUMB - 2), text, font=font, anchor="lb")
            draw.rectangle((box[0] - 2, box[1] - 1, box[2] + 1, box[3] + 1), fill=PAPER)
            draw.text((left + 2, top + THUMB - 2), text, fill=PALE, font=font, anchor="lb")
    return panel


def draw_picture(pool: list[Labelled], vectors: Vectors) -> Image.Image:
    labels = [item.label for item in pool]
    panels = [
        draw_panel(title, labels.index(query), pool, vectors) for title, query in zip(TITLES, QUERIES, strict=True)
    ]
    width, height = panels[0].size
    margin = 4 * GAP
    sheet = Image.new("RGB", (2 * width + margin, 2 * height + margin), PAPER)
    for number, panel in enumerate(panels):
        sheet.paste(panel, ((number % 2) * (width + margin), (number // 2) * (height + margin)))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    out: Path = parser.parse_args().out
    pool = make_pool()
    with tempfile.TemporaryDirectory() as cache:
        vectors = embed(pool, Path(cache))
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet = draw_picture(pool, vectors)
    # Dithering needs a palette that is known beforehand.
    palette = sheet.quantize(QUANTISED_COLORS, Image.Quantize.MAXCOVERAGE)
    sheet.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size / 1000:.0f} KB, {len(pool)} pictures")


if __name__ == "__main__":
    main()
