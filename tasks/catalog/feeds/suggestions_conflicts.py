"""Columns that may mean the same: what the others of a feed tell of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.catalog.feeds.mapping import Target
from tasks.catalog.feeds.suggestions_columns import Column
from tasks.catalog.feeds.suggestions_concepts import Meaning, mean_path
from tasks.catalog.feeds.suggestions_names import read_name
from tasks.catalog.feeds.values import parse_money

LEAST_CONFIDENCE = 0.5
_SHORT_SHARE = 0.6  # of the longest of several descriptions
_MOST_VAT_FACTOR = 1.3  # gross to net; the highest rate in use is 27 %


class Candidate(NamedTuple):
    """A column that may be a target, and how sure that is (0 to 1)."""

    confidence: float
    column: Column
    target: Target


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


def says_time(path: str) -> bool:
    """Whether a path's last name is a time of delivery's."""
    return any("lead_time" in reading.concepts for reading in read_name(path.rpartition("/")[2]))


def settle_net_price(candidates: list[Candidate]) -> None:
    """A plain price beside one that is said to hold VAT (Heureka: PRICE, PRICE_VAT) is the net one, if it is lower."""
    prices = [one for one in candidates if one.target == "price" and one.confidence >= LEAST_CONFIDENCE]
    gross = [one for one in prices if _says_gross(one.column.path)]
    for plain in prices:
        if any(one.target == "price_net" for one in candidates) or plain in gross or not gross:
            continue
        if _is_net_of(plain.column, gross[0].column):
            candidates[candidates.index(plain)] = plain._replace(target="price_net")


def says_vat(path: str) -> bool:
    """Whether a price's name says that it holds VAT: "price incl. VAT", "ovh_alv"."""
    return any({"gross", "vat"} & set(reading.concepts) for reading in read_name(path.rpartition("/")[2])[:1])


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


def drop_codes(candidates: list[Candidate]) -> None:
    """A title that repeats a code of its record (Atom's, of a spreadsheet) is no name where another one is."""
    names = [one for one in candidates if one.target == "name" and one.confidence >= LEAST_CONFIDENCE]
    codes = [one.column.by_record for one in candidates if one.target in ("sku", "gtin", "id", "mpn")]
    copies = [one for one in names if any(one.column.by_record == code for code in codes)]
    if len(copies) < len(names):
        candidates[:] = [one for one in candidates if one not in copies]


def drop_times(candidates: list[Candidate], columns: Sequence[Column]) -> None:
    """Where a column is named for the stock, whatever it says, a time of delivery is no more than that."""
    named = (column.path for column in columns if mean_column(column.path)[0].target == "availability")
    if any(not says_time(path) for path in named):
        candidates[:] = [one for one in candidates if one.target != "availability" or not says_time(one.column.path)]


def find_short_texts(candidates: list[Candidate]) -> list[Candidate]:
    """Descriptions beside one that is much longer."""
    texts = [one for one in candidates if one.target == "description"]
    longest = max((one.column.mean_length for one in texts), default=0.0)
    return [one for one in texts if one.column.mean_length < _SHORT_SHARE * longest]
