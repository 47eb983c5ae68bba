"""Describes an image without a vision model, from what is known: its pixels' colours and surface, and the words around.

A material is only ever taken from words, never guessed from pixels. What nothing tells stays None. The same image with
the same facts always gives the same analysis.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.colors import agree
from tasks.catalog.engines import ImageCase
from tasks.catalog.image_analysis import ImageAnalysis, ImageLabel
from tasks.catalog.image_facts import Facts, read_facts
from tasks.local.image_colors import Palette, find_palette
from tasks.local.image_files import MAX_MEGAPIXELS, open_picture
from tasks.local.image_textures import Surface, describe_surface

ENGINE = "described"
MODEL = "words-and-pixels"
SCHEMA_VERSION = 1  # raise when lexicon, names of colours, thresholds or sentences change

_MOST_COLORS = 5
_TRUSTED_COLORS = 2  # a product that lists more is sold in several, and the image shows one
_SURFACE_BACKGROUND = 0.02  # of the picture: with more around it, it is a thing and not a surface
# How far an analysis is supported; none is more certain than its label.
_PIXELS_ONLY, _CAPTION, _PRODUCT_BASE, _PRODUCT_PER_SCORE = 0.35, 0.6, 0.5, 0.4
_NO_FACTS, _NO_PALETTE, _NO_SURFACE = Facts(), Palette((), 0.0), Surface()


def analyse(case: ImageCase, label: ImageLabel, max_megapixels: float = MAX_MEGAPIXELS) -> ImageAnalysis:
    """What is known of an image; raises UnreadableImageError for a file that cannot be decoded.

    A drawing's lines say nothing of a product's colours, and what stands near a decoration does not describe it.
    """
    use = case.use
    drawing = label.label == "TECHNICAL_DIAGRAM"
    unrelated = label.label == "DECORATIVE" and not use.links
    facts = _NO_FACTS if unrelated else read_facts(use.product, use.nearest_text)
    palette, surface = _NO_PALETTE, _NO_SURFACE
    if not drawing:
        picture = open_picture(case.path, max_megapixels)
        palette = find_palette(picture)
        if label.label == "PRODUCT_IMAGE" and palette.background < _SURFACE_BACKGROUND:
            surface = describe_surface(picture)
    colors = join_colors(facts, [name for name, _ in palette.colors])
    textures = tuple(dict.fromkeys((*facts.textures, *surface.textures)))
    pattern = facts.pattern or surface.pattern
    return ImageAnalysis(
        material_type=facts.material,
        category=facts.category,
        subcategory=facts.subcategory,
        colors=colors,
        textures=textures,
        finish=facts.finish,
        surface_pattern=pattern,
        description=describe(facts, colors, textures, pattern, drawing=drawing),
        applications=facts.applications,
        style=facts.style,
        confidence=round(min(label.confidence, _support(case, facts)), 3),
        detected_text=facts.printed,
    )


def join_colors(facts: Facts, seen: Sequence[str]) -> tuple[str, ...]:
    """Named colours first, then those that pixels show. A colour that may be no more than part of a name ("Calacatta
    Gold"), or one of many that a product comes in, counts only where pixels agree."""
    doubtful = facts.mentioned_colors
    trusted: tuple[str, ...] = facts.colors
    if len(facts.colors) > _TRUSTED_COLORS:
        trusted, doubtful = (), (*facts.colors, *doubtful)
    confirmed = [name for name in doubtful if any(agree(name, other) for other in seen)]
    return tuple(dict.fromkeys((*trusted, *confirmed, *seen)))[:_MOST_COLORS]


def describe(
    facts: Facts, colors: Sequence[str], textures: Sequence[str], pattern: str | None, *, drawing: bool
) -> str | None:
    """The known parts in one phrase; None when none is known."""
    kind = facts.subcategory or facts.category
    look = pattern if pattern and pattern.endswith(" look") else None
    parts = (" and ".join(colors[:2]), facts.finish, look, facts.style, facts.material, kind)
    thing = " ".join(part for part in parts if part)
    if drawing:
        thing = f"technical drawing of {thing}" if thing else "technical drawing"
    elif thing and not kind:
        thing += " surface" if facts.material or textures or pattern else ""
    marks = [*textures] + ([f"{pattern} pattern"] if pattern and not look else [])
    sentence = f"{thing}, {', '.join(marks)}" if thing and marks else thing or ", ".join(marks)
    if sentence and facts.applications:
        sentence += f", for {' and '.join(facts.applications)}"
    if facts.name:
        sentence = f"{facts.name}: {sentence}" if sentence else facts.name
    return sentence or None


def _support(case: ImageCase, facts: Facts) -> float:
    if case.use.product:
        return _PRODUCT_BASE + _PRODUCT_PER_SCORE * max((link.score for link in case.use.links), default=0.0)
    return _CAPTION if any(facts) else _PIXELS_ONLY
