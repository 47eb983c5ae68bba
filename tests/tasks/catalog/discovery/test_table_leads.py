"""Rows and headings of a table that name a product over its forms, matrices of prices, cells over several rows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

CHAIRS = ["Oslo armchair", "Bergen chair", "Tromso sofa", "Stavanger table", "Lofoten pouf", "Alta dresser"]
FINISHES = ["White", "Black", "Oak"]


def _codes(product: Any) -> list[str | None]:
    return [one.sku for one in product.variants]


def test_a_row_with_a_name_and_no_code_is_the_product_of_the_rows_without_names_below(catalog: Any) -> None:
    rows: list[tuple[str, ...]] = []
    for number, name in enumerate(CHAIRS):
        rows.append(("", name, "Studio Ek", "", ""))
        rows += [
            (f"AB-{number}{form}", "", "", finish, f"{number + 1}{form}9.00") for form, finish in enumerate(FINISHES)
        ]
    rows.append(("AB-99", "Footstool", "Studio Ek", "Oak", "99.00"))
    found = catalog.page().table(("Code", "Model", "Designer", "Finish", "Price EUR"), rows, (40, 110, 250, 330, 420))
    products = found.discover().products
    assert [one.name for one in products] == [*CHAIRS, "Footstool"]
    assert _codes(products[1]) == ["AB-10", "AB-11", "AB-12"]
    assert [one.price for one in products[1].variants] == ["209.00", "219.00", "229.00"]
    assert products[1].attributes["designer"] == "Studio Ek"
    assert (products[-1].sku, products[-1].variants) == ("AB-99", ())


def test_headings_over_rows_of_finishes_name_products(catalog: Any) -> None:
    rows = [
        (f"AB-{number}{form}", finish, f"{number + 1}{form}9.00")
        for number in range(len(CHAIRS))
        for form, finish in enumerate(FINISHES)
    ]
    groups = {number * len(FINISHES): name for number, name in enumerate(CHAIRS)}
    products = (
        catalog.page().table(("Code", "Finish", "Price EUR"), rows, (46, 150, 400), groups=groups).discover().products
    )
    assert [one.name for one in products] == CHAIRS
    assert _codes(products[0]) == ["AB-00", "AB-01", "AB-02"]


def test_headings_that_name_series_are_collections(catalog: Any) -> None:
    rows = [(f"AB-{n}{form}", finish, f"{n + 1}{form}9.00") for n in range(3) for form, finish in enumerate(FINISHES)]
    groups = {number * len(FINISHES): f"Serie {name}" for number, name in enumerate(("Nord", "Ost", "West"))}
    products = (
        catalog.page().table(("Code", "Finish", "Price EUR"), rows, (46, 150, 400), groups=groups).discover().products
    )
    assert len(products) == len(rows)


def test_a_matrix_of_prices_is_one_product(catalog: Any) -> None:
    catalog.page().text(40, 60, "Roman blind Fjord", 16, bold=True).text(40, 76, "All prices in EUR, sizes in cm", 8)
    rows = [(f"{60 + i * 20}", *(f"{100 + i * 10 + j * 15},00" for j in range(5))) for i in range(6)]
    (product,) = (
        catalog.table(("H / W", "60", "80", "100", "120", "140"), rows, (40, 120, 180, 240, 300, 360))
        .discover()
        .products
    )
    assert product.name == "Roman blind Fjord"
    assert [one.name for one in product.variants] == ["60", "80", "100", "120", "140", "160"]
    assert product.variants[1].prices == {
        "60": "110.00",
        "80": "125.00",
        "100": "140.00",
        "120": "155.00",
        "140": "170.00",
    }
    assert product.currency == "EUR"


def test_a_cell_over_several_ruled_rows_holds_for_all_of_them(catalog: Any) -> None:
    edges = (40, 200, 280, 380, 470)
    catalog.page()
    for place, text in zip(edges, ("Name", "Code", "Finish", "Price EUR"), strict=False):
        catalog.text(place + 4, 112, text, 8, bold=True)
    for left, right in pairwise(edges):
        catalog.rectangle(left, 100, right, 118)
    y = 118.0
    for number, name in enumerate(CHAIRS[:4]):
        catalog.rectangle(edges[0], y, edges[1], y + 54).text(44, y + 24, name, 8, bold=True).text(
            44, y + 34, "solid wood", 6
        )
        for form, finish in enumerate(FINISHES):
            for place, right, text in zip(
                edges[1:], edges[2:], (f"AB-{number}{form}", finish, f"{number + 1}{form}9.00"), strict=False
            ):
                catalog.rectangle(place, y, right, y + 18).text(place + 4, y + 12, text, 8)
            y += 18
    products = catalog.discover().products
    assert [one.name for one in products] == CHAIRS[:4]
    assert [_codes(one) for one in products[:2]] == [["AB-00", "AB-01", "AB-02"], ["AB-10", "AB-11", "AB-12"]]


@pytest.mark.parametrize("remark", ["All prices in SEK excl. VAT", "Samtliga priser i SEK exkl. moms"])
def test_a_remark_on_prices_names_their_currency(catalog: Any, remark: str) -> None:
    rows = [(f"AB-{number}", name, f"{number + 1} 990") for number, name in enumerate(CHAIRS)]
    catalog.page().text(40, 60, remark, 8).text(40, 72, "Exchange rates: EUR 11.35, EUR 11.40 from May", 8)
    products = catalog.table(("Art.nr", "Name", "Price"), rows, (40, 130, 400)).discover().products
    assert {one.currency for one in products} == {"SEK"}


def test_a_lesser_line_under_a_label_is_no_label_of_the_column(catalog: Any) -> None:
    catalog.page()
    for place, label, under in (
        (40, "Pattern", "Colors"),
        (150, "Number", ""),
        (250, "Net", "per yd"),
        (330, "Retail", "per yd"),
    ):
        catalog.text(place, 90, label, 8, bold=True)
        if under:
            catalog.text(place, 99, under, 6)
    for number, name in enumerate(("ABERNATHY", "ALDERWOOD", "CAIRNGORM", "DOVETAIL", "EASTLAKE")):
        y = 115 + number * 24
        catalog.text(40, y, name, 8, bold=True).text(46, y + 9, "01 Loam, 02 Putty, 03 Ink", 6)
        for place, text in ((150, f"44{10 + number}"), (250, f"${104 + number}.50"), (330, f"${209 + number}.00")):
            catalog.text(place, y, text, 8)
    products = catalog.discover().products
    assert [one.name for one in products] == ["ABERNATHY", "ALDERWOOD", "CAIRNGORM", "DOVETAIL", "EASTLAKE"]
    assert (products[0].sku, products[0].prices) == ("4410", {"Net": "104.50", "Retail": "209.00"})


def test_letters_that_the_document_explains_are_no_part_of_names(catalog: Any) -> None:
    names = [f"{name} (N)" if number % 3 == 0 else name for number, name in enumerate(CHAIRS)]
    rows = [(f"AB-{number}", name, f"{number + 1}99.00 EUR") for number, name in enumerate(names)]
    catalog.page().text(40, 60, "New articles (N) and discontinued ones are marked in the list below.", 8)
    products = catalog.table(("Code", "Name", "Price"), rows, (40, 130, 400)).discover().products
    assert [one.name for one in products] == CHAIRS


def test_letters_that_nothing_explains_stay(catalog: Any) -> None:
    rows = [(f"AB-{number}", f"Oslo corner ({side})", f"{number + 1}99.00 EUR") for number, side in enumerate("LRM")]
    products = catalog.page().table(("Code", "Name", "Price"), rows, (40, 130, 400)).discover().products
    assert [one.name for one in products] == ["Oslo corner (L)", "Oslo corner (R)", "Oslo corner (M)"]


def test_one_row_under_the_labels_of_the_table_above_is_a_product(catalog: Any) -> None:
    labels, places = ("Code", "Name", "Price EUR"), (40, 130, 400)
    rows = [(f"AB-{number}", name, f"{number + 1}99.00") for number, name in enumerate(CHAIRS)]
    catalog.page().table(labels, rows[:5], places).text(40, 240, "Accessories", 14, bold=True)
    products = catalog.table(labels, rows[5:], places, y=260).discover().products
    assert [one.name for one in products] == CHAIRS
