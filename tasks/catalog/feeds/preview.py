"""What an import would make of a feed: its record, every field with samples, and what each is mapped to.

The first records are read with the parser of the import; each path is looked up in the mapping that it would use.
"""

from __future__ import annotations

from collections.abc import Mapping

from tasks.catalog.feeds.fields import own_name
from tasks.catalog.feeds.mapping import FeedMapping, Target
from tasks.catalog.feeds.sources import Source
from tasks.catalog.feeds.suggestions import ATTRIBUTE_CONFIDENCE, FieldSuggestion, Suggestion
from tasks.catalog.feeds.suggestions_columns import SAMPLED_RECORDS, Column, read_columns, read_variant_columns
from tasks.catalog.pages import Frozen

_MOST_SAMPLE_CHARACTERS = 200
SURE, LIKELY = 0.9, 0.7  # what a person has not to look at, and what is worth a look


class Preview(Frozen):
    """`records` is how many were looked at, `confidence` how sure the profile or the record is (0 to 1)."""

    record: str
    records: int
    encoding: str
    profile: str
    confidence: float
    fields: tuple[FieldSuggestion, ...]
    mapping: FeedMapping


def preview(
    source: Source,
    mapping: FeedMapping,
    *,
    confidence: float = 1.0,
    suggestion: Suggestion | None = None,
    records: int = SAMPLED_RECORDS,
) -> Preview:
    """The preview of `source` under `mapping`. Fields of a profile or a reviewed mapping are certain (1.0), those that
    `suggestion` guessed have its confidence; what is mapped to nothing is an attribute at 0.5.
    """
    columns, count = read_columns(source, mapping, records=records)
    guessed = {field.path: field for field in suggestion.fields} if suggestion else {}
    targets = _targets(mapping.fields)
    fields = [_field(column, column.path, targets, mapping, guessed, count) for column in columns]
    if mapping.variant:
        inner, variants = read_variant_columns(source, mapping, records=records)
        targets = _targets(mapping.variant_fields)
        fields += [
            _field(column, f"{mapping.variant}/{column.path}", targets, mapping, guessed, variants, is_variant=True)
            for column in inner
        ]
    return Preview(
        record=mapping.record,
        records=count,
        encoding=source.form.encoding,
        profile=mapping.name,
        confidence=confidence,
        fields=tuple(fields),
        mapping=mapping,
    )


def _targets(fields: Mapping[Target, tuple[str, ...]]) -> dict[str, Target]:
    return {path: target for target, paths in fields.items() for path in paths}


def _field(
    column: Column, path: str, targets: Mapping[str, Target], mapping: FeedMapping,
    guessed: Mapping[str, FieldSuggestion], count: int, *, is_variant: bool = False,
) -> FieldSuggestion:  # fmt: skip
    target = targets.get(column.path)
    known = guessed.get(path)
    certain = (
        1.0 if target or column.path in mapping.attributes or column.path in mapping.prices else ATTRIBUTE_CONFIDENCE
    )
    name = mapping.attributes.get(column.path) or mapping.prices.get(column.path) or own_name(column.path)
    return FieldSuggestion(
        path=path,
        samples=tuple(sample[:_MOST_SAMPLE_CHARACTERS] for sample in column.samples),
        data_type=column.data_type,
        target=target,
        confidence=known.confidence if known and known.target == target else certain,
        filled=round(column.filled / max(1, count), 3),
        attribute=None if target else name,
        variant=is_variant,
    )
