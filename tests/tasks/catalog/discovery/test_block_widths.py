"""Small tables of one kind abreast: printed narrower and wider, with plain numbers as codes, cells of two lines."""

from __future__ import annotations

from typing import Any

from tasks.catalog.products import Measure

CHAIRS = ["Folding chair", "Armchair", "Deckchair", "Lounger", "Bar stool", "Footstool", "Bench", "Daybed"]


def _block(page: Any, name: str, x: float, y: float, width: float, rows: list[tuple[str, str, str]]) -> None:
    """A picture, a heading, a size, and rows under a label at the left and one at the right, none in between."""
    page.picture(x, y - 90, width, 70, seed=hash(name) % 97).text(x, y, name, 9, bold=True)
    page.text(x, y + 11, "W 46 x D 54 x H 86 cm", 7.5).text(x, y + 26, "Art. No.", 6).text(
        x + width - 14, y + 26, "EUR", 6
    )
    for place, (code, form, price) in enumerate(rows):
        page.text(x, y + 38 + 13 * place, code, 7.5).text(x + 42, y + 38 + 13 * place, form, 7.5)
        page.text(x + width - 24, y + 38 + 13 * place, price, 7.5)


def _rows(index: int) -> list[tuple[str, str, str]]:
    """One row without words, mostly; two that differ in a word of their own in every third block."""
    first = (f"41{index}2", "", f"{180 + index}.00")
    return (
        [first]
        if index % 3 != 2
        else [(f"41{index}2", "without pad", "480.00"), (f"41{index}4", "pad, sage", "648.00")]
    )


def _catalog(catalog: Any) -> Any:
    """Four blocks abreast on the first page, two wider ones on the next, two more below them."""
    page = catalog.page()
    for index in range(4):
        _block(page, CHAIRS[index], 40 + index * 134, 150, 113, _rows(index))
    page = catalog.page()
    for index in range(4, 8):
        _block(page, CHAIRS[index], 40 + index % 2 * 270, 150 + (index - 4) // 2 * 200, 240, _rows(index))
    return page


def test_blocks_abreast_with_plain_numbers_as_codes_are_read_one_by_one(catalog: Any) -> None:
    found = {one.name: one for one in _catalog(catalog).discover().products}
    assert list(found) == CHAIRS
    assert (found["Armchair"].sku, found["Armchair"].price) == ("4112", "181.00")
    assert (found["Daybed"].sku, found["Daybed"].price) == ("4172", "187.00")


def test_a_table_printed_wider_has_the_same_columns(catalog: Any) -> None:
    found = {one.name: one for one in _catalog(catalog).discover().products}
    for name, index in (("Deckchair", 2), ("Footstool", 5)):
        forms = [(form.name, form.sku, form.price) for form in found[name].variants]
        assert forms == [("without pad", f"41{index}2", "480.00"), ("pad, sage", f"41{index}4", "648.00")]


def test_a_cell_of_two_lines_around_its_row_is_of_that_row(catalog: Any) -> None:
    page = catalog.page()
    for index in range(3):
        _block(page, CHAIRS[index], 40 + index * 180, 150, 150, [(f"41{index}2", "plain", "180.00")])
        x = 40 + index * 180
        page.text(x + 42, 196, "with pad", 7.5).text(x + 42, 206, "in sage", 7.5)
        page.text(x, 201, f"41{index}4 A", 7.5).text(x + 126, 201, "248.00", 7.5)
    for one in page.discover().products:
        assert [form.name for form in one.variants] == ["plain", "with pad in sage"]
        assert [form.price for form in one.variants] == ["180.00", "248.00"]


def _glass(page: Any, index: int, gap: float) -> None:
    """A block whose row has code and size in one cell; `gap` parts the last two labels, or not."""
    x, y = 40 + index % 3 * 180, 150 + index // 3 * 200
    page.picture(x, y - 90, 100, 70, seed=index).text(x, y, f"Goblet {'ABCDEF'[index]}lva", 9, bold=True)
    page.text(x, y + 20, "Ref.", 7).text(x + 32, y + 20, "Dim.", 7)
    page.text(x + 112 - gap, y + 20, "Packing", 7).text(x + 141, y + 20, "Price", 7)
    page.text(x, y + 32, f"VR 20{index}5 Ø 7{index} mm – H. 188 mm", 7)
    page.text(x + 124, y + 32, "6", 7).text(x + 142, y + 32, "2.95", 7, bold=True)


def test_a_size_behind_a_code_in_its_cell_is_no_part_of_the_code(catalog: Any) -> None:
    page = catalog.page()
    for index in range(3):
        _glass(page, index, 0)
    for index, one in enumerate(page.discover().products):
        assert one.sku == f"VR 20{index}5"
        assert one.attributes["diameter"] == Measure(value=f"7{index}", unit="mm")
        assert one.attributes["height"] == Measure(value="188", unit="mm")
        assert one.attributes["packaging"] == "6"


def test_labels_that_stand_close_in_one_table_only_part_the_tables_all_the_same(catalog: Any) -> None:
    page = catalog.page()
    for index, gap in enumerate((0, 10, 0, 10, 0, 10)):
        _glass(page, index, gap)
    assert [(one.name, one.sku) for one in page.discover().products] == [
        (f"Goblet {'ABCDEF'[index]}lva", f"VR 20{index}5") for index in range(6)
    ]
