"""What a vision engine says of an image: its label, and an analysis in one schema, whichever engine made it.

`serialize` turns an analysis into the text that is embedded as the understanding vector; the same analysis always
gives the same bytes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tasks.catalog.pages import Frozen

ANALYSIS_SCHEMA_VERSION = 1

ImageClass = Literal["PRODUCT_IMAGE", "MIXED", "DECORATIVE", "TECHNICAL_DIAGRAM"]
IMAGE_CLASSES: tuple[ImageClass, ...] = ("PRODUCT_IMAGE", "MIXED", "DECORATIVE", "TECHNICAL_DIAGRAM")

Finish = Literal[
    "matte", "glossy", "satin", "brushed", "honed", "polished", "textured", "rough", "patinated", "lacquered"
]


class ImageAnalysis(Frozen):
    """What an image shows. Values are lowercase English, `detected_text` is verbatim; unknown is None or empty."""

    material_type: str | None = None  # as specific as is known: "travertine", not "stone"
    category: str | None = None
    subcategory: str | None = None
    colors: tuple[str, ...] = ()
    textures: tuple[str, ...] = ()
    finish: Finish | None = None
    surface_pattern: str | None = None
    description: str | None = None
    applications: tuple[str, ...] = ()
    style: str | None = None
    confidence: float | None = Field(None, ge=0, le=1)
    detected_text: tuple[str, ...] = ()
    schema_version: int = ANALYSIS_SCHEMA_VERSION


class ImageLabel(Frozen):
    """A class with its confidence (0 to 1) and the reason in words."""

    label: ImageClass
    confidence: float = Field(ge=0, le=1)
    reason: str


def serialize(analysis: ImageAnalysis) -> str:
    """The analysis as one text in a fixed order, known parts only; empty when nothing is known."""
    parts = [
        ("Material", analysis.material_type),
        ("Category", " / ".join(part for part in (analysis.category, analysis.subcategory) if part)),
        ("Colors", ", ".join(analysis.colors)),
        ("Textures", ", ".join(analysis.textures)),
        ("Finish", analysis.finish),
        ("Pattern", analysis.surface_pattern),
        ("Style", analysis.style),
        ("Applications", ", ".join(analysis.applications)),
        ("Description", analysis.description),
        ("Text detected", ", ".join(analysis.detected_text)),
    ]
    return ". ".join(f"{name}: {value}" for name, value in parts if value)
