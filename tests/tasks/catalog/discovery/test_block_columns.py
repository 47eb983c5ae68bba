"""Blocks in columns abreast, versions side by side, and pages that only repeat what blocks tell."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.catalog.products import Measure

HINGES = ["Hinge Alma 110", "Hinge Brava 165", "Hinge Corso 95", "Hinge Dama 94"]
COLOURS = ["white", "sand", "sage", "coal", "rust", "moss", "plum", "teal"]
HEADS = (("Crank", "Mounting", "Art. No.", "Packing"), ("Distance", "Fixing", "Mounting", "Art. No.", "Packing"))


def _code(index: int, row: int) -> str:
    return f"31{index}.0{row}.50{row}"


def _block(page: Any, index: int, x: float, y: float, labels: tuple[str, ...]) -> None:
    """A heading, a remark, a head in bold and three rows whose words come again under all headings."""
    page.text(x, y, HINGES[index], 12, bold=True).text(x, y + 13, "Material: Steel, nickel plated", 8)
    places = [x + place * 225 / (len(labels) - 1) for place in range(len(labels))]
    for place, label in zip(places, labels, strict=True):
        page.text(place, y + 30, label, 7, bold=True)
    for row in range(3):
        words = ["Straight", "full overlay", "screw fixing"][: len(labels) - 2]
        for place, cell in zip(places, [*words, _code(index, row), "10 pcs."], strict=True):
            page.text(place, y + 43 + row * 12, cell, 7)


def _hinges(catalog: Any) -> Any:
    page = catalog.page().text(40, 40, "Hinges", 16, bold=True)
    for index in range(4):
        _block(page, index, 40 + index % 2 * 275, 90 + index // 2 * 120, HEADS[index % 2])
    return page


def test_heads_of_other_labels_abreast_are_two_tables(catalog: Any) -> None:
    found = _hinges(catalog).discover()
    assert {one.name: [form.sku for form in one.variants] for one in found.products} == {
        name: [_code(index, row) for row in range(3)] for index, name in enumerate(HINGES)
    }


def test_an_index_of_codes_adds_no_products(catalog: Any) -> None:
    _hinges(catalog).text(40, 400, "Minimum order value EUR 75.00 net", 8)
    page = catalog.page().text(40, 40, "Ordering data", 16, bold=True)
    for place in range(12):
        page.text(40, 80 + place * 12, _code(place % 4, place // 4), 8)
        page.text(160, 80 + place * 12, ("1.14", "3.84")[place % 2], 8)
    assert [one.name for one in page.discover().products] == HINGES


def test_a_drawings_figure_left_of_the_first_row_does_not_join_two_heads(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Prices in EUR", 8)
    for index in range(4):
        x, y = 110 + index % 2 * 260, 90 + index // 2 * 120
        page.text(x, y, f"Basin mixer {'ABCD'[index]}lto", 12, bold=True).text(x - 60, y + 24, "750", 5)
        for place, label in zip((0, 70, 160), ("Reference", "Finish", "EUR"), strict=True):
            page.text(x + place, y + 20, label, 7)
        for row, finish in enumerate(("Chrome", "Matt black")[: 1 + index % 3]):
            page.text(x, y + 33 + row * 12, f"AY{index}0{row}1", 7, bold=True)
            page.text(x + 70, y + 33 + row * 12, finish, 7).text(x + 155, y + 33 + row * 12, f"{90 + index}{row}.00", 7)
    found = page.discover()
    assert [len(one.variants) for one in found.products] == [0, 2, 2, 0]


def test_a_line_of_options_under_a_table_is_no_row_of_it(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Prices in EUR", 8)
    for index in range(4):
        y = 90 + index * 130
        page.text(40, y, f"Desk {'ABCD'[index]}lba", 12, bold=True)
        for x, label in zip((150, 260, 480), ("Ref.", "Width", "EUR"), strict=True):
            page.text(x, y + 20, label, 7, bold=True)
        for row in range(2):
            page.text(150, y + 33 + row * 12, f"TR-1{index}{row}0", 8, bold=True).text(
                260, y + 33 + row * 12, f"{120 + row * 20}", 8
            )
            page.text(480, y + 33 + row * 12, f"{248 + row}.00", 8)
        page.text(150, y + 57, "Options:", 7, bold=True).text(200, y + 57, "Cable port 60 mm: +9.50 EUR", 7)
    found = page.discover()
    assert [[form.sku for form in one.variants] for one in found.products] == [
        [f"TR-1{index}00", f"TR-1{index}10"] for index in range(4)
    ]


@pytest.mark.parametrize(("currency", "amount"), [("", "{},–"), ("€ ", "{},00")])
def test_versions_side_by_side_have_their_own_codes_and_prices_by_grade(
    catalog: Any, currency: str, amount: str
) -> None:
    page = catalog.page().text(40, 40, "Preisliste, alle Preise in Euro", 8)
    names = ["Nevo 142", "Nevo 144", "Nevo 152"]
    for place, name in enumerate(names):
        x = 200 + place * 120
        page.picture(x - 10, 60, 60, 70, seed=place).text(x, 145, name, 9, bold=True)
        page.text(x, 156, "Drehstuhl mit Netz", 7).text(x, 175, f"14{place}-N10", 8, bold=True)
        for grade in range(3):
            page.text(x, 190 + grade * 13, currency + amount.format(412 + place * 100 + grade * 20), 8)
        page.text(x, 229, f"{66 + place}", 7).text(x, 240, f"14,{place}", 7)
        page.text(x, 290, currency + amount.format(46), 7)
    for y, label in ((156, "Ausführung"), (175, "Bestell-Nr."), (190, "Stoffgruppe 1"), (203, "Stoffgruppe 2"),
                     (216, "Leder"), (229, "Gesamtbreite cm"), (240, "Gewicht kg")):  # fmt: skip
        page.text(40, y, label, 7)
    page.text(40, 270, "Optionen", 10, bold=True).text(40, 290, "AL", 7, bold=True).text(60, 290, "Armlehnen", 7)
    found = page.discover().products
    assert [(one.name, one.sku, len(one.images)) for one in found] == [
        (name, f"14{place}-N10", 1) for place, name in enumerate(names)
    ]
    last = {label: float(price) for label, price in found[2].prices.items()}
    assert last == {"Stoffgruppe 1": 612, "Stoffgruppe 2": 632, "Leder": 652}
    assert found[2].attributes["width"] == Measure(value="68", unit="cm")
    assert found[2].attributes["weight"] == Measure(value="14.2", unit="kg")


@pytest.mark.parametrize("title", ["Materials and finishes", "Materials & care"])
def test_samples_on_a_page_of_finishes_are_no_products_beside_furniture(catalog: Any, title: str) -> None:
    chairs = [f"Chair {word}" for word in ("Alba", "Bora", "Cora", "Dora", "Elba", "Fara")]
    catalog.page().grid(
        3, 2, lambda i: [(chairs[i], 9, True), (f"SL-{i}01", 8, False), ("W 48 x D 54 x H 80 cm", 8, False)]
    )
    page = catalog.page().text(40, 50, title, 18)
    page.grid(4, 2, lambda i: [(f"C{i}1 {COLOURS[i]}", 7, False)], start=0)
    assert [one.name for one in page.discover().products] == chairs


def test_heads_without_a_common_label_are_parted_under_their_headings(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Fittings", 16, bold=True)
    heads = (("Length mm", "Load kg", "Art. No."), ("Finish", "Height", "Order code"))
    names = [f"{('Runner', 'Foot')[index % 2]} {'ABCDEF'[index]}lma" for index in range(6)]
    for index, name in enumerate(names):
        x, y = 40 + index % 2 * 275, 90 + index // 2 * 100
        page.text(x, y, name, 12, bold=True).text(x, y + 13, "Material: Steel", 8)
        for row in range(-1, 3):
            cells = heads[index % 2] if row < 0 else (f"{300 + row * 50}", "45", f"42{index}.48.{row}50")
            if row >= 0 and index % 2:
                cells = (("Chrome", "Black", "White")[row], "150 mm", f"63{index}.74.{row}10")
            for place, cell in enumerate(cells):
                page.text(x + place * 80, y + 41 + row * 12, cell, 7, bold=row < 0)
    found = page.discover().products
    assert [one.name for one in found] == names
    assert [len(one.variants) for one in found] == [3] * 6


def test_versions_without_codes_are_known_by_their_sizes_and_named_over_two_lines(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Lounge", 16, bold=True).text(40, 55, "List prices in US dollars", 8)
    for place, name in enumerate(("club chair", "settee", "ottoman")):
        x = 170 + place * 105
        page.text(x, 90, "Sling", 9, bold=True).text(x, 101, name, 9, bold=True)
        for row in range(3):
            page.text(x, 120 + row * 12, f"{28 + place + row}", 8)
            page.text(x, 160 + row * 12, f"${1240 + place * 100 + row * 90:,}", 8)
    for row, (size, grade) in enumerate((("Width (in)", "COM"), ("Depth (in)", "Grade A"), ("Height (in)", "Grade B"))):
        page.text(40, 120 + row * 12, size, 8).text(40, 160 + row * 12, grade, 8)
    found = page.discover().products
    assert [one.name for one in found] == ["Sling club chair", "Sling settee", "Sling ottoman"]
    assert found[1].prices == {"COM": "1340", "Grade A": "1430", "Grade B": "1520"}
    assert found[1].attributes["depth"] == Measure(value="30", unit="in")


def test_models_as_rows_with_grades_as_columns_stay_rows(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Prices in GBP excl. VAT", 8)
    names = [f"{word} sofa" for word in ("Oslo", "Bergen", "Tana", "Voss")]
    rows = [[name, f"OS-{index}00", *(f"{900 + index * 40 + grade * 100}.00" for grade in range(3))]
            for index, name in enumerate(names)]  # fmt: skip
    page.table(("Model", "Code", "Fabric A", "Fabric B", "Leather"), rows, (40, 140, 240, 340, 440))
    assert [(one.name, len(one.prices)) for one in page.discover().products] == [(name, 3) for name in names]


def test_a_family_whose_models_have_prices_is_no_product_itself(catalog: Any) -> None:
    catalog.page().specification(
        "Nevo", {"Design": "Ruth Imhoff", "Material": "Eiche", "Breite": "68 cm", "Gewicht": "14 kg"}
    )
    page = catalog.page().text(40, 40, "Alle Preise in EUR", 8)
    names = [f"Nevo {number}" for number in (142, 144, 152, 154)]
    rows = [[f"{index}42-N10", name, f"{400 + index * 30},00"] for index, name in enumerate(names)]
    page.table(("Bestell-Nr.", "Modell", "Preis EUR"), rows, (40, 160, 400))
    assert [one.name for one in page.discover().products] == names


def test_accessories_under_a_heading_like_the_others_stay_products(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "Prices in EUR", 8)
    for index, name in enumerate(("Rail Alma", "Rail Bora", "Rail Cora", "Rail Dora", "Rail Elba add-ons")):
        y, last = 80 + index * 110, index == 4
        page.text(40, y, name, 12, bold=True).text(40, y + 12, "Delivered in a box", 8)
        words = ("Wall bracket", "End cap", "Motor drive") if last else ("Chrome", "Matt black", "White")
        for x, label in zip((200, 300, 480), ("Code", "Xq" if last else "Finish", "EUR"), strict=True):
            page.text(x, y + 15, label, 7, bold=True)
        for row, word in enumerate(words):
            price = (12, 3, 240)[row] if last else 310 + index * 7 + row
            page.text(200, y + 28 + row * 12, f"R{index}2{row}0", 8).text(300, y + 28 + row * 12, word, 8)
            page.text(475, y + 28 + row * 12, f"{price},00", 8)
    names = [one.name for one in page.discover().products]
    assert names == ["Rail Alma", "Rail Bora", "Rail Cora", "Rail Dora", "Wall bracket", "End cap", "Motor drive"]


def test_elements_side_by_side_have_a_price_for_each_grade_in_letters(catalog: Any) -> None:
    page = catalog.page().text(50, 60, "Bergen", 24).text(50, 780, "Prices in EUR, sizes in cm", 8)
    names = ["2-seater sofa", "3-seater sofa", "Corner element"]
    for column, name in enumerate(names):
        x = 130 + 130 * column
        page.text(x, 200, name, 9, bold=True).text(x, 212, f"BE-{20 + column}", 8)
        page.text(x, 223, f"W {184 + column} D 98 H 84", 8).text(x, 234, f"1,{column}5 m³ / {62 + column} kg", 7)
    page.text(50, 242, "Grade", 7)
    for row, grade in enumerate(["A", "B", "C", "D", "Leather L1"]):
        page.text(50, 256 + 13 * row, grade, 8)
        for column in range(3):
            page.text(155 + 130 * column, 256 + 13 * row, f"2.{100 + 90 * row + column},-", 8)
    found = page.discover().products
    assert [(one.name, one.sku) for one in found] == [(name, f"BE-{20 + at}") for at, name in enumerate(names)]
    assert dict(found[1].prices) == {"A": "2101", "B": "2191", "C": "2281", "D": "2371", "Leather L1": "2461"}
    read = {field: value.value for field, value in found[1].attributes.items() if hasattr(value, "value")}
    assert read == {"width": "185", "depth": "98", "height": "84", "weight": "63"}
