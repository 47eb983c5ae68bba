"""Which products of different sources are one product: stated rules over match keys, the same in any order of import.

A key is a GTIN, or a maker (brand or supplier) with an article code. Two rows that share one are *merged*, or only
*linked* where the rules do not say that they are the same:

1. Two rows of one source are never merged, directly or through others.
2. Rows with one GTIN, each the only one in its source with it, are merged; of a source with several, all are linked.
3. Rows with one maker and code, each the only one in its source with them, are merged, unless two of them have
   different GTINs: then those without a GTIN belong to neither, and all of the key are linked.
4. A merge that would bring two GTINs, two rows of one source, or a pair that a person took apart into one group is a
   link. GTINs are heard before codes, keys and rows in the order of their names: never by time of import.

A group's canonical product is its oldest row; every row of every source is kept as it is.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from typing import Literal, NamedTuple

from tasks.catalog.match_keys import fold_maker, fold_sku, is_match_sku, normalize_gtin

__all__ = ["Decision", "MatchRow", "decide_matches", "fold_maker", "fold_sku", "is_match_sku", "normalize_gtin"]

MatchRule = Literal["gtin", "maker_sku"]
MatchKind = Literal["linked", "merged"]
MatchReason = Literal["several in one source", "different GTINs", "another row of its source is merged", "taken apart"]


class MatchRow(NamedTuple):
    """A product's match keys, folded. `age` orders rows by when they were first written, oldest first."""

    id: uuid.UUID
    source: str
    age: float
    gtin: str | None
    makers: tuple[str, ...]  # brand and supplier
    sku: str | None


class Decision(NamedTuple):
    """`product` is merged into, or linked to, `canonical`; `key` is the GTIN, or maker and code, that they share."""

    product: uuid.UUID
    canonical: uuid.UUID
    rule: MatchRule
    key: str
    kind: MatchKind
    reason: MatchReason | None = None


Pair = frozenset[uuid.UUID]


class _Edge(NamedTuple):
    one: MatchRow
    other: MatchRow
    rule: MatchRule
    key: str
    reason: MatchReason | None  # why it cannot be a merge


def decide_matches(rows: Iterable[MatchRow], apart: Set[Pair] = frozenset()) -> list[Decision]:
    """Every link and merge among `rows`, which must hold all rows that share a key with one of them.

    `apart` are pairs that a person took apart: neither merged again nor linked.
    """
    groups = _Groups(apart)
    links: list[_Edge] = []
    joined: dict[uuid.UUID, _Edge] = {}  # the first key that brought a row into its group
    for edge in _list_edges(rows):
        if Pair((edge.one.id, edge.other.id)) in apart:
            continue
        if edge.reason:
            links.append(edge)
        elif reason := groups.join(edge.one, edge.other):
            links.append(edge._replace(reason=reason))
        else:
            joined.setdefault(edge.one.id, edge)
            joined.setdefault(edge.other.id, edge)
    merged = [
        Decision(row.id, root.id, joined[row.id].rule, joined[row.id].key, "merged")
        for root, members in groups.list_groups()
        for row in members
    ]
    return merged + list(_list_links(links, groups))


def _list_links(edges: Iterable[_Edge], groups: _Groups) -> Iterator[Decision]:
    """Links between rows that no other key merged, once a pair."""
    seen: set[Pair] = set()
    for edge in edges:
        pair = Pair((edge.one.id, edge.other.id))
        if pair in seen or groups.are_one(edge.one, edge.other):
            continue
        seen.add(pair)
        older, newer = sorted((edge.one, edge.other), key=_by_age)
        yield Decision(newer.id, older.id, edge.rule, edge.key, "linked", edge.reason)


def _by_age(row: MatchRow) -> tuple[float, uuid.UUID]:
    return row.age, row.id


def _list_edges(rows: Iterable[MatchRow]) -> Iterator[_Edge]:
    """The pairs that share a key, GTINs first, in an order that imports do not change."""
    by_gtin: defaultdict[str, list[MatchRow]] = defaultdict(list)
    by_code: defaultdict[str, list[MatchRow]] = defaultdict(list)
    for row in rows:
        if row.gtin:
            by_gtin[row.gtin].append(row)
        if row.sku and is_match_sku(row.sku):
            for maker in dict.fromkeys(row.makers):
                by_code[f"{maker} {row.sku}"].append(row)
    for key, sharing in sorted(by_gtin.items()):
        yield from _pair(sharing, "gtin", key, different_gtins=False)
    for key, sharing in sorted(by_code.items()):
        gtins = {row.gtin for row in sharing if row.gtin}
        yield from _pair(sharing, "maker_sku", key, different_gtins=len(gtins) > 1)


def _pair(sharing: list[MatchRow], rule: MatchRule, key: str, *, different_gtins: bool) -> Iterator[_Edge]:
    """Edges among the rows of one key: between all that are alone in their source, and from the others to one each."""
    by_source: defaultdict[str, list[MatchRow]] = defaultdict(list)
    for row in sorted(sharing, key=lambda row: row.id):
        by_source[row.source].append(row)
    if len(by_source) < 2:
        return
    alone = [rows[0] for _, rows in sorted(by_source.items()) if len(rows) == 1]
    several = [row for _, rows in sorted(by_source.items()) if len(rows) > 1 for row in rows]
    conflict: MatchReason | None = "different GTINs" if different_gtins else None
    for index, row in enumerate(alone):
        # Under a conflict one link a row says enough; a merge refused with one row may hold with the next.
        for other in alone[:1] if conflict and index else alone[:index]:
            yield _Edge(other, row, rule, key, conflict)
    for row in several:
        first = next((one for one in [*alone, *several] if one.source != row.source), None)
        if first is not None:
            yield _Edge(first, row, rule, key, "several in one source")


class _Groups:
    """Rows brought together (union-find), with what must not meet in one group."""

    def __init__(self, apart: Set[Pair]) -> None:
        self._apart = apart
        self._kept_apart = frozenset(row for pair in apart for row in pair)
        self._group_of: dict[uuid.UUID, list[MatchRow]] = {}

    def join(self, one: MatchRow, other: MatchRow) -> MatchReason | None:
        """Make one group of both rows' groups, or say why they stay two."""
        left, right = self._group_of.get(one.id, [one]), self._group_of.get(other.id, [other])
        if left is right:
            return None
        if self._are_apart(left, right):
            return "taken apart"
        if {row.source for row in left} & {row.source for row in right}:
            return "another row of its source is merged"
        if len({row.gtin for row in (*left, *right) if row.gtin}) > 1:
            return "different GTINs"
        if len(left) < len(right):
            left, right = right, left
        left.extend(right)
        for row in left:
            self._group_of[row.id] = left
        return None

    def _are_apart(self, left: list[MatchRow], right: list[MatchRow]) -> bool:
        if not any(row.id in self._kept_apart for row in left):
            return False
        return any(Pair((row.id, other.id)) in self._apart for row in left for other in right)

    def are_one(self, one: MatchRow, other: MatchRow) -> bool:
        return one.id in self._group_of and self._group_of[one.id] is self._group_of.get(other.id)

    def list_groups(self) -> Iterator[tuple[MatchRow, list[MatchRow]]]:
        """(canonical row, the others), each group once."""
        for row_id, group in self._group_of.items():
            root, *others = sorted(group, key=_by_age)
            if root.id == row_id:
                yield root, others
