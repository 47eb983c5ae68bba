"""Guides to fitting and care offer nothing, whatever sizes, parts and costs they list."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.discovery.context import read_context, read_page_texts
from tasks.catalog.discovery.grid import find_grid
from tasks.catalog.discovery.guides import is_guide_title, without_steps
from tasks.catalog.discovery.pictures import find_pictures


@pytest.mark.parametrize(
    "title", ["Laminate worktop fitting guide", "Care & Cleaning", "Guide de pose", "Fitting guide HL-07 rev. C",
              "Leitfaden zur Reinigung", "Guida alla posa", "Reinigung und Pflege", "Poradnik pielęgnacji"]
)  # fmt: skip
def test_titles_of_guides(title: str) -> None:
    assert is_guide_title(title)


@pytest.mark.parametrize(
    "title", ["Buying guide", "Montage lamp", "Care oil, 12 ml", "Price guide to fitting", "Cleaning kit", "Guide rail"]
)
def test_titles_that_name_goods(title: str) -> None:
    assert not is_guide_title(title)


def test_what_runs_under_all_pages_may_be_a_guide_s_title(new_catalog: Any) -> None:
    def document(foot: str) -> Any:
        found = new_catalog()
        for place in ("Hotel", "Office"):
            found.page().text(50, 60, f"Plan for the {place.lower()}", 16, bold=True)
            rows = [(f"{place} {name}", "weekly", cost) for name, cost in
                    (("lobby", "6.00"), ("lounge", "4.50"), ("suite", "7.20"))]  # fmt: skip
            found.table(("Place", "Vacuum", "Price £"), rows, (50, 220, 400)).text(50, 815, foot, 8)
        return found.discover()

    assert document("Upholstery care guide | Edition 6").products == ()
    assert len(document("Upholstery collection | Edition 6").products) == 6


@pytest.mark.parametrize(("marks", "head"), [("ABCDE", "Qty"), ("12345", "Anzahl")])
def test_parts_with_quantities_are_no_products(catalog: Any, marks: str, head: str) -> None:
    parts = ("Edging strip", "Connecting bolt", "Solvent wipe", "Bracket", "Biscuit")
    rows = [
        (mark, part, str(2 + i), f"{600 + 40 * i} x 45 x 18 mm")
        for i, (mark, part) in enumerate(zip(marks, parts, strict=True))
    ]
    catalog.page().text(50, 60, "What is in the pack", 16, bold=True)
    catalog.table(("Ref", "Part", head, "Size"), rows, (50, 100, 260, 330))
    assert catalog.discover().products == ()


def test_counted_captions_with_sentences_are_steps(new_catalog: Any) -> None:
    def kept(captions: tuple[str, ...]) -> int:
        def caption(index: int) -> list[tuple[str, float, bool]]:
            return [(captions[index], 11, True), ("Leave at least 5 joints to the wall. Do not use glue.", 7, False)]

        pages = new_catalog().page().grid(2, 2, caption, room=60).read()
        (text,), context = read_page_texts(pages), read_context(pages, "catalog.pdf")
        return len(without_steps(find_grid(text, find_pictures(pages[0], frozenset()), context)))

    assert kept(("1 Check it", "2 Mark out", "3 Seal every edge", "4 Fix it")) == 0
    assert kept(("Alba", "Brenta", "Corvo", "Dorsale")) == 4
