"""The labelled pictures of `labels/images.jsonl`, found again in the corpus or drawn again, with what is known of them.

One line is one picture: `sha256`, `label`, and where it comes from: `document`, `page` and `box` (an image that reading
the page gives, in points), `figure` and `page` (part of a page, drawn; hash of its pixels), `file`, or `generated`
(supplier, kind, number of `label_pictures.py`; hash of its pixels). The list holds no pixels.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pymupdf
from label_pictures import draw_picture
from PIL import Image

from tasks.catalog.discovery import discover
from tasks.catalog.engines import ImageCase
from tasks.catalog.image_analysis import ImageClass
from tasks.catalog.image_uses import describe_uses
from tasks.catalog.pages import Page, PageImage
from tasks.catalog.pdf.document import open_document
from tasks.catalog.pdf.reader import PageReader, ReadOptions

SAMPLE = "sample/catalog.pdf"  # the project's own, beside the corpus
LABELS = Path(__file__).parent / "labels" / "images.jsonl"
FIGURE_DPI = 130
SAME_PLACE_POINTS = 4.0
# Long documents are read as far as their labelled pages; the rest would take minutes.
LAST_PAGE = {
    "pdf/catalog/sunbrella-fabrics-imageonly.pdf": 3,
    "pdf/hard/400-pages-114-ccitt.pdf": 110,
    "pdf/manual/xerox-altalink-guide-464p.pdf": 46,
}
# Scans whose words nobody needs: enough for OCR to see that there is type.
COARSE_OCR_DPI = 100
COARSE = ("pdf/hard/",)


class Labelled(NamedTuple):
    """A picture with its true label; `group` is held out as a whole."""

    case: ImageCase
    label: ImageClass
    group: str
    generated: bool


def load(corpus: Path | None, folder: Path) -> tuple[list[Labelled], int]:
    """Every labelled picture that can be had here, its files under `folder`, and how many could not be found."""
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    generated = [row for row in rows if "generated" in row]
    found = [_draw(row, folder) for row in generated]
    sample = [row for row in rows if row.get("document") == SAMPLE]
    found += _load_document(Path(__file__).parents[1] / SAMPLE, sample, folder, SAMPLE, True)
    real = [row for row in rows if "generated" not in row and row not in sample]
    if corpus:
        found += _load_corpus(real, corpus, folder)
    return found, len(generated) + len(sample) + (len(real) if corpus else 0) - len(found)


def _draw(row: dict[str, Any], folder: Path) -> Labelled:
    supplier, kind, number = row["generated"]
    path = folder / f"{supplier}-{kind}-{number}.png"
    draw_picture(supplier, kind, number).save(path, compress_level=1)
    return Labelled(ImageCase(row["sha256"], path), row["label"], f"supplier {supplier}", True)


def _load_corpus(rows: list[dict[str, Any]], corpus: Path, folder: Path) -> Iterator[Labelled]:
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, row in enumerate(rows):
        if "document" in row:
            by_document[row["document"]].append(row)
        elif "file" in row:
            yield Labelled(ImageCase(row["sha256"], corpus / row["file"]), row["label"], row["file"], False)
        else:
            path = folder / f"figure-{number}.png"
            draw_figure(corpus / row["figure"], row["page"], row.get("box")).save(path)
            yield Labelled(ImageCase(row["sha256"], path), row["label"], row["figure"], False)
    for name, wanted in by_document.items():
        yield from _load_document(corpus / name, wanted, folder, name, False)


def _load_document(
    path: Path, rows: list[dict[str, Any]], folder: Path, name: str, generated: bool
) -> Iterator[Labelled]:
    if not path.exists():
        return
    pages = read(path, folder, LAST_PAGE.get(name), COARSE_OCR_DPI if name.startswith(COARSE) else 300)
    uses = describe_uses(pages, discover(pages, name))
    for row in rows:
        image = _find_image(row, pages)
        if image:
            case = ImageCase(image.sha256, folder / f"{image.sha256}.{image.ext}", image.stats, uses[image.sha256])
            yield Labelled(case, row["label"], name, generated)


def _find_image(row: dict[str, Any], pages: list[Page]) -> PageImage | None:
    """The labelled image: by its bytes, or by its place, for a rendering's bytes change with the libraries."""
    images = [image for page in pages if page.number == row["page"] for image in page.images]
    near = [
        (max(abs(a - b) for a, b in zip(box, row["box"], strict=True)), image)
        for image in images
        for box in image.boxes
    ]
    same = next((image for image in images if image.sha256 == row["sha256"]), None)
    distance, nearest = min(near, key=lambda one: one[0], default=(math.inf, None))
    return same or (nearest if distance <= SAME_PLACE_POINTS else None)


def read(path: Path, folder: Path, last: int | None, ocr_dpi: int) -> list[Page]:
    """The document's pages up to `last`; their images are written to `folder`."""
    with open_document(path) as document:
        reader = PageReader(document, folder, ReadOptions(ocr_dpi=ocr_dpi, tables="catalog" in path.parts))
        return [reader.read(number) for number in range(1, min(last or 10**6, document.page_count) + 1)]


def draw_figure(path: Path, page: int, box: tuple[float, float, float, float] | None) -> Image.Image:
    """Part of a page (its whole without a box, in points) as an RGB picture."""
    with pymupdf.open(path) as document:
        pixmap = document[page - 1].get_pixmap(dpi=FIGURE_DPI, clip=pymupdf.Rect(box) if box else None, alpha=False)
        return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
