"""Codes put right by the form of their neighbours."""

from __future__ import annotations

import pytest

from tasks.catalog.pdf.ocr_codes import describe_form, find_forms, fit_code, list_letters, part_marks, resembles_code

BOOK = ["58002-0000", "18004-0000", "5417-0000", "8080-0000", "45922-0001", "7774-0000", "Canvas", "REPEAT", "13.07"]
FORMS = ("#####-####", "####-####")


@pytest.mark.parametrize(
    ("text", "form"),
    [("58002-0000", "#####-####"), ("WP-300", "AA-###"), ("b12.045", "a##.###"), ("Canvas", None), ("12", None)],
)
def test_a_form_tells_kinds_of_characters(text: str, form: str | None) -> None:
    assert describe_form(text) == form


def test_forms_are_those_that_several_codes_have() -> None:
    assert set(find_forms(BOOK)) == set(FORMS)
    assert find_forms(BOOK[:2]) == ()


@pytest.mark.parametrize(
    ("text", "forms", "code"),
    [
        ("58OO2-0000", FORMS, "58002-0000"),
        ("$417-0000", FORMS, "5417-0000"),
        ("I8004–00O0", FORMS, "18004-0000"),
        ("58002-0000", FORMS, "58002-0000"),
        ("WP-3O0", ("AA-###",), "WP-300"),
        ("wp-300", ("AA-###",), "WP-300"),
        ("W8-300", ("AA-###",), "WB-300"),
        ("58002-000", FORMS, None),  # a character is missing: nothing can say which
        ("REPEAT-000", FORMS, None),
        ("SOLO-BOSS", FORMS, None),  # a word whose letters all look like digits
        ("1300", ("##A#", "###A"), None),  # fits two ways
    ],
)
def test_a_code_is_put_right_only_where_one_result_fits(text: str, forms: tuple[str, ...], code: str | None) -> None:
    assert fit_code(text, forms) == code


def test_letters_are_those_that_the_forms_have() -> None:
    assert list_letters(FORMS) == "0123456789-"
    assert set(list_letters(["AA/##"])) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/")


def test_what_may_be_a_misread_code_has_its_length_and_digits() -> None:
    assert resembles_code("6002-00O0", FORMS)
    assert not resembles_code("GREYSTONE", FORMS)
    assert not resembles_code("12", FORMS)


@pytest.mark.parametrize(
    ("text", "core", "marks"),
    [
        ("GV52*", "GV52", "*"),
        ("GV14*t", "GV14", "*†"),
        ("AZ10", "AZ10", ""),
        ("CD15*†", "CD15", "*†"),
        ("TRO1T", "TRO1T", ""),
    ],
)
def test_footnote_marks_are_no_part_of_a_code(text: str, core: str, marks: str) -> None:
    assert part_marks(text) == (core, marks)


def test_codes_with_letters_have_a_form_however_many_prices_stand_beside_them() -> None:
    prices = [str(1000 + 7 * index) for index in range(40)]
    assert "AA##" in find_forms(["AK25*", "GV15", "AZ10*t", *prices])
