"""Dates as printed."""

import pytest

from tasks.catalog.dates import find_dates


@pytest.mark.parametrize(
    ("text", "month_first", "expected"),
    [
        ("valid from 1 January 2026", False, ["2026-01-01"]),
        ("Gültig ab 01.02.2026 bis 31.12.2026", False, ["2026-02-01", "2026-12-31"]),
        ("effective 02/15/2026", True, ["2026-02-15"]),
        ("effective 02/03/2026", True, ["2026-02-03"]),
        ("valido dal 02/03/2026", False, ["2026-03-02"]),
        ("March 1st, 2026", True, ["2026-03-01"]),
        ("Stand: März 2026", False, ["2026-03-01"]),
        ("με ισχύ από 15 Μαρτίου 2026", False, ["2026-03-15"]),
        ("действует с 1 марта 2026", False, ["2026-03-01"]),
        ("2026-07-31", False, ["2026-07-31"]),
        ("31.02.2026", False, []),
        ("80.75.90 cm, version 1.2", False, []),
        ("may 2 people", False, []),
    ],
)
def test_dates_are_read_in_their_own_order(text: str, month_first: bool, expected: list[str]) -> None:
    assert [one.date.isoformat() for one in find_dates(text, month_first=month_first)] == expected
