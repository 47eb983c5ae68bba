"""Raised digits of real pages: marks, powers, cents; fractions and small type on the line stay as they are."""

import pymupdf
import pytest

from tasks.catalog.pdf.content import read_text

Part = tuple[str, float, float]  # text, size in points, points above the baseline


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([("5788", 9, 0), ("1,2", 5, 3), (" Chair", 9, 0)], ["5788¹,²", "Chair"]),
        ([("AN 8178", 9, 0), ("a", 5, 3)], ["AN", "8178ᵃ"]),
        ([("2210-141", 9, 0), ("D", 5, 3), (" Mirror", 9, 0)], ["2210-141ᴰ", "Mirror"]),
        ([("12 m", 9, 0), ("2", 5, 3), (" of stone", 9, 0)], ["12", "m²", "of", "stone"]),
        ([("$ 19", 9, 0), ("99", 6, 3), (" each", 9, 0)], ["$", "19.99", "each"]),
        ([("matt black", 9, 0), (" ", 5, 0), ("1", 5, 3)], ["matt", "black", "¹"]),
        ([("23 ", 9, 0), ("1", 5, 3), ("/", 9, 0), ("2", 5, 0)], ["23", "1/2"]),
        ([("Chair ", 9, 0), ("501", 7, 0)], ["Chair", "501"]),
    ],
)
def test_a_raised_digit_is_no_digit_of_the_number_before_it(parts: list[Part], words: list[str]) -> None:
    with pymupdf.open() as document:
        page, x = document.new_page(), 50.0
        for text, size, rise in parts:
            page.insert_text((x, 100 - rise), text, fontsize=size)
            x += pymupdf.get_text_length(text, fontsize=size)
        content = read_text(page.get_textpage())
    assert [word.text for fragment in content.fragments for word in fragment.words] == words
