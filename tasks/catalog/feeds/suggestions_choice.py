"""Which column becomes which field: every column at most one, a field several columns only where they take turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_conflicts import (
    LEAST_CONFIDENCE,
    Candidate,
    drop_codes,
    drop_times,
    find_short_texts,
    mean_column,
    says_vat,
    settle_net_price,
)
from tasks.catalog.feeds.suggestions_fit import guess, looks_like_name, rate, says_stock
from tasks.catalog.feeds.suggestions_names import read_name, words_of

_LEAST_OF_PAIRS = 0.8  # "Maximum load: 120 kg" is no weight: a pair's name has to say what it is
_GUESSED_NAME = 0.6
_ID_ENDS = ("id", "nr", "no", "code", "key", "ref")
_SHORT_CHARACTERS = 100
_MOST_DEPTH = 3  # of elements around a value that make it less likely
_PATH_WEIGHT = 0.1  # of a category that is a whole path
_SHORT_WEIGHT = 0.1  # of a description beside a much longer one
_MOST_OVERLAP = 0.05  # of the records that have one of two columns: those that have both


class Choice(NamedTuple):
    """What a column is taken for. `rank` orders the columns of one target, 0 is the first to be asked."""

    target: Target | None
    confidence: float
    rank: int = 0


def choose(columns: Sequence[Column], records: int, *, is_variant: bool = False) -> dict[str, Choice]:
    """A choice for every column, by path. `records` is how many were looked at."""
    candidates = [candidate for column in columns for candidate in _candidates(column)]
    settle_net_price(candidates)
    drop_codes(candidates)
    drop_times(candidates, columns)
    short = find_short_texts(candidates)
    candidates.sort(key=lambda one: (-_sorting(one, records, one in short), one.column.position))
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
    _raise_list_price(chosen, holders)
    if not is_variant and "name" not in holders and not _rename_description(chosen, holders):
        _guess_name(columns, chosen)
    if not is_variant and not {"id", "sku"} & holders.keys():
        _guess_id(columns, chosen, records)
    return {column.path: chosen.get(column.path, Choice(None, 0.0)) for column in columns}


def _sorting(candidate: Candidate, records: int, is_short: bool) -> float:
    """Confidence, less for columns that few records have, that lie deep or hold several values."""
    column = candidate.column
    filled = column.filled / max(1, records)
    holders = column.path.count("/") - says_nothing(column.path)
    score = candidate.confidence - 0.25 * (1 - filled) - 0.02 * min(holders, _MOST_DEPTH)
    score -= 0.05 if column.repeated else 0.0
    score -= _SHORT_WEIGHT if is_short else 0.0
    if candidate.target == "category":
        score += _PATH_WEIGHT * column.shares["path"]
    return score


def says_nothing(path: str) -> bool:
    """Whether the last name of a path only says where the value stands: "price/value", "name/language"."""
    return "/" in path and read_name(path.rpartition("/")[2])[0].concepts[-1] in ("value", "label")


def _candidates(column: Column) -> list[Candidate]:
    meanings = mean_column(column.path)
    found = [
        Candidate(confidence, column, target)
        for target, certainty in meanings
        if target and (confidence := rate(target, certainty, column)) > 0
    ]
    if column.shares["dimensions"] >= 0.6:
        found = [one._replace(target="dimensions") if one.target == "size" else one for one in found]
    known = any(meaning.target is None and meaning.confidence >= 0.7 for meaning in meanings)
    # A state or status is that of the stock where its words say so.
    is_open = "[" not in column.path and (not known or ("/" not in column.path and says_stock(column)))
    if not found and is_open and (guessed := guess(column)):
        found = [Candidate(guessed[1], column, guessed[0])]
    return found


def _take_turns(column: Column, held: Sequence[Column]) -> bool:
    """Whether records that have this column have none of the others, so that nothing is lost by reading the first."""
    others = 0
    for one in held:
        others |= one.present
    both, either = (column.present & others).bit_count(), (column.present | others).bit_count()
    return both <= _MOST_OVERLAP * either


def _raise_list_price(chosen: dict[str, Choice], holders: dict[Target, list[Column]]) -> None:
    """A regular price with VAT beside one without, and no other, is what a consumer pays."""
    if {"price", "sale_price"} & holders.keys() or not {"list_price", "price_net"} <= holders.keys():
        return
    for column in holders["list_price"]:
        if not says_vat(column.path):
            continue
        chosen[column.path] = chosen[column.path]._replace(target="price")


def _rename_description(chosen: dict[str, Choice], holders: dict[Target, list[Column]]) -> bool:
    """Price lists call the name of an article its description: a short one, different in each record, is the name."""
    for column in holders.get("description", []):
        if column.mean_length <= _SHORT_CHARACTERS and looks_like_name(column) >= LEAST_CONFIDENCE:
            chosen[column.path] = chosen[column.path]._replace(target="name")
            return True
    return False


def _guess_name(columns: Sequence[Column], chosen: dict[str, Choice]) -> None:
    """Without a column named so, the first of those that read most like names."""
    free = [column for column in columns if column.path not in chosen and "[" not in column.path]
    likely = [(looks_like_name(column), column) for column in free if not _is_known(column)]
    best = max((score for score, _ in likely), default=0.0)
    if best < LEAST_CONFIDENCE:
        return
    column = next(column for score, column in likely if score >= 0.8 * best)
    chosen[column.path] = Choice("name", round(_GUESSED_NAME * best + 0.1, 3))


def _guess_id(columns: Sequence[Column], chosen: dict[str, Choice], records: int) -> None:
    """Without an id by name, the first column that is called some id and is another one in every record."""
    for column in columns:
        own = column.path not in chosen and "/" not in column.path and "[" not in column.path
        called = own and any(word.endswith(_ID_ENDS) for word in words_of(column.path)[-1:])
        if called and column.filled == records and column.distinct == 1 and column.mean_length <= _SHORT_CHARACTERS:
            chosen[column.path] = Choice("id", LEAST_CONFIDENCE)
            return


def _is_known(column: Column) -> bool:
    """Whether its name says what the column is; only a second, short description may be the product's name then."""
    meanings = mean_column(column.path)
    if meanings[0].target == "description":
        return column.mean_length > _SHORT_CHARACTERS
    return "@" in column.path or any(meaning.confidence >= 0.7 for meaning in meanings)
