"""What reads as an article's code, and what only looks like one."""

from __future__ import annotations

import pytest

from tasks.catalog.codes import are_codes, find_code, is_code, is_spaced_code, is_weak_code


@pytest.mark.parametrize(
    "text", ["2034-82", "1955-93", "AK25", "58002-0000", "LX-1020.BK", "7013.01", "V2203", "P3108"]
)
def test_a_code_reads_as_one(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2024-26", "2025/2026", "1998", "3QF", "60x60", "IP44", "EN14411", "12.03.2026", "2020-09-29", "2026.1.31"),
        *("434-263-4300", "103.50", "P12", "p. 7", "V2.1"),
    ],
)
def test_years_postcodes_sizes_and_norms_are_no_codes(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize(
    ("text", "is_one"), [("GL 4745", True), ("4745 AX", True), ("3000 K", False), ("1200 W", False)]
)
def test_a_number_before_a_unit_is_no_code(text: str, is_one: bool) -> None:
    assert is_spaced_code(text) is is_one


@pytest.mark.parametrize("text", ["2020-09-29", "31.01.2026", "3.50"])
def test_a_date_or_an_amount_is_no_code_under_any_label(text: str) -> None:
    assert not is_weak_code(text)


@pytest.mark.parametrize("head", ["Art. No.", "Art. No", "Ref. no. :", "No.", "Code", "#"])
def test_the_head_of_a_column_of_codes_is_none(head: str) -> None:
    assert find_code(head) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#SG1042", "SG1042"),
        ("#58002 Tray", "58002"),
        ("No. 58002", "58002"),
        ("NOD.S01", "NOD.S01"),
        ("#1 in its class", None),
        ("#1A2B3C", None),
        ("#made4you", None),
    ],
)
def test_a_code_may_follow_the_sign_of_a_number(text: str, code: str | None) -> None:
    assert find_code(text) == code


def test_what_stands_behind_a_norm_s_word_is_no_code() -> None:
    assert find_code("ISO 10545-12") is None
    assert find_code("Bolt 10545-12") == "10545-12"


@pytest.mark.parametrize(
    ("texts", "together"),
    [
        (["EN3270", "EN5867", "EN5780"], True),
        (["BS 2545", "BS 2611", "BS 3001"], True),
        (["EN 14411", "EN 1021", "EN 12004"], False),
        (["EN 1021", "ISO 1054", "BS 5852"], False),
        (["EN 1021", "EN 1021", "EN 1022"], False),
        (["BS 2545", "BS 2611"], False),
    ],
)
def test_numbers_behind_one_prefix_are_codes_together(texts: list[str], together: bool) -> None:
    assert are_codes(texts) is together
