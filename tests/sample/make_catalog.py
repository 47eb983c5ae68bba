"""Makes the sample catalog: 12 pages, 24 products, every picture computed.

    python tests/sample/make_catalog.py [--out FOLDER] [--scale SHARE]

writes `catalog.pdf` and its ground truth `catalog.json` (default: beside this script). The same code and libraries give
the same bytes: seeds are fixed, no clock is read. `--scale` renders the photographs smaller (a share of full size), for
quick looks and tests. Full size takes about 50 s of processor time, shared by all cores. Needs numpy, Pillow and
PyMuPDF; no font or image from outside.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import content
import numpy as np
import pages
import prose
import pymupdf
import scenes
import textures
from canvas import Canvas
from drawing import draw_basin
from noise import Rgb
from PIL import Image
from records import Product
from render import render

DPI = 160
SHARP_DPI = 190  # swatches carry the finest detail
DRAWING_DPI = 240
RENDER_SHARE = 0.8  # photographs are computed at this share of their size and enlarged: soft light, little to lose
JPEG_QUALITY = 74
SWATCH_SEEDS = {"white_marble": 3, "green_marble": 4, "oak": 3, "walnut": 4, "lagoon_tiles": 7, "ember_tiles": 8}
FIXED_DATE = "D:20260901120000Z"


def encode(picture: Rgb, size: tuple[int, int]) -> bytes:
    """The picture as a JPEG of `size` (width, height) pixels."""
    image = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()


def make_picture(name: str, scale: float) -> bytes:
    """One picture of the catalog by name, at the size its box asks for."""
    x0, y0, x1, y1 = pages.BOXES[name]
    if name == "drawing":
        return draw_basin((x1 - x0, y1 - y0), DRAWING_DPI)
    texture = getattr(textures, name, None)
    dpi = (SHARP_DPI if texture else DPI * scale) / 72
    width, height = round((x1 - x0) * dpi), round((y1 - y0) * dpi)
    if texture:
        return encode(texture((height, width), SWATCH_SEEDS.get(name, 5)), (width, height))
    scene = getattr(scenes, name)()
    return encode(render(scene, round(width * RENDER_SHARE), round(height * RENDER_SHARE)), (width, height))


def make_pictures(scale: float) -> dict[str, bytes]:
    """All pictures, largest first, on every core."""
    names = sorted(pages.BOXES, key=lambda name: -(pages.BOXES[name][2] - pages.BOXES[name][0]))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return dict(zip(names, pool.map(make_picture, names, [scale] * len(names)), strict=True))


def make_pdf(pictures: dict[str, bytes]) -> bytes:
    """The catalog as PDF bytes."""
    document = pymupdf.open()
    for number, (make_page, section) in enumerate(pages.PAGE_MAKERS, 1):
        canvas = Canvas(document, pages.TINTED_PAGES.get(number))
        make_page(canvas, pictures)
        if section:
            canvas.furniture(number, content.BRAND, section)
    document.set_toc([[1, name, number] for number, name, _ in prose.SECTIONS])
    document.set_metadata(
        {"title": content.TITLE, "author": content.BRAND, "creationDate": FIXED_DATE, "modDate": FIXED_DATE}
    )
    document.subset_fonts()
    data: bytes = document.tobytes(garbage=4, deflate=True, use_objstms=1, no_new_id=True)
    return data


def describe() -> dict[str, object]:
    """The ground truth: what a perfect reader would find in the catalog."""
    by_picture = {product.picture: product for product in content.PRODUCTS if product.picture}
    images = [
        {
            "page": number,
            "label": pages.LABELS.get(name, "PRODUCT_IMAGE"),
            "product": by_picture[name].sku if name in by_picture else None,
        }
        for name, number in pages.PICTURE_PAGES.items()
    ]
    return {
        "title": content.TITLE,
        "brand": content.BRAND,
        "currency": content.CURRENCY,
        "pages": content.PAGES,
        "page_kinds": dict(enumerate(content.PAGE_KINDS, 1)),
        "products": [describe_product(product) for product in content.PRODUCTS],
        "images": images,
    }


def describe_product(product: Product) -> dict[str, object]:
    return {
        "name": product.name,
        "sku": product.sku,
        "pages": [product.page],
        "price": product.price,
        "currency": content.CURRENCY if product.price or product.prices else None,
        "prices": product.prices,
        "collection": product.collection,
        "category": product.category,
        "description": product.description,
        "attributes": product.attributes,
        "image_pages": [product.page] if product.picture else [],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "catalog.pdf").write_bytes(make_pdf(make_pictures(options.scale)))
    truth = json.dumps(describe(), ensure_ascii=False, indent=1)
    (options.out / "catalog.json").write_text(truth + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
