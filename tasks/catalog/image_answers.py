"""What a vision model answers about a batch of images, checked entry by entry."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tasks.catalog.engines import Examination
from tasks.catalog.image_analysis import Finish, ImageAnalysis, ImageClass, ImageLabel
from tasks.catalog.model_json import find_list

MIN_KNOWN_FIELDS = 4  # an analysis that knows less is none
_FINISHES = frozenset(get_args(Finish))
_NEEDS_ANALYSIS = frozenset({"PRODUCT_IMAGE", "MIXED"})
_EMPTY = frozenset({"", "n/a", "na", "none", "null", "unknown", "not found", "not visible", "unspecified", "-"})


def _clean(value: object) -> object:
    """Text without spaces around it; the words for nothing are None."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    return None if text.casefold() in _EMPTY else text


def _clean_list(value: object) -> object:
    items = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return items
    cleaned = [_clean(item) for item in items]
    return list(dict.fromkeys(item for item in cleaned if item is not None))


Text = Annotated[str | None, BeforeValidator(_clean)]
Texts = Annotated[list[str], BeforeValidator(_clean_list)]


class AnalysisAnswer(BaseModel):
    """An analysis as a model gives it."""

    model_config = ConfigDict(extra="ignore")

    material_type: Text = None
    category: Text = None
    subcategory: Text = None
    colors: Texts = []
    textures: Texts = []
    finish: Text = None
    surface_pattern: Text = None
    description: Text = None
    applications: Texts = []
    style: Text = None
    confidence: float | None = Field(None, ge=0, le=1)
    detected_text: Texts = []


class ImageAnswer(BaseModel):
    """One image's entry."""

    model_config = ConfigDict(extra="ignore")

    index: int
    classification: ImageClass
    confidence: float = Field(ge=0, le=1)
    reason: str = ""
    analysis: AnalysisAnswer | None = None


class ImagesAnswer(BaseModel):
    """The form of the whole answer; read it with `read_entries`, which keeps the good entries of a bad answer."""

    images: list[ImageAnswer]


def read_entries(value: Any, indices: Collection[int], *, lenient: bool = False) -> dict[int, dict[str, Any]]:
    """The entries that can be used, by index, as JSON fit to be stored.

    A product without an analysis is asked for again, unless `lenient`: then its label stands alone. Two entries under
    one index contradict each other; neither counts.
    """
    found: dict[int, dict[str, Any]] = {}
    seen: set[int] = set()
    for item in find_list(value, "images"):
        try:
            entry = _read_entry(item, lenient)
        except ValidationError:
            continue
        if entry is None or entry.index not in indices:
            continue
        if entry.index in seen:
            found.pop(entry.index, None)
            continue
        seen.add(entry.index)
        found[entry.index] = entry.model_dump(mode="json", exclude={"index"}, exclude_defaults=True)
    return found


def _read_entry(item: Any, lenient: bool) -> ImageAnswer | None:
    try:
        entry = ImageAnswer.model_validate(item)
    except ValidationError:
        if not (lenient and isinstance(item, dict)):
            raise
        entry = ImageAnswer.model_validate({**item, "analysis": None})
    if entry.analysis is not None and _count_known(entry.analysis) < MIN_KNOWN_FIELDS:
        entry = entry.model_copy(update={"analysis": None})
    missing = entry.analysis is None and entry.classification in _NEEDS_ANALYSIS
    return None if missing and not lenient else entry


def _count_known(analysis: AnalysisAnswer) -> int:
    return sum(bool(value) for name, value in analysis if name != "confidence")


def to_examination(stored: Any) -> Examination:
    """An entry of `read_entries` as the engines' common result. Raises pydantic's ValidationError for anything else."""
    entry = ImageAnswer.model_validate({**stored, "index": 0})
    label = ImageLabel(
        label=entry.classification, confidence=entry.confidence, reason=entry.reason or "no reason given"
    )
    return Examination(label, _to_analysis(entry.analysis) if entry.analysis else None)


def _to_analysis(answer: AnalysisAnswer) -> ImageAnalysis:
    """Lower case everywhere but in `detected_text`; a finish that is none of the known ones is left out."""
    values: dict[str, Any] = {}
    for name, value in answer:
        if isinstance(value, str):
            values[name] = value.lower()
        elif isinstance(value, list):
            values[name] = tuple(value) if name == "detected_text" else tuple(dict.fromkeys(map(str.lower, value)))
        elif value is not None:
            values[name] = value
    if values.get("finish") not in _FINISHES:
        values.pop("finish", None)
    return ImageAnalysis(**values)
