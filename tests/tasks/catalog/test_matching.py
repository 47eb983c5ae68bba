"""Match keys and the rules that link and merge products of different sources."""

import itertools
import uuid

import pytest

from tasks.catalog.matching import (
    Decision,
    MatchRow,
    decide_matches,
    fold_maker,
    fold_sku,
    is_match_sku,
    normalize_gtin,
)

CHAIR, OTHER_GTIN = "04006381333931", "04002051694692"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("AB-12/X", "ab 12x"),
        ("ΑΒ-12/Χ", "AB12X"),  # Greek capitals
        ("АВС_123", "abc123"),  # Cyrillic capitals
        ("кm-45.6", "KM456"),
        ("Ｆ１２３４", "F1234"),  # full width
    ],
)
def test_codes_meet_whatever_their_case_separators_and_alphabet(left: str, right: str) -> None:
    assert fold_sku(left) == fold_sku(right)


def test_codes_that_differ_stay_apart() -> None:
    assert len({fold_sku(code) for code in ("AB12", "AB21", "ΓΔ12", "АБ12")}) == 4
    assert fold_sku(" - ") is None
    assert [is_match_sku(fold_sku(code)) for code in ("A-12", "AB-12", "TABLE", None)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Müller GmbH & Co. KG", "MULLER"),
        ("Ideal Standard S.p.A.", "ideal standard"),
        ("Firma Sp. z o.o.", "Firma"),
        ("ООО Ромашка", "Ромашка"),
        ("ΑΛΦΑ Α.Ε.", "Αλφα"),
        ("ΗΜ ΑΒΕΕ", "HM"),  # Greek letters for Latin ones
        ("Marazzi Group, S.r.l.", "Marazzi"),
    ],
)
def test_makers_meet_whatever_their_legal_form(left: str, right: str) -> None:
    assert fold_maker(left) == fold_maker(right) is not None


@pytest.mark.parametrize("name", ["", "-", "n/a", "Unknown", "No brand", "НЕИЗВЕСТНО", "bez značky", None])
def test_a_name_that_names_nobody_is_no_maker(name: str | None) -> None:
    assert fold_maker(name) is None


def test_a_maker_that_is_called_like_a_legal_form_keeps_its_name() -> None:
    assert fold_maker("SAS") == "sas"
    assert fold_maker("Hay Group") == "hay"


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", CHAIR),
        ("4006381 33393-1", CHAIR),
        ("036000291452", "00036000291452"),  # UPC
        ("96385074", "00000096385074"),  # GTIN-8
        ("4006381333932", None),  # check digit
        ("0000000000000", None),
        ("2000000000008", None),  # every shop's own
        ("400638133393", None),
        ("ABC", None),
        (None, None),
    ],
)
def test_a_gtin_counts_with_its_check_digit_and_where_it_is_worlds_own(text: str | None, gtin: str | None) -> None:
    assert normalize_gtin(text) == gtin


def row(name: str, gtin: str | None = None, maker: str | None = None, sku: str | None = None, age: int = 0) -> MatchRow:
    """`a1` is the first row of source a."""
    makers = (maker,) if maker else ()
    return MatchRow(uuid.uuid5(uuid.NAMESPACE_OID, name), name[0], age, gtin, makers, sku)


def describe(
    decisions: list[Decision], rows: list[MatchRow]
) -> tuple[set[frozenset[int]], set[tuple[frozenset[int], str]]]:
    """Groups and links, by the rows' numbers."""
    number = {one.id: index for index, one in enumerate(rows)}
    groups: dict[uuid.UUID, set[int]] = {}
    for one in decisions:
        if one.kind == "merged":
            groups.setdefault(one.canonical, {number[one.canonical]}).add(number[one.product])
    links = {
        (frozenset((number[one.product], number[one.canonical])), str(one.reason))
        for one in decisions
        if one.kind == "linked"
    }
    return {frozenset(group) for group in groups.values()}, links


CASES = {
    "one GTIN in three sources": (
        [row("a1", CHAIR), row("b1", CHAIR), row("c1", CHAIR)],
        ({frozenset({0, 1, 2})}, set()),
    ),
    "two of one source share the GTIN": (
        [row("a1", CHAIR), row("a2", CHAIR), row("b1", CHAIR)],
        (set(), {(frozenset({0, 2}), "several in one source"), (frozenset({1, 2}), "several in one source")}),
    ),
    "maker and code": (
        [row("a1", None, "hay", "ab12"), row("b1", CHAIR, "hay", "ab12"), row("c1", None, "muuto", "ab12")],
        ({frozenset({0, 1})}, set()),
    ),
    "a code too short": ([row("a1", None, "hay", "a1"), row("b1", None, "hay", "a1")], (set(), set())),
    "GTINs that contradict the code": (
        [row("a1", CHAIR, "hay", "ab12"), row("b1", OTHER_GTIN, "hay", "ab12")],
        (set(), {(frozenset({0, 1}), "different GTINs")}),
    ),
    "GTIN in two sources, code in two others": (
        [row("a1", CHAIR), row("b1", CHAIR, "hay", "ab12"), row("c1", None, "hay", "ab12")],
        ({frozenset({0, 1, 2})}, set()),
    ),
    "through another source to one's own": (
        [row("a1", CHAIR), row("b1", CHAIR, "hay", "ab12"), row("a2", None, "hay", "ab12")],
        ({frozenset({0, 1})}, {(frozenset({1, 2}), "another row of its source is merged")}),
    ),
    "one source only": ([row("a1", CHAIR), row("a2", CHAIR)], (set(), set())),
}


@pytest.mark.parametrize("case", CASES)
def test_the_rules(case: str) -> None:
    rows, expected = CASES[case]
    assert describe(decide_matches(rows), rows) == expected


@pytest.mark.parametrize("case", CASES)
def test_groups_and_links_do_not_depend_on_the_order_of_imports(case: str) -> None:
    rows, _ = CASES[case]
    seen = []
    for order in itertools.permutations(range(len(rows))):
        aged = [one._replace(age=order[index]) for index, one in enumerate(rows)]
        groups, links = describe(decide_matches(aged[order[0] :] + aged[: order[0]]), aged)
        seen.append((groups, {link for link, _ in links}))
    assert all(one == seen[0] for one in seen)


def test_the_oldest_row_is_the_canonical_one() -> None:
    rows = [row("a1", CHAIR, age=3), row("b1", CHAIR, age=1), row("c1", CHAIR, age=2)]
    decisions = decide_matches(rows)
    assert {one.canonical for one in decisions} == {rows[1].id}
    assert {one.product for one in decisions} == {rows[0].id, rows[2].id}
    assert {(one.rule, one.key) for one in decisions} == {("gtin", CHAIR)}


def test_a_pair_taken_apart_is_neither_merged_nor_linked_nor_brought_together_by_a_third() -> None:
    rows = [row("a1", CHAIR), row("b1", CHAIR), row("c1", CHAIR)]
    groups, _ = describe(decide_matches(rows, {frozenset((rows[0].id, rows[1].id))}), rows)
    assert len(groups) == 1
    assert not groups & {frozenset({0, 1}), frozenset({0, 1, 2})}
    assert decide_matches(rows[:2], {frozenset((rows[0].id, rows[1].id))}) == []


def test_a_number_that_stands_for_nothing_makes_one_link_a_row() -> None:
    rows = [row(f"{source}{index}", CHAIR) for source in "ab" for index in range(500)]
    decisions = decide_matches(rows)
    assert {one.kind for one in decisions} == {"linked"}
    assert len(decisions) <= 1000
