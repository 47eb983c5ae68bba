"""Names and codes as a person would copy them."""

from __future__ import annotations

import pytest

from tasks.catalog.codes import clean_code, find_code, is_code, is_spaced_code
from tasks.catalog.names import clean_name, is_figure_caption, is_name, strip_continued


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (["Sinia pearl limeston", "hond tambled"], "Sinia pearl limeston hond tambled"),
        ("Sinia  grey limeston", "Sinia grey limeston"),
        ("Dining Side Chair*†", "Dining Side Chair"),
        (["Sand-", "stein beige"], "Sandstein beige"),
        (["Anti-", "Slip Oak"], "Anti- Slip Oak"),
        ("Lounge Chair € 1.250,00", "Lounge Chair"),
        ("Lounge Chair NEW!", "Lounge Chair"),
        ("3. Oslo", "Oslo"),
        ("• Oslo Sofa", "Oslo Sofa"),
        ("Καναπές «Άνδρος»", "Καναπές «Άνδρος»"),
        ('52" Rd. Dining Table', '52" Rd. Dining Table'),
        ("CANVAS TUSCAN =", "CANVAS TUSCAN"),
    ],
)
def test_names_are_cleaned_and_keep_their_spelling(raw: list[str] | str, expected: str) -> None:
    assert clean_name(raw) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Adirondack Chair",
        "Poltrona «Luna»",
        "Кресло Осло",
        "Rovere naturale 60x60",
        "Καρέκλα Νάξος",
        "Eiche 7",
        "sinia grey hond acided",
    ],
)
def test_a_name_is_a_name(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "Contents",
        "Über uns",
        "www.example.com",
        "Page 12",
        "Material",
        "A polished finish gives the marble a glossy, mirror-like surface.",
        "Figure 3: Throughput of the tracer",
        "Рис. 2 План участка",
        "it enhances the stone's color and pattern making it more vibrant than before",
        "60 x 60 cm",
        "Dimensions:",
    ],
)
def test_labels_sentences_and_page_numbers_are_no_names(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize("token", ["AK25", "GV14*†", "58002-0000", "LX-204", "BX.100.2", "AB/12-3", "CUS15", "K-2210"])
def test_codes(token: str) -> None:
    assert is_code(token)


@pytest.mark.parametrize(
    "token", ["60x60", "2024", "2014-2015", "12mm", "R10", "EN14411", "12.50", "1,107", "chair", "01/02/2024", "2nd"]
)
def test_sizes_years_norms_and_numbers_are_no_codes(token: str) -> None:
    assert not is_code(token)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("GV14*†", "GV14"), ("No. 1204", "1204"), ("# AB-1", "AB-1"), (" 58002-0000 ", "58002-0000"), ("FC123¹", "FC123")],
)
def test_codes_lose_their_marks(raw: str, expected: str) -> None:
    assert clean_code(raw) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("58002-0000", "58002-0000"),
        ("Art. 12045", "12045"),
        ("Code: LX-204", "LX-204"),
        ("LX-204 Lounge", "LX-204"),
        ("Lounge Chair", None),
    ],
)
def test_a_caption_line_gives_its_code(line: str, expected: str | None) -> None:
    assert find_code(line) == expected


def test_a_figure_caption_needs_a_number() -> None:
    assert is_figure_caption("Figure 1. Architecture")
    assert not is_figure_caption("Table Oslo")


@pytest.mark.parametrize("text", ["Turnia fotel", "Hotel chair", "Pastel"])
def test_a_name_may_hold_the_letters_of_a_telephone(text: str) -> None:
    assert is_name(text)


def test_a_line_that_holds_the_end_of_a_sentence_is_no_name() -> None:
    assert not is_name("winters before it becomes furniture. Our house")


def test_numbered_footnote_marks_and_continued_remarks_are_no_part_of_a_name() -> None:
    assert clean_name("Oslo chair 2)") == "Oslo chair"
    assert clean_name("Oslo chair (set of 2)") == "Oslo chair (set of 2)"
    assert strip_continued("Lunaria poltrona (segue)") == "Lunaria poltrona"
    assert strip_continued("Wierzba (ciąg dalszy)") == "Wierzba"
    assert strip_continued("Oslo (oak)") == "Oslo (oak)"


@pytest.mark.parametrize("text", ["GL 4745", "MB 5647*", "4745 AX"])
def test_a_code_may_have_a_space(text: str) -> None:
    assert is_spaced_code(text)
    assert find_code(text) == text.rstrip("*")


@pytest.mark.parametrize("text", ["RAL 9010", "ISO 9001", "PAGE 123", "Oslo 310", "60 CM", "GL 47"])
def test_norms_pages_and_names_with_numbers_are_no_codes(text: str) -> None:
    assert not is_spaced_code(text)


def test_a_numbered_footnote_mark_is_no_part_of_a_code() -> None:
    assert clean_code("AN 81781)") == "AN 8178"
    assert clean_code("5788¹,²") == "5788"
    assert clean_code("2210-141ᴰ") == "2210-141"
    assert [clean_code(text) for text in ("No. 110-4", "NO-110")] == ["110-4", "NO-110"]
    assert clean_code("4036-92ᵃ") == "4036-92"
