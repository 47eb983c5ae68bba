"""Makes a large catalog for benchmarks: any number of pages and images, no two images alike.

    python tests/sample/large_catalog.py FILE --pages 2000 --images-per-page 3 --seed 1

Every image is a new crop of a small pool of computed materials under its own random light, so that neither the bytes
nor a perceptual hash repeat. Every image has a caption with a name, a code and a size, as in a swatch catalog.
"""

from __future__ import annotations

import argparse
import io
import math
from functools import cache
from pathlib import Path

import numpy as np
import pymupdf
import textures
from PIL import Image

POOL_PIXELS = (512, 768)
IMAGE_PIXELS = (360, 270)  # width, height
LIGHT_SHARE = 0.3  # how strongly the random light tints a crop; enough to turn most bits of a 64-bit difference hash
JPEG_QUALITY = 70
POOL = (
    textures.white_marble,
    textures.green_marble,
    textures.travertine,
    textures.limestone,
    textures.slate,
    textures.terrazzo,
    textures.oak,
    textures.walnut,
    textures.boucle,
    textures.linen,
    textures.lagoon_tiles,
    textures.ember_tiles,
)
SYLLABLES = ("al", "bre", "dun", "es", "fjo", "gri", "hav", "il", "ker", "lin", "mor", "nev", "ost", "ran", "sol")
PAGE_WIDTH, PAGE_HEIGHT, MARGIN, CAPTION = 595.0, 842.0, 45.0, 46.0
PROSE = (
    "Surfaces for floors and walls, made to measure. Colours and structures are those of natural materials and differ "
    "from batch to batch; please ask for a sample before you order."
)


def make_large_catalog(path: Path | str, pages: int, images_per_page: int, seed: int = 1) -> int:
    """Writes the catalog to `path` and returns how many images it holds; the same arguments give the same bytes."""
    rng = np.random.default_rng(seed)
    fonts = pymupdf.Font("helv"), pymupdf.Font("hebo")
    document = pymupdf.open()
    for number in range(1, pages + 1):
        _make_page(document, number, images_per_page, rng, fonts)
    document.set_metadata({"title": f"Large catalogue, {pages} pages"})
    document.save(str(path), deflate=True, no_new_id=True)
    return pages * images_per_page


@cache
def _pool() -> tuple[Image.Image, ...]:
    pictures = (np.clip(texture(POOL_PIXELS, 5), 0, 1) * 255 for texture in POOL)
    return tuple(Image.fromarray(picture.astype(np.uint8)) for picture in pictures)


def _make_image(rng: np.random.Generator) -> bytes:
    """A JPEG that no other draw repeats: crop, mirror, and light of its own."""
    source = _pool()[int(rng.integers(len(POOL)))]
    width = int(rng.integers(IMAGE_PIXELS[0] // 2, source.width))
    height = min(source.height, width * IMAGE_PIXELS[1] // IMAGE_PIXELS[0])
    x, y = int(rng.integers(source.width - width + 1)), int(rng.integers(source.height - height + 1))
    crop = source.resize(IMAGE_PIXELS, Image.Resampling.BILINEAR, (x, y, x + width, y + height))
    if rng.random() < 0.5:
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    light = Image.fromarray(rng.integers(0, 256, (8, 9, 3), dtype=np.uint8)).resize(IMAGE_PIXELS)
    buffer = io.BytesIO()
    Image.blend(crop, light, LIGHT_SHARE).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def _make_page(
    document: pymupdf.Document,
    number: int,
    images: int,
    rng: np.random.Generator,
    fonts: tuple[pymupdf.Font, pymupdf.Font],
) -> None:
    page = document.new_page(width=PAGE_WIDTH, height=PAGE_HEIGHT)
    writer = pymupdf.TextWriter(page.rect)
    writer.append((MARGIN, 70), f"Collection {number:04}", fonts[1], 20)
    writer.fill_textbox(pymupdf.Rect(MARGIN, 84, PAGE_WIDTH - MARGIN, 124), PROSE, font=fonts[0], fontsize=9)
    columns = max(1, math.ceil(math.sqrt(images * 0.6)))
    rows = max(1, math.ceil(images / columns))
    cell_width = (PAGE_WIDTH - 2 * MARGIN + 12) / columns
    cell_height = min((PAGE_HEIGHT - 190) / rows, (cell_width - 12) * 0.75 + CAPTION)
    for index in range(images):
        x, y = MARGIN + index % columns * cell_width, 136 + index // columns * cell_height
        bottom = y + cell_height - CAPTION
        page.insert_image(pymupdf.Rect(x, y, x + cell_width - 12, bottom), stream=_make_image(rng))
        _write_caption(writer, x, bottom, number * images + index, rng, fonts)
    writer.append((PAGE_WIDTH - MARGIN - 20, PAGE_HEIGHT - 30), str(number), fonts[0], 8)
    writer.write_text(page)


def _write_caption(
    writer: pymupdf.TextWriter,
    x: float,
    y: float,
    serial: int,
    rng: np.random.Generator,
    fonts: tuple[pymupdf.Font, pymupdf.Font],
) -> None:
    name = "".join(SYLLABLES[int(i)] for i in rng.integers(len(SYLLABLES), size=3)).capitalize()
    length, width = (int(v) * 50 for v in rng.integers(4, 40, size=2))
    writer.append((x, y + 13), name, fonts[1], 10)
    writer.append((x, y + 25), f"LRG-{serial:06}", fonts[0], 8)
    writer.append((x, y + 36), f"L {length} × W {width} × T {int(rng.integers(8, 40))} mm", fonts[0], 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--images-per-page", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    make_large_catalog(options.file, options.pages, options.images_per_page, options.seed)


if __name__ == "__main__":
    main()
