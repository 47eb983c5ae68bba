"""What one page of a document holds, whichever way it was read (text layer or OCR).

A `Page` is the seam between reading and understanding: `tasks/catalog/pdf` makes it, discovery, chunking and linking
read it. It is stored as JSON, so every part is frozen, typed and small; pixels stay in files named by their SHA-256.
Pages are physical and 1-based; boxes are in points on the page as displayed (`boxes.Box`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from tasks.catalog.boxes import Box

PAGE_SCHEMA_VERSION = 2

ImageLayer = Literal["embedded", "full_render"]
TextSource = Literal["layer", "ocr", "none"]


class Frozen(BaseModel):
    """Base of every model that is stored as JSON: immutable, and a field it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(NamedTuple):
    """One word and where it stands. `confidence` is 0 to 1 from OCR, 1.0 from a text layer."""

    text: str
    box: Box
    confidence: float = 1.0


class Run(NamedTuple):
    """Words of a line in one type, from the word at `start` (0-based) to the next run."""

    start: int
    size: float  # points
    font: str
    bold: bool
    italic: bool
    color: int  # 0xRRGGBB


class Line(Frozen):
    """One line of type in reading order; size in points, colour as 0xRRGGBB.

    Its type is that of most of its characters; `runs` tells where it changes, () for a line in one type.
    """

    text: str
    box: Box
    size: float
    font: str = ""
    bold: bool = False
    italic: bool = False
    color: int = 0
    rtl: bool = False
    words: tuple[Word, ...] = ()
    runs: tuple[Run, ...] = ()


class Block(Frozen):
    """Lines that belong together (a paragraph, a caption, a heading)."""

    box: Box
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class Table(Frozen):
    """A table as data. `headers` may be empty; every row has as many cells as there are columns; empty cell = ''."""

    box: Box
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    header_boxes: tuple[Box | None, ...] = ()
    row_boxes: tuple[tuple[Box | None, ...], ...] = ()
    method: Literal["ruled", "positions"] = "ruled"


class ImageStats(Frozen):
    """Cheap facts about an image's pixels, measured on a thumbnail of at most 64 x 64 (see `pdf/image_stats.py`)."""

    mean_rgb: tuple[int, int, int]
    colorfulness: float  # Hasler and Süsstrunk's M3 on 0-255 channels
    edge_density: float  # share of pixels whose gradient magnitude exceeds 32 of 255 (0 to 1)
    entropy: float  # of the grey histogram, in bits (0 to 8)
    white_share: float  # share of pixels brighter than 245 in every channel (0 to 1)
    distinct_colors: int  # after quantisation to 4 bits a channel


class PageImage(Frozen):
    """An image on a page: its bytes are in the file `<sha256>.<ext>` beside the page's JSON."""

    sha256: str
    ext: Literal["jpg", "png"]
    width: int  # pixels
    height: int
    bytes: int
    boxes: tuple[Box, ...]  # every place on this page where it is shown
    layer: ImageLayer
    effective_dpi: float  # pixels per displayed inch, the smaller of the two axes
    phash: str  # 64-bit difference hash, 16 hex digits
    stats: ImageStats
    nearest_text: str | None = None
    nearest_text_box: Box | None = None


class Page(Frozen):
    """One physical page as read."""

    schema_version: int = PAGE_SCHEMA_VERSION
    number: int  # physical, 1-based
    width: float  # points, as displayed
    height: float
    rotation: int = 0
    text_source: TextSource = "layer"
    blocks: tuple[Block, ...] = ()  # reading order
    tables: tuple[Table, ...] = ()
    images: tuple[PageImage, ...] = ()
    problems: tuple[str, ...] = ()  # what could not be read on this page, in words; the rest stands

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def text(self) -> str:
        """All text in reading order; blocks are separated by an empty line."""
        return "\n\n".join(block.text for block in self.blocks)
