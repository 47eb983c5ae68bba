"""Which column becomes which field: every column at most one, a field several columns only where they take turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_concepts import Meaning, mean_path
from tasks.catalog.feeds.suggestions_fit import guess, looks_like_name, rate
from tasks.catalog.feeds.suggestions_names import read_name
from tasks.catalog.feeds.values import parse_money

LEAST_CONFIDENCE = 0.5
_LEAST_OF_PAIRS = 0.8  # "Maximum load: 120 kg" is no weight: a pair's name has to say what it is
_GUESSED_NAME = 0.6
_SHORT_CHARACTERS = 100
_MOST_OVERLAP = 0.05  # of the records that have one of two columns: those that have both
_MOST_VAT_FACTOR = 1.3  # gross to net; the highest rate in use is 27 %


class Choice(NamedTuple):
    """What a column is taken for. `rank` orders the columns of one target, 0 is the first to be asked."""

    target: Target | None
    confidence: float
    rank: int = 0


class _Candidate(NamedTuple):
    confidence: float
    column: Column
    target: Target


def choose(columns: Sequence[Column], records: int, *, is_variant: bool = False) -> dict[str, Choice]:
    """A choice for every column, by path. `records` is how many were looked at."""
    candidates = [candidate for column in columns for candidate in _candidates(column)]
    _settle_net_price(candidates)
    candidates.sort(key=lambda one: (-_sorting(one, records), one.column.position))
    chosen: dict[str, Choice] = {}
    holders: dict[Target, list[Column]] = {}
    for confidence, column, target in candidates:
        if column.path in chosen or confidence < (_LEAST_OF_PAIRS if "[" in column.path else LEAST_CONFIDENCE):
            continue
        held = holders.setdefault(target, [])
        if held and target != "image" and not _take_turns(column, held):
            continue
        chosen[column.path] = Choice(target, confidence, len(held))
        held.append(column)
    if not is_variant and "name" not in holders:
        _guess_name(columns, chosen)
    return {column.path: chosen.get(column.path, Choice(None, 0.0)) for column in columns}


def _sorting(candidate: _Candidate, records: int) -> float:
    """Confidence, less for columns that few records have, that lie deep or hold several values."""
    column = candidate.column
    filled = column.filled / max(1, records)
    depth = column.path.count("/")
    return candidate.confidence - 0.25 * (1 - filled) - 0.02 * depth - (0.05 if column.repeated else 0.0)


def _candidates(column: Column) -> list[_Candidate]:
    meanings = mean_column(column.path)
    found = [
        _Candidate(confidence, column, target)
        for target, certainty in meanings
        if target and (confidence := rate(target, certainty, column)) > 0
    ]
    if column.shares["dimensions"] >= 0.6:
        found = [one._replace(target="dimensions") if one.target == "size" else one for one in found]
    known = any(meaning.target is None and meaning.confidence >= 0.7 for meaning in meanings)
    if not found and not known and "[" not in column.path and (guessed := guess(column)):
        found = [_Candidate(guessed[1], column, guessed[0])]
    return found


def mean_column(path: str) -> tuple[Meaning, ...]:
    """What a column's path means; of a pair ("attrs/a[Colour]") what its name means, else the element that holds it."""
    holder, bracket, name = path.partition("[")
    if not bracket:
        return mean_path(path)
    name = name.removesuffix("]").replace("/", " ")
    whole = mean_path(f"{holder}/{name}")
    if (outer := mean_path(holder)[0]).target and outer.confidence >= 0.6:
        return whole  # price[retail], name[en]
    return mean_path(name)


def _take_turns(column: Column, held: Sequence[Column]) -> bool:
    """Whether records that have this column have none of the others, so that nothing is lost by reading the first."""
    others = 0
    for one in held:
        others |= one.present
    both, either = (column.present & others).bit_count(), (column.present | others).bit_count()
    return both <= _MOST_OVERLAP * either


def _settle_net_price(candidates: list[_Candidate]) -> None:
    """A plain price beside one that is said to hold VAT (Heureka: PRICE, PRICE_VAT) is the net one, if it is lower."""
    prices = [one for one in candidates if one.target == "price" and one.confidence >= LEAST_CONFIDENCE]
    gross = [one for one in prices if _says_gross(one.column.path)]
    for plain in prices:
        if any(one.target == "price_net" for one in candidates) or plain in gross or not gross:
            continue
        if _is_net_of(plain.column, gross[0].column):
            candidates[candidates.index(plain)] = plain._replace(target="price_net")


def _says_gross(path: str) -> bool:
    return any("gross" in reading.concepts for reading in read_name(path.rpartition("/")[2])[:1])


def _is_net_of(plain: Column, gross: Column) -> bool:
    """Whether, in records that have both, the one is the other less VAT."""
    shared = [
        (float(net.amount), float(full.amount))
        for record, value in plain.by_record.items()
        if (other := gross.by_record.get(record)) and (net := parse_money(value)) and (full := parse_money(other))
    ]
    fitting = sum(net <= full <= net * _MOST_VAT_FACTOR for net, full in shared)
    return bool(shared) and fitting >= 0.8 * len(shared) and any(net < full for net, full in shared)


def _guess_name(columns: Sequence[Column], chosen: dict[str, Choice]) -> None:
    """Without a column named so, the first of those that read most like names."""
    free = [column for column in columns if column.path not in chosen and "[" not in column.path]
    likely = [(looks_like_name(column), column) for column in free if not _is_known(column)]
    best = max((score for score, _ in likely), default=0.0)
    if best < LEAST_CONFIDENCE:
        return
    column = next(column for score, column in likely if score >= 0.8 * best)
    chosen[column.path] = Choice("name", round(_GUESSED_NAME * best + 0.1, 3))


def _is_known(column: Column) -> bool:
    """Whether its name says what the column is; only a second, short description may be the product's name then."""
    meanings = mean_column(column.path)
    if meanings[0].target == "description":
        return column.mean_length > _SHORT_CHARACTERS
    return "@" in column.path or any(meaning.confidence >= 0.7 for meaning in meanings)
