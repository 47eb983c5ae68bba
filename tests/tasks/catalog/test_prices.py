"""Prices and numbers as printed."""

from __future__ import annotations

import pytest

from tasks.catalog.decimals import DecimalMark, guess_decimal_mark, parse_decimal
from tasks.catalog.prices import find_prices, guess_currency, parse_amount


@pytest.mark.parametrize(
    ("raw", "mark", "grouped", "expected"),
    [
        ("12", None, False, "12"),
        ("12.50", None, False, "12.50"),
        ("11,8", None, False, "11.8"),
        ("1.234,56", None, True, "1234.56"),
        ("1,234.56", None, True, "1234.56"),
        ("1 234,50", None, True, "1234.50"),
        ("1\u202f234", None, True, "1234"),
        ("1'299.00", None, True, "1299.00"),
        ("1.234.567", None, True, "1234567"),
        ("1.234", None, True, "1234"),
        ("1.234", None, False, "1.234"),
        ("1.234", ",", False, "1234"),
        ("1.234", ".", True, "1.234"),
        ("0.625", ",", True, "0.625"),
        ("0,5", None, True, "0.5"),
        ("٤٢٫", None, False, None),
        ("٤٢", None, False, "42"),
        ("12-14", None, False, None),
        ("", None, False, None),
    ],
)
def test_a_number_is_read_as_printed(raw: str, mark: DecimalMark | None, grouped: bool, expected: str | None) -> None:
    assert parse_decimal(raw, mark, grouped=grouped) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["DL4582.89", "1.416", "1.471"], None),  # a code tells nothing
        (["60,5 x 80,2", "12.50"], ","),
        (["30.5", "24.25", "1,107"], "."),
        (["1,107", "2.500"], None),
        (["1.200,00 €"], ","),
        (["v1.2.3"], None),
    ],
)
def test_the_decimal_mark_of_a_document_is_the_one_most_numbers_use(texts: list[str], expected: str | None) -> None:
    assert guess_decimal_mark(texts) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("$1,107", [("1107", "USD")]),
        ("€ 1.234,50", [("1234.50", "EUR")]),
        ("1.234,50 €", [("1234.50", "EUR")]),
        ("ab 199,- EUR", [("199", "EUR")]),
        ("12 990 ₽", [("12990", "RUB")]),
        ("12 990 руб.", [("12990", "RUB")]),
        ("CHF 1'299.–", [("1299", "CHF")]),
        ("£45 was £60", [("45", "GBP"), ("60", "GBP")]),
        ("45,00 ευρώ", [("45.00", "EUR")]),
        ("US$ 99.95/m²", [("99.95", "USD")]),
        ("C$2,300", [("2300", "CAD")]),
        ("1 250 kr", [("1250", None)]),
        ("€38.50/m²", [("38.50", "EUR")]),
        ("revenue of $2 million", []),
        ("60 x 60 cm", []),
        ("AK25 Adirondack", []),
        ("12 ft wide", []),
    ],
)
def test_prices_stand_beside_a_currency(raw: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(price.amount, price.currency) for price in find_prices(raw)] == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("538", "538"),
        ("$1,107", "1107"),
        ("1.200,–", "1200"),
        ("12.5*", "12.5"),
        ("52 Dia.", None),
        ("GV14", None),
        ("", None),
    ],
)
def test_a_price_cell_needs_no_currency_but_holds_nothing_else(raw: str, expected: str | None) -> None:
    assert parse_amount(raw) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Canadian dealer price", "$1,107"], "CAD"),
        (["$5", "$6", "€7"], "USD"),
        (["10 €", "20 €"], "EUR"),
        (["All prices in EUR", "1200", "1300"], "EUR"),
        (["no price"], None),
    ],
)
def test_the_currency_of_a_document(texts: list[str], expected: str | None) -> None:
    assert guess_currency(texts) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Cena zł", "PLN"), ("Preis €", "EUR"), ("Price GBP", "GBP"), ("Цена ₽", "RUB"), ("lei tutti TL kr", None)],
)
def test_a_header_s_sign_names_the_currency_of_bare_amounts(text: str, expected: str | None) -> None:
    assert guess_currency([text, "129,00"]) == expected


@pytest.mark.parametrize(
    ("lines", "currency"),
    [
        (["TL 4231", "TL 4232", "TL 4233", "Price £", "£ 120.00"], "GBP"),
        (["TL 4231", "TL 4232", "1.234,50 TL"], "TRY"),
        (["TL 4231", "TL 4232"], "TRY"),
        (["TL4231.10", "TL4232.20", "Price £", "120.00"], "GBP"),
        (["EUR 3146", "$ 12.00", "EUR 3147"], "EUR"),
    ],
)
def test_codes_that_read_like_prices_do_not_set_the_currency(lines: list[str], currency: str) -> None:
    assert guess_currency(lines) == currency


@pytest.mark.parametrize(
    ("text", "amount"),
    [("£14.50 per m", "14.50"), ("£32.00 each", "32.00"), ("12,00 €/m²", "12.00"), ("12,00 € / Stk.", "12.00"),
     ("£12.00 was 14", None), ("£12.00 chair", None)],
)  # fmt: skip
def test_a_price_cell_may_say_what_its_price_is_for(text: str, amount: str | None) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("96,00 /m²", "96.00"), ("1.200,00 / Stk.", "1200.00"), ("6 / box", None), ("2.50 m", None)]
)
def test_an_amount_with_cents_may_say_what_it_is_for(text: str, amount: str | None) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["AK-1600 EUR 40.00", "AK-1600 € 40.00", "Set-120 40.00 EUR"])
def test_the_number_of_a_code_before_a_price_is_none(text: str) -> None:
    assert [price.amount for price in find_prices(text)] == ["40.00"]


@pytest.mark.parametrize("text", ["TL55-04", "EUR55/2", "revenue of €318.0m", "€ 40 mn"])
def test_codes_and_millions_are_no_prices(text: str) -> None:
    assert not find_prices(text)
