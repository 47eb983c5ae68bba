"""A mapping for a feed that no profile knows: its record is found, its columns are understood by name, type and value.

Nothing is lost: what gets no target is an attribute under its own name. Confidence is at least 0.9 where name and
values agree on one meaning, at least 0.7 where it is likely; 0.5 stands for "an attribute".
"""

from __future__ import annotations

import collections
from pathlib import Path

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.fields import own_name
from tasks.catalog.feeds.mapping import FeedMapping, Target
from tasks.catalog.feeds.sources import Source, open_source
from tasks.catalog.feeds.structure import RecordFound, find_record, read_events
from tasks.catalog.feeds.suggestions_choice import Choice, choose
from tasks.catalog.feeds.suggestions_columns import SAMPLED_RECORDS, Column, DataType, read_columns
from tasks.catalog.feeds.suggestions_hints import (
    attribute_names,
    find_currency,
    find_decimal_mark,
    find_prices,
    find_scale,
    find_units,
)  # fmt: skip
from tasks.catalog.feeds.suggestions_outside import find_outside
from tasks.catalog.feeds.suggestions_parts import find_pairs, find_variant
from tasks.catalog.feeds.tables import find_table
from tasks.catalog.pages import Frozen

ATTRIBUTE_CONFIDENCE = 0.5  # what is not understood is metadata at 0.5
TABLE_SCORE = 0.9  # of rows under names that say what they are


class FieldSuggestion(Frozen):
    """One path of the records: what stands there and what it is taken for. `target` None: the attribute `attribute`."""

    path: str
    samples: tuple[str, ...]
    data_type: DataType
    target: Target | None
    confidence: float
    filled: float  # share of the sampled records that have it, 0 to 1
    attribute: str | None = None
    variant: bool = False  # a field of the record's variants


class Suggestion(Frozen):
    """A mapping with the reasons for it: `score` (0 to 1) of the record found, and every field."""

    mapping: FeedMapping
    fields: tuple[FieldSuggestion, ...]
    score: float
    records: int  # that were looked at


def suggest(path: Path, encoding: str | None = None, records: int = SAMPLED_RECORDS) -> Suggestion:
    """The likeliest mapping of the feed at `path`. FeedError where nothing in it repeats like a product."""
    return suggest_for(open_source(path, encoding), records)


def suggest_for(source: Source, records: int = SAMPLED_RECORDS) -> Suggestion:
    """As `suggest`, for a source that is open."""
    table = find_table(source)
    found = RecordFound(table.record, 0, TABLE_SCORE) if table else find_record(source)
    if found is None:
        collections.deque(read_events(source, ("end",), strict=True), maxlen=0)  # what is broken is named first
        raise FeedError("no repeating record with the fields of a product was found")
    bare = FeedMapping(record=found.path, fields={}, columns=table.columns if table else ())
    columns, count = read_columns(source, bare, found.prefixed, records)
    above, joins = ({}, ()) if table else find_outside(source, found.path, columns)
    if above or joins:
        bare = bare.model_copy(update={"above": above, "joins": joins})
        columns, count = read_columns(source, bare, found.prefixed, records)
    pairs = find_pairs(columns)
    if pairs:
        columns, count = read_columns(source, bare.model_copy(update={"pairs": pairs}), found.prefixed, records)
    variant = find_variant(columns, pairs)
    own = [column for column in columns if not variant or not _is_inside(column.path, variant)]
    inner = [_inside(column, variant) for column in columns if variant and _is_inside(column.path, variant)]
    choices, variant_choices = choose(own, count), choose(inner, count, is_variant=True)
    named = attribute_names([column for column in own if choices[column.path].target is None])
    priced = find_prices(own, choices)
    mapping = FeedMapping(
        record=found.path,
        columns=bare.columns,
        above=above,
        joins=joins,
        fields=_fields(choices),
        attributes={path: name for path, name in named.items() if _is_told(path, name) and path not in priced},
        pairs=pairs,
        prices=priced,
        variant=variant,
        variant_fields=_fields(variant_choices),
        units=find_units([*own, *inner], choices | variant_choices),
        availability_scale=find_scale(own, choices),
        currency=find_currency(own, choices, source.head),
        decimal_mark=find_decimal_mark([*own, *inner], choices | variant_choices),
    )
    fields = [_field(column, choices[column.path], named, count) for column in own]
    fields += [_field(column, variant_choices[column.path], {}, count, variant) for column in inner]
    return Suggestion(mapping=mapping, fields=tuple(fields), score=found.score, records=count)


def _is_told(path: str, name: str) -> bool:
    """Whether the mapping has to state an attribute: a pair's is known by its own name."""
    return "[" not in path or name != own_name(path)


def _is_inside(path: str, container: str) -> bool:
    return path.startswith(container + "/")


def _inside(column: Column, container: str | None) -> Column:
    """The column as its variant sees it."""
    return column.seen_from(f"{container}/")


def _fields(choices: dict[str, Choice]) -> dict[Target, tuple[str, ...]]:
    """The paths of each target, the surest first."""
    ranked: dict[Target, list[tuple[int, str]]] = {}
    for path, choice in choices.items():
        if choice.target:
            ranked.setdefault(choice.target, []).append((choice.rank, path))
    return {
        target: tuple(path for _, path in sorted(paths, key=lambda one: one[0])) for target, paths in ranked.items()
    }


def _field(
    column: Column, choice: Choice, named: dict[str, str], count: int, variant: str | None = None
) -> FieldSuggestion:
    return FieldSuggestion(
        path=f"{variant}/{column.path}" if variant else column.path,
        samples=tuple(sample[:200] for sample in column.samples),
        data_type=column.data_type,
        target=choice.target,
        confidence=choice.confidence if choice.target else ATTRIBUTE_CONFIDENCE,
        filled=round(column.filled / max(1, count), 3),
        attribute=None if choice.target else named.get(column.path, own_name(column.path)),
        variant=variant is not None,
    )
