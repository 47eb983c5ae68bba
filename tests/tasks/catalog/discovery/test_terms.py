"""A document's validity and terms of sale."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Prices valid from 1 March 2026", "2026-03-01", None),
        ("Preisliste gültig vom 01.03.2026 bis 28.02.2027", "2026-03-01", "2027-02-28"),
        ("Listino valido fino al 31/12/2026", None, "2026-12-31"),
        ("Tarif valable jusqu'au 31 décembre 2026", None, "2026-12-31"),
        ("Stand: März 2026", "2026-03-01", None),
    ],
)
def test_validity_is_kept_as_dates_and_words(catalog: Any, text: str, first: str | None, last: str | None) -> None:
    found = catalog.page().text(60, 200, "Oskvall", 30).text(60, 240, text, 10).discover()
    assert (found.valid_from, found.valid_until) == (first, last)
    assert found.validity.text == text
    assert found.validity.place.page == 1
    assert found.validity.place.bbox.y0 == pytest.approx(232, abs=6)


def test_terms_are_said_once_with_their_place_and_prose_has_none(catalog: Any) -> None:
    term = "All prices are in euro and subject to change without notice."
    page = catalog.page().prose(12).text(50, 700, f"{term} Images may differ.", 7)
    page = page.page().prose(12).text(50, 700, term, 7)
    found = page.discover()
    assert [remark.text for remark in found.terms] == [term]
    assert found.terms[0].place.page == 1
    assert found.valid_from is None
