"""Texts of feeds as values: tables of (raw, expected)."""

import pytest

from tasks.catalog.feeds.values import (
    clean_html,
    clean_url,
    parse_availability,
    parse_currency,
    parse_dimensions,
    parse_gtin,
    parse_measure,
    parse_money,
    parse_vat,
    split_category,
    split_urls,
)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("2602", "2602", None),
        ("23.00 KWD", "23.00", "KWD"),
        ("23.500 KWD", "23.50", "KWD"),  # dinars have three decimals
        ("$2.44", "2.44", "USD"),
        ("5 000,50", "5000.50", None),
        ("1.299,00 €", "1299.00", "EUR"),
        ("1.234 €", "1234", "EUR"),
        ("1.234", "1.234", None),
        ("17.779", "17.779", None),
        ("12.500000", "12.50", None),
        ("21.15701", "21.15701", None),
        ("1,234.50", "1234.50", None),
        ("от 1200 руб.", "1200", "RUB"),
        ("2602 RUR", "2602", "RUB"),
        ("ab 199,- €", "199", "EUR"),
        ("1 200 Kč / m2", "1200", "CZK"),
        ("19,99 € inkl. 19% MwSt", "19.99", "EUR"),
        ("1'299.00 CHF", "1299.00", "CHF"),
        ("٢٣٫٠٠", "23.00", None),
        ("1.2E+3", "1200", None),
        ("0", "0", None),
    ],
)
def test_an_amount_is_a_decimal_string_with_its_currency(text: str, amount: str, currency: str | None) -> None:
    assert parse_money(text) == (amount, currency)


@pytest.mark.parametrize("text", ["", "-5", "-5 EUR", "10 - 20 EUR", "3 pieces", "price on request", "2 for 10 €", "."])
def test_what_is_not_one_amount_is_none(text: str) -> None:
    assert parse_money(text) is None


def test_the_feed_s_currency_and_mark_settle_what_the_text_leaves_open() -> None:
    assert parse_money("1.234", "EUR", ",") == ("1234", "EUR")
    assert parse_money("12 kr", "SEK") == ("12", "SEK")
    assert parse_money("$5", "CAD") == ("5", "CAD")
    assert parse_money("$5", "EUR") == ("5", "USD")
    assert parse_currency("zł") == "PLN"
    assert parse_currency("XYZ") is None


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("in stock", "InStock"), ("in_stock", "InStock"), ("InStock", "InStock"), ("Y", "InStock"), ("7", "InStock"),
        ("https://schema.org/PreOrder", "PreOrder"), ("Άμεσα διαθέσιμο", "InStock"), ("skladem 5 ks", "InStock"),
        ("Διαθέσιμο από 4 έως 10 ημέρες", "InStock"), ("2-3 Werktage", "InStock"), ("> 10", "InStock"),
        ("0", "OutOfStock"), ("false", "OutOfStock"), ("není skladem", "OutOfStock"), ("Μη διαθέσιμο", "OutOfStock"),
        ("nicht lieferbar", "OutOfStock"), ("нет в наличии", "OutOfStock"), ("out-of-stock", "OutOfStock"),
        ("Κατόπιν παραγγελίας", "BackOrder"), ("4-6 weeks", "BackOrder"), ("onbackorder", "BackOrder"),
        ("discontinued", "Discontinued"), ("last pieces", "LimitedAvailability"),
        ("", None), ("031599", None), ("2026-01-31", None), ("foo", None),
        ("více než 5 ks", "InStock"), ("0 db", "OutOfStock"), ("12 szt.", "InStock"), ("более 10", "InStock"),
        ("less than 3 pcs", "LimitedAvailability"), ("5 shops", None), ("3 от", None),
    ],
)  # fmt: skip
def test_availability_is_schema_org_s_term(text: str, term: str | None) -> None:
    assert parse_availability(text) == term


def test_a_bare_number_means_what_its_feed_s_scale_says() -> None:
    assert [parse_availability(text, "days") for text in ("0", "3", "-1", "2026-01-31")] == [
        "InStock", "BackOrder", None, "PreOrder",
    ]  # fmt: skip
    assert [parse_availability(text, "ceneo") for text in ("1", "14", "90", "99", "110")] == [
        "InStock", "InStock", "BackOrder", None, "PreOrder",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("6417182041488", "6417182041488"), ("4 006209 796856", "4006209796856"), ("96385074", "96385074"),
        ("036000291452", "036000291452"), ("978-3-16-148410-0", "9783161484100"), ("1234567890123", None),
        ("0000000000000", None), ("12345", None), ("ABC", None), ("²²²²²²²²", None),
    ],
)  # fmt: skip
def test_a_gtin_has_the_right_check_digit(text: str, gtin: str | None) -> None:
    assert parse_gtin(text) == gtin


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("12 Kg", ("12", "kg")), ("0,5 кг", ("0.5", "kg")), ("45.5cm", ("45.5", "cm")), ('24"', ("24", "in")),
        ("12.0000", ("12", None)), ("1 200 mm", ("1200", "mm")), ("kg 5", ("5", "kg")), ("65 εκ.", ("65", "cm")),
        ("0 Kg", None), ("12 foo", None), ("60 x 60", None), ("", None),
    ],
)  # fmt: skip
def test_a_measure_is_one_number_with_a_known_unit(text: str, measure: tuple[str, str | None] | None) -> None:
    found = parse_measure(text)
    assert (found and (found.value, found.unit)) == measure


def test_the_default_unit_holds_where_none_is_written() -> None:
    assert parse_measure("12", "cm").unit == "cm"  # type: ignore[union-attr]
    assert parse_measure("12 mm", "cm").unit == "mm"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("60x60x2 cm", {"width": "60", "length": "60", "thickness": "2"}),
        ("W 60 x D 40 x H 90 cm", {"width": "60", "depth": "40", "height": "90"}),
        ("B: 60 cm | T: 40 cm | H: 90 cm", {"width": "60", "depth": "40", "height": "90"}),
        ("Ø 45 cm, H 90 cm", {"diameter": "45", "height": "90"}),
        ("90 x 45 x 30 cm, 12 kg", {"width": "90", "depth": "45", "height": "30", "weight": "12"}),
        ("large", {}),
    ],
)
def test_dimensions_are_measures_by_axis(text: str, sizes: dict[str, str]) -> None:
    assert {axis: measure.value for axis, measure in parse_dimensions(text).items()} == sizes


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  text\n two", "plain text\ntwo"),
        ("<p>Hello <b>World</b></p><p>Two<br/>Three</p>", "Hello World\n\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul><script>alert(1)</script>", "- a\n- b"),
        ("&lt;p&gt;A &amp;amp; B&lt;/p&gt;", "A & B"),
        ("<table><tr><td>Width</td><td>5 cm</td></tr></table>", "Width 5 cm"),
        ("a < b and c > d, 5 < 6 & 7", "a < b and c > d, 5 < 6 & 7"),
        ("<!-- sold out -->yes<style>p{}", "yes"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert clean_html(markup) == text


def test_hostile_markup_takes_no_longer_than_its_length() -> None:
    assert len(clean_html("<script>" * 40_000)) == 0
    assert clean_html("<a" * 40_000).startswith("<a<a")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ΗΧΟΣ-ΕΙΚΟΝΑ > TV/Audio", "ΗΧΟΣ-ΕΙΚΟΝΑ > TV/Audio"), ("pneumatiky|zimni", "pneumatiky > zimni"),
        ("TV/Audio", "TV/Audio"), ("Home/Furniture/Chairs", "Home > Furniture > Chairs"), ("A &amp;gt; B", "A > B"),
        ("Sofas / Armchairs", "Sofas > Armchairs"), ("/Home", "Home"), ("Furniture", "Furniture"),
    ],
)  # fmt: skip
def test_a_category_is_a_path(text: str, path: str) -> None:
    assert split_category(text) == path


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://x.cz/jizdni kola -\n\t\thorske/4", "http://x.cz/jizdni%20kola%20-%20horske/4"),
        ("//cdn.x.com/a.jpg", "https://cdn.x.com/a.jpg"), ("https://x.y/z?a=1&amp;b=2", "https://x.y/z?a=1&b=2"),
        ("ftp://a/b", None), ("javascript:alert(1)", None), ("a/b.jpg", None), ("https://", None), ("", None),
    ],
)  # fmt: skip
def test_an_address_is_absolute(text: str, url: str | None) -> None:
    assert clean_url(text) == url


def test_several_addresses_in_one_value_are_told_apart() -> None:
    assert split_urls("https://a/1.jpg,https://a/2.jpg| //b/3,4.jpg") == (
        "https://a/1.jpg", "https://a/2.jpg", "https://b/3,4.jpg",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rate"),
    [("20", "20"), ("0,20", "20"), ("VAT_20", "20"), ("5.5 %", "5.5"), ("zw", "0"), ("0", "0"), ("abc", None)],
)
def test_vat_is_in_percent(text: str, rate: str | None) -> None:
    assert parse_vat(text) == rate
