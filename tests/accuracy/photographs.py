"""Photographs of the corpus and changed copies of them, for measuring retrieval. Nothing is written anywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageOps

_DOCUMENTS = (
    "catalog/lburo-landscape-brochure-ru.pdf",
    "catalog/regalith-marble.pdf",
    "hard/jpx-image.pdf",
    "hard/cmyk-jpeg.pdf",
)
_LEAST_SIDE_PIXELS = 150
_LEAST_DEVIATION = 12  # of the grey values (0 to 255): plain areas and lines are no photographs
_SAME_BITS = 10  # of a 64-bit difference hash: nearer pictures count as one photograph
_KEEP_PIXELS = 480  # longer side


def find_photographs(corpus: Path) -> list[Image.Image]:
    """Every distinct photograph of the image folder and of the documents above, in a fixed order."""
    found: list[Image.Image] = []
    hashes: list[int] = []
    for image in _open_all(corpus):
        if min(image.size) < _LEAST_SIDE_PIXELS:
            continue
        picture = image.convert("RGB")
        picture.thumbnail((_KEEP_PIXELS, _KEEP_PIXELS))
        code = _hash_differences(picture)
        if np.asarray(picture.convert("L")).std() < _LEAST_DEVIATION:
            continue
        if all((code ^ other).bit_count() > _SAME_BITS for other in hashes):
            hashes.append(code)
            found.append(picture)
    return found


def _open_all(corpus: Path) -> Iterator[Image.Image]:
    for path in sorted((corpus / "images").iterdir()):
        try:
            with Image.open(path) as image:
                yield ImageOps.exif_transpose(image)
        except OSError:  # some are broken on purpose
            continue
    for name in _DOCUMENTS:
        with pymupdf.open(corpus / "pdf" / name) as document:
            numbers = {info[0]: None for page in document for info in page.get_images()}
            for number in numbers:
                pixmap = pymupdf.Pixmap(document, number)
                if pixmap.colorspace:
                    flat = pymupdf.Pixmap(pymupdf.Pixmap(pymupdf.csRGB, pixmap), 0)
                    yield Image.frombytes("RGB", (flat.width, flat.height), flat.samples)


def _hash_differences(image: Image.Image) -> int:
    grey = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return int("".join("1" if bit else "0" for bit in (np.diff(grey, axis=1) > 0).ravel()), 2)


def change_photograph(image: Image.Image, seed: int) -> Image.Image:
    """A crop of 65 to 95 % a side, mirrored half of the time, lighter or darker by a quarter, saved as JPEG."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.65, 0.95)
    width, height = int(image.width * share), int(image.height * share)
    left, top = int(rng.integers(0, image.width - width)), int(rng.integers(0, image.height - height))
    cut = image.crop((left, top, left + width, top + height))
    if rng.random() < 0.5:
        cut = ImageOps.mirror(cut)
    brightness = float(rng.uniform(0.75, 1.25))
    lit = cut.point(lambda value: int(min(255, value * brightness)))
    out = io.BytesIO()
    lit.save(out, "JPEG", quality=int(rng.integers(55, 90)))
    return Image.open(io.BytesIO(out.getvalue()))
