"""Contact sheets to label by: every image of a document, numbered, as one PNG.

    python tests/accuracy/label_sheet.py DOCUMENT.pdf SHEET.png [LAST_PAGE]

Prints number, page, box and SHA-256 of each, ready for a line of `labels/images.jsonl`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from label_data import read
from PIL import Image, ImageDraw

from tasks.local.image_files import open_picture

COLUMNS, CELL, HEAD = 10, 150, 14  # pixels


def draw_sheet(paths: list[Path]) -> Image.Image:
    """The images in rows of ten, each under its number; magenta shows where none is."""
    rows = -(-len(paths) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL, max(1, rows) * (CELL + HEAD)), "magenta")
    draw = ImageDraw.Draw(sheet)
    for number, path in enumerate(paths):
        x, y = number % COLUMNS * CELL, number // COLUMNS * (CELL + HEAD)
        picture = open_picture(path)
        picture.thumbnail((CELL - 4, CELL - 4))
        sheet.paste(picture, (x + 2, y + HEAD))
        draw.rectangle((x, y, x + CELL - 2, y + HEAD - 1), fill="black")
        draw.text((x + 2, y + 1), str(number), "white")
    return sheet


def main(document: str, sheet: str, last_page: str | None = None) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = read(Path(document), folder, int(last_page) if last_page else None, ocr_dpi=300)
        images = {image.sha256: (page.number, image) for page in reversed(pages) for image in page.images}
        for number, (sha256, (page, image)) in enumerate(images.items()):
            box = [round(value) for value in max(image.boxes, key=lambda box: box.area)]
            print(f"{number} page {page} {box} {sha256}")
        draw_sheet([folder / f"{sha256}.{image.ext}" for sha256, (_, image) in images.items()]).save(sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
