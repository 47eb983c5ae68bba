"""How well scans are read: pages made for it at several resolutions, and the corpus's scans where there is truth.

    [QUARRY_CORPUS=folder] python tests/accuracy/ocr.py

Similarities are shares of matching characters (difflib's ratio, 0 to 1); names and codes are right or wrong as a whole.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pymupdf
from scans import ENGLISH, GERMAN, Caption, Look, make_prose, make_swatches, true_lines

from tasks.catalog.pages import Line, Page
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_page

# dpi, and the seeds of the books scanned at it: each has another font, form of code and polarity. The rules were made
# on seeds 1 to 11; these were not looked at then.
SWATCH_BOOKS = {72: (31, 32), 100: (33, 34, 35), 150: (36, 37)}
_NOISE, _QUALITY = 4.0, 75  # grey values, JPEG
_REACH_POINTS = 9.0  # how far a line may stand from where its caption was set
PROSE = {
    "clean_200": (ENGLISH, Look(200), 0),
    "rotated_200": (ENGLISH, Look(200, angle=0.4), 0),
    "skewed_150": (ENGLISH, Look(150, angle=2.0), 0),
    "noisy_200": (ENGLISH, Look(200, noise=12, quality=70), 0),
    "turned_150": (ENGLISH, Look(150, noise=4, quality=75), 90),
    "low_100": (ENGLISH, Look(100, quality=80), 0),
    "low_72": (ENGLISH, Look(72, quality=80), 0),
    "german_150": (GERMAN, Look(150, noise=4, quality=75), 0),
}


def read(document: pymupdf.Document, options: ReadOptions, number: int = 1) -> Page:
    with tempfile.TemporaryDirectory() as folder:
        return read_page(document, number, Path(folder), options)


def rate_similarity(true: Sequence[str], found: Sequence[str]) -> float:
    """Share of characters in common, line breaks as spaces."""
    left, right = " ".join(" ".join(true).split()), " ".join(" ".join(found).split())
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def count_right(captions: Iterable[Caption], lines: Sequence[Line]) -> tuple[int, int]:
    """How many names and codes stand, exactly, as a line or the words at a line's start, where they were set."""
    names = codes = 0
    for caption in captions:
        near = [line for line in lines if abs(line.box.x0 - caption.x) < _REACH_POINTS]
        near = [line for line in near if abs(line.box.y1 - caption.y) < 3 * _REACH_POINTS]
        names += any(line.text == caption.name for line in near)
        codes += any(line.text == caption.code for line in near)
    return names, codes


def measure_swatches(options: ReadOptions, dpi: int, seeds: Sequence[int]) -> dict[str, float]:
    total = names = codes = 0
    for seed in seeds:
        document, captions, style = make_swatches(seed, Look(dpi, noise=_NOISE, quality=_QUALITY))
        page = read(document, options)
        right = count_right(captions, page.lines)
        print(f"  {dpi} dpi {style}: {right[0]} names, {right[1]} codes of {len(captions)}")
        total, names, codes = total + len(captions), names + right[0], codes + right[1]
    return {f"swatch_{dpi}_names": names / total, f"swatch_{dpi}_codes": codes / total}


def measure_sunbrella(corpus: Path, options: ReadOptions) -> dict[str, float]:
    """Words of the names, and codes, on two transcribed pages at 100 dpi."""
    truth = json.loads((corpus / "gt" / "pdf" / "sunbrella-p2-p9.json").read_text(encoding="utf-8"))
    names = codes = 0
    with pymupdf.open(corpus / truth["file"]) as document:
        for number in truth["fully_transcribed_pages"]:
            page = read(document, options, number)
            text = " ".join(page.text.split())
            words, lines = set(text.split()), {line.text for line in page.lines}
            for product in (one for one in truth["products"] if one["page"] == number):
                names += set(product["name"].split()) <= words
                codes += product["code"] in lines
                if product["code"] not in lines:
                    print(f"  sunbrella {number}: no line {product['code']}")
    return {"sunbrella_names": names / len(truth["products"]), "sunbrella_codes": codes / len(truth["products"])}


def measure(options: ReadOptions | None = None) -> dict[str, float]:
    """Every figure by its name; the corpus's only where QUARRY_CORPUS names it."""
    options = options or ReadOptions()
    figures: dict[str, float] = {}
    for name, (text, look, turn) in PROSE.items():
        page = read(make_prose(text, look, turn=turn), options)
        figures[name] = rate_similarity(true_lines(text), [line.text for line in page.lines])
    for dpi, seeds in SWATCH_BOOKS.items():
        figures |= measure_swatches(options, dpi, seeds)
    if corpus := os.environ.get("QUARRY_CORPUS"):
        figures |= measure_sunbrella(Path(corpus), options)
    return figures


def main() -> int:
    started = time.process_time()
    figures = measure()
    figures["cpu_seconds"] = time.process_time() - started
    for name, value in figures.items():
        print(f"{name:>24} {value:.3f}")
    print("RESULT accuracy-ocr " + " ".join(f"{name}={value:.4f}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
