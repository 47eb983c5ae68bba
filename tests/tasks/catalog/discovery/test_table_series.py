"""Tables of series: names that come back size by size, codes like numbers, a code and a price for each finish."""

from __future__ import annotations

from typing import Any

from tasks.catalog.products import Measure

_PLACES = [40.0, 130, 330, 430, 540]


def test_names_that_come_back_with_each_size_are_products_with_variants(catalog: Any) -> None:
    rows = [
        [f"FN{colour[:3].upper()}{size}", f"Fernley {colour}", f'{size[:2]}" x {size[2:]}"', "Matte", price]
        for size, price in (("1224", "$5.29"), ("2424", "$5.79"), ("2448", "$7.49"))
        for colour in ("Ash", "Dune", "Iron")
    ]
    rows.append(["FNBN0324", 'Bullnose 3" x 24", all colors', '3" x 24"', "Matte", "$9.85"])
    header = ["Item No.", "Description", "Nominal Size", "Finish", "Price"]
    catalog.page().table(header, rows, _PLACES, y=140, groups={9: "Trim"})
    found = {one.name: one for one in catalog.discover().products}
    assert sorted(found) == ["Bullnose", "Fernley Ash", "Fernley Dune", "Fernley Iron"]
    assert [one.sku for one in found["Fernley Ash"].variants] == ["FNASH1224", "FNASH2424", "FNASH2448"]
    assert [one.price for one in found["Fernley Ash"].variants] == ["5.29", "5.79", "7.49"]
    assert found["Bullnose"].sku == "FNBN0324"


def test_codes_like_amounts_and_no_rows_of_another_table_below(catalog: Any) -> None:
    rows = [
        ["9001.20", "Ceiling rose", "Morla", "46,00"],
        ["9001.30", "Cable holder", "Bulla", "62,00"],
        ["9010.01", "Linen shade", "Nonna", "68,00"],
        ["9030.03", "Cable extension", "all", "19,80"],
        ["IP20", "dry indoor rooms only", "", ""],
        ["IP44", "splashing water", "", ""],
    ]
    places = [40.0, 130, 330, 430]
    catalog.page().table(["Art. no.", "Description", "for", "€"], rows, places, groups={4: "Protection classes"})
    products = catalog.discover().products
    assert [one.sku for one in products] == ["9001.20", "9001.30", "9010.01", "9030.03"]
    assert [one.price for one in products] == ["46.00", "62.00", "68.00", "19.80"]


def test_last_row_on_request_has_its_code_behind_the_name(catalog: Any) -> None:
    rows = [
        ["Griffleiste", "Edelstahl", "SHZ 7301", "24,90"],
        ["Innenspiegel", "mit Rahmen", "SHZ 7402", "89,00"],
        ["Raumsparsiphon", "weiß", "SHZ 7600", "38,00"],
        ["Steckdoseneinsatz", "mit Kabel", "SHZ 7811", "auf Anfrage"],
    ]
    catalog.page().table(["Zubehör", "Ausführung", "Art.-Nr.", "EUR"], rows, [40.0, 180, 330, 430])
    assert [one.sku for one in catalog.discover().products] == ["SHZ 7301", "SHZ 7402", "SHZ 7600", "SHZ 7811"]


def test_a_block_with_a_code_and_a_price_for_each_finish(catalog: Any) -> None:
    catalog.page().text(40, 40, "Preise in € je Stück, Maße in mm", 7)
    header = ["A", "L", "matt black", "€", "brushed brass", "€"]
    places = [220.0, 250, 290, 350, 390, 480]
    for number, (name, code) in enumerate((("Kante", 30064), ("Muschel", 33064), ("Reling", 36160))):
        top = 90 + number * 200.0
        rows = [
            [str(64 + 32 * step), str(100 + 40 * step), f"{code + step}.1", f"{7 + step},20", f"{code + step}.2",
             f"{8 + step},60"]
            for step in range(3)
        ]  # fmt: skip
        catalog.picture(40, top, 140, 90, number).text(220, top + 10, name, 14, bold=True)
        catalog.table(header, rows, places, y=top + 40)
    products = catalog.discover().products
    assert [one.name for one in products] == ["Kante", "Muschel", "Reling"]
    assert [one.sku for one in products[0].variants] == [
        "30064.1", "30064.2", "30065.1", "30065.2", "30066.1", "30066.2",
    ]  # fmt: skip
    assert [one.price for one in products[0].variants][:2] == ["7.20", "8.60"]


def test_columns_of_codes_under_the_ends_of_names_are_the_colours_of_a_series(catalog: Any) -> None:
    page = catalog.page().text(40, 40, "LUNARA", 20, bold=True)
    colours = ("Avorio", "Cenere", "Tortora", "Antracite")
    for index, colour in enumerate(colours):
        page.picture(40 + 135 * index, 60, 120, 90, index)
        page.text(40 + 135 * index, 162, f"Lunara {colour}", 9, bold=True)
    places = (40, 110, 170, 260, 310, 360, 410)
    rows = [
        (size, "9 mm", finish, *(f"LN1{row}0{number}" for number in range(1, 5)))
        for row, (size, finish) in enumerate((("120x120", "Naturale"), ("60x120", "Naturale"), ("60x60", "Lappato")))
    ]
    for line, row in enumerate([("Formato cm", "Spess.", "Finitura", *colours), *rows]):
        for x, text in zip(places, row, strict=True):
            page.text(x, 200 + 14 * line, text, 7.5, bold=line == 0)
    for index, trim in enumerate(("Battiscopa", "Gradino", "Mosaico")):
        x = 40 + 135 * index
        page.picture(x, 270, 100, 70, 10 + index).text(x, 352, trim, 8, bold=True).text(x, 363, "30x60 cm", 7)
        for line, colour in enumerate(colours):
            page.text(x, 380 + 10 * line, colour, 7).text(x + 70, 380 + 10 * line, f"LN5{index}0{line + 1}", 7)
    found = {one.name: one for one in page.discover().products}
    assert list(found) == [*(f"Lunara {colour}" for colour in colours), "Battiscopa", "Gradino", "Mosaico"]
    cenere = found["Lunara Cenere"]
    assert [form.sku for form in cenere.variants] == ["LN1002", "LN1102", "LN1202"]
    assert (cenere.attributes["colours"], cenere.attributes["collection"]) == ("Cenere", "Lunara")
    assert cenere.attributes["thickness"] == Measure(value="9", unit="mm")
    assert [(form.name, form.sku) for form in found["Gradino"].variants] == [
        (colour, f"LN510{number}") for number, colour in enumerate(colours, 1)
    ]
