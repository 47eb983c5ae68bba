"""The interfaces behind which embedded engines and outside services stand; flows and tasks know only these.

An implementation lives in `tasks/local` or `tasks/clients`; `tasks/resources.py` chooses by the settings. What one
item could not get comes back as an `ItemFailure` in its place; what no item could get is raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tasks.catalog.image_analysis import ImageAnalysis, ImageLabel
from tasks.catalog.pages import ImageStats, Page
from tasks.catalog.products import Discovery, ImageLink

View = Literal["visual", "color", "texture", "style", "material"]
VIEWS: tuple[View, ...] = ("visual", "color", "texture", "style", "material")
TextKind = Literal["document", "query"]
IMAGE_DIMENSIONS = 768
TEXT_DIMENSIONS = 1024

Vector = NDArray[np.float32]


class EngineVersion(NamedTuple):
    """What made a value. Vectors are compared only when all three are equal."""

    engine: str  # "efficientnet-lite0", "qwen", ...
    model: str  # with its version or checksum
    schema_version: int  # of our preprocessing, prompt or strategy


class ItemFailure(NamedTuple):
    """One item of a batch that got nothing, and why (one line, fit to be shown and stored)."""

    reason: str
    permanent: bool = True


class ImageUse(NamedTuple):
    """How the source shows an image; None or empty where that is not known (yet)."""

    page_share: float | None = None  # of the page that its largest showing covers
    bleeds: bool = False  # reaches the page's edge on two sides or more
    strip: bool = False  # shown as a band or rule
    repeated: bool = False  # over the source's pages: a logo or an ornament
    scan: bool = False  # of a whole page whose text was read by OCR
    shown_side_points: float | None = None  # shorter side as displayed
    page_kind: str | None = None  # products, cover, contents, index, prose, reference, empty
    has_products: bool | None = None  # whether the source holds any product
    links: tuple[ImageLink, ...] = ()
    nearest_text: str | None = None
    product: Mapping[str, object] | None = None  # name, brand, material, finish, colors, ... of the linked product


class ImageCase(NamedTuple):
    """One image to be looked at: a local file with its bytes, and what is known around it."""

    sha256: str
    path: Path
    stats: ImageStats | None = None
    use: ImageUse = ImageUse()


class Examination(NamedTuple):
    """What an engine says of one image; `analysis` is None where it only gave a label."""

    label: ImageLabel
    analysis: ImageAnalysis | None


class ImageViews(NamedTuple):
    """The five views of one image: each float32 (768,), unit length. A view that an engine lacks is left out."""

    views: Mapping[View, Vector]


class ImageExaminer(Protocol):
    """Labels and analyses images, a batch at a time."""

    @property
    def version(self) -> EngineVersion: ...

    @property
    def needs_document(self) -> bool:
        """Whether it judges by what the whole document is known to hold, so only after discovery."""

    async def examine(self, cases: Sequence[ImageCase]) -> list[Examination | ItemFailure]: ...


class ImageEmbedder(Protocol):
    """Gives images their five views, a batch at a time."""

    @property
    def version(self) -> EngineVersion: ...

    async def embed(self, cases: Sequence[ImageCase]) -> list[ImageViews | ItemFailure]: ...


class TextEmbedder(Protocol):
    """Gives texts vectors: float32 (1024,), unit length; queries and documents of one version share a space."""

    @property
    def version(self) -> EngineVersion: ...

    async def embed(self, texts: Sequence[str], kind: TextKind) -> list[Vector | ItemFailure]: ...


class ProductDiscoverer(Protocol):
    """Finds the products of a document over all its pages."""

    @property
    def version(self) -> EngineVersion: ...

    async def discover(self, pages: Sequence[Page], source: str) -> Discovery: ...
