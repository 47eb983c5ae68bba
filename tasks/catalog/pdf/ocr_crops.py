"""Single lines cut out of a page as it was scanned and read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from tasks.catalog.boxes import Box, union
from tasks.catalog.pdf.ocr_engine import ReadLine, Segmentation

_GAP_SIZES = 1.2  # between words of one line; wider ones part columns
_RULES = frozenset("|_")
_MARGIN_SIZES = 0.28  # around a line's crop, of its type's height


class Variant(NamedTuple):
    """How a crop is prepared: height of its type in pixels, filter, and the radius of a blur in pixels."""

    pixels: float
    resample: Image.Resampling
    blur: float


# No one preparation is best: they fail on different letters, so that their majority is right more often than any.
VARIANTS = (
    Variant(36, Image.Resampling.BICUBIC, 0),
    Variant(64, Image.Resampling.LANCZOS, 3),
    Variant(48, Image.Resampling.BILINEAR, 0),
    Variant(28, Image.Resampling.LANCZOS, 0),
)


class LineReader(Protocol):
    """What reads one picture: `Tesseract.read` with the time it has already given."""

    def __call__(
        self, picture: Image.Image, dpi: int, segmentation: Segmentation, letters: str, /
    ) -> Sequence[ReadLine]: ...


class Scan(NamedTuple):
    """A page in grey as it was scanned, dark on light, and how many of its pixels one of the enlarged page's is."""

    picture: Image.Image
    scale: float


def split_lines(lines: Sequence[ReadLine]) -> list[ReadLine]:
    """Lines cut where their words stand as far apart as columns do."""
    return [part for line in lines for part in _split(line)]


def strip_rules(line: ReadLine) -> ReadLine | None:
    """A line without the rules beside it, which are read as strokes of it; None where there is nothing else."""
    text = [index for index, word in enumerate(line.words) if set(word.text) - _RULES]
    if not text:
        return None
    words = line.words[text[0] : text[-1] + 1]
    return line if len(words) == len(line.words) else ReadLine(words, union(word.box for word in words), line.size)


def _split(line: ReadLine) -> Iterator[ReadLine]:
    start = 0
    for index in range(1, len(line.words) + 1):
        ended = index == len(line.words)
        if ended or line.words[index].box.x0 - line.words[index - 1].box.x1 > _GAP_SIZES * line.size:
            words = line.words[start:index]
            yield ReadLine(words, union(word.box for word in words), line.size)
            start = index


def read_line(line: ReadLine, scan: Scan, variant: Variant, read: LineReader, letters: str) -> ReadLine | None:
    """A line read again where it stands alone in its crop; what of its neighbours reaches in is left out."""
    found = [one for one in read_crop(line, scan, variant, read, letters) if _is_same(one.box, line.box)]
    return found[0]._replace(box=line.box, size=line.size) if len(found) == 1 else None


def read_crop(line: ReadLine, scan: Scan, variant: Variant, read: LineReader, letters: str) -> list[ReadLine]:
    """The lines in a line's box cut out of the page as scanned, in the enlarged page's coordinates."""
    box, margin = line.box, _MARGIN_SIZES * line.size
    left, top = int((box.x0 - 2 * margin) * scan.scale), int((box.y0 - margin) * scan.scale)
    right, bottom = int((box.x1 + 2 * margin) * scan.scale) + 1, int((box.y1 + margin) * scan.scale) + 1
    left, top = max(0, left), max(0, top)
    crop = scan.picture.crop((left, top, min(right, scan.picture.width), min(bottom, scan.picture.height)))
    zoom: float = variant.pixels / max(1.0, line.size * scan.scale)
    pad = 4
    lines = read(prepare_crop(crop, zoom, variant, pad), 300, Segmentation.BLOCK, letters)
    per, shift_x, shift_y = zoom * scan.scale, (left - pad) / scan.scale, (top - pad) / scan.scale

    def place(box: Box) -> Box:
        return Box(box.x0 / per + shift_x, box.y0 / per + shift_y, box.x1 / per + shift_x, box.y1 / per + shift_y)

    return [
        ReadLine(
            tuple(word._replace(box=place(word.box)) for word in one.words),
            place(one.box),
            one.size / per,
        )
        for one in lines
    ]


def prepare_crop(crop: Image.Image, zoom: float, variant: Variant, pad: int) -> Image.Image:
    """Enlarged, with ground around it and its ink black on white, whichever way round it was printed."""
    low, ground, high = np.percentile(np.asarray(crop), (2, 50, 98))
    if high - ground > ground - low:
        crop, ground = ImageOps.invert(crop), 255 - ground
    framed = ImageOps.expand(crop, pad, fill=int(ground))
    large = framed.resize((round(framed.width * zoom), round(framed.height * zoom)), variant.resample)
    if variant.blur:
        large = large.filter(ImageFilter.GaussianBlur(variant.blur))
    grey = np.asarray(large).astype(np.float32)
    black, white = float(np.percentile(grey, 2)), float(np.percentile(grey, 75))
    return Image.fromarray(((grey - black) * (255 / max(white - black, 1.0))).clip(0, 255).astype(np.uint8))


def _is_same(box: Box, line: Box) -> bool:
    return line.y0 <= (box.y0 + box.y1) / 2 <= line.y1
