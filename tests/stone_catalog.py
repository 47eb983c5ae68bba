"""A small catalog of stones, written by the test that reads it."""

from __future__ import annotations

from pathlib import Path


def write_catalog(folder: Path, name: str, pages: int, seed: int) -> Path:
    """`pages` pages: two captioned swatches and a paragraph each, all different."""
    import numpy as np
    import pymupdf
    from PIL import Image

    document = pymupdf.open()
    random = np.random.default_rng(seed)
    for number in range(1, pages + 1):
        page = document.new_page(width=420, height=595)
        page.insert_text((36, 48), f"Stone collection, part {number}", fontsize=18, fontname="hebo")
        for column in range(2):
            file = folder / f"{seed}-{number}-{column}.png"
            pixels = random.integers(0, 255, (6, 6, 3)).astype("uint8")
            Image.fromarray(pixels).resize((480, 480), Image.Resampling.BICUBIC).save(file)
            left = 36 + 190 * column
            page.insert_image(pymupdf.Rect(left, 80, left + 160, 240), filename=file)
            page.insert_text((left, 256), f"Stone {seed} {number}{'AB'[column]}", fontsize=11)
            page.insert_text((left, 270), f"ST-{seed}{number:03}{column}   60 x 60 cm", fontsize=9)
        page.insert_textbox(
            pymupdf.Rect(36, 320, 384, 560),
            f"Each piece of part {number} is cut from one block. The surface is honed by hand and sealed twice. " * 4,
            fontsize=10,
        )
    path = folder / name
    document.save(path)
    return path
