"""Terms of the trade are no codes, whatever they look like."""

from __future__ import annotations

import pytest

from tasks.catalog.codes import find_code, is_code, is_weak_code
from tasks.catalog.decimals import parse_decimal
from tasks.catalog.prices import parse_amount


@pytest.mark.parametrize(
    "text",
    ["DALI-2", "IP44", "E27", "GU10", "RAL 9010", "NCS S 0502-Y", "K 2700", "CRI90", "UGR19", "USB-C", "TB117-2013",
     "Cal. TB 117-2013", "L.12 × H.30", "H.150", "80W x 40D x 75H", "A1-A3", "07-2026", "DK-5500 Middelfart",
     "D-70173 Stuttgart", "M6x30", "DN15", "2G11", "FSC C012345"],
)  # fmt: skip
def test_a_technical_term_is_no_code(text: str) -> None:
    assert find_code(text) is None


@pytest.mark.parametrize(
    "code",
    ["123.456.78", "802.653.90", "12 345 678-00", "AK25", "KL-2040", "TE10-060090", "DK-5500", "MR201", "GL 4745"],
)
def test_a_code_stays_one_and_is_never_an_amount(code: str) -> None:
    assert find_code(code) == code
    assert parse_amount(code) is None


def test_letters_alone_are_a_code_only_where_a_label_says_so() -> None:
    assert is_weak_code("PIQ-FS")
    assert not is_code("PIQ-FS")
    assert not is_weak_code("Piquet")
    assert find_code("Art. PIQ-FS") == "PIQ-FS"


def test_groups_of_digits_that_are_no_thousands_are_no_number() -> None:
    assert parse_decimal("802.653.90") is None
    assert parse_decimal("12.01.2026") is None
    assert parse_decimal("1.234.567", grouped=True) == "1234567"
