"""Tables that print a product's name once over the rows of its forms."""

from __future__ import annotations

from typing import Any

import pymupdf

from tasks.catalog.products import Measure


def _rows(page: Any, columns: tuple[float, ...], rows: list[tuple[str, ...]], bold: int = -1) -> Any:
    for number, row in enumerate(rows):
        for index, (x, text) in enumerate(zip(columns, row, strict=True)):
            if text:
                page.text(x, 130 + 16 * number, text, 9, bold=index == bold and number > 0)
    return page


def test_rows_without_a_name_are_forms_of_the_product_above(catalog: Any) -> None:
    rows = [
        ("Ref.", "Diseño", "Clasificación", "PVP €/m²"),
        ("AB-1819", "Roble Duna", "Select", "64,90"),
        ("AB-1259", "", "Natura", "57,50"),
        ("AB-1334", "Haya Sur", "Natura", "61,90"),
        ("AB-1203", "Pino Alto", "Natura", "59,90"),
        ("AB-1247", "Nogal Bruma", "Select", "63,50"),
        ("AB-1198", "", "Natura", "54,90"),
    ]
    found = _rows(catalog.page(), (40, 130, 280, 480), rows, bold=1).discover().products
    assert [one.name for one in found] == ["Roble Duna", "Haya Sur", "Pino Alto", "Nogal Bruma"]
    assert [(one.sku, one.price) for one in found[0].variants] == [("AB-1819", "64.90"), ("AB-1259", "57.50")]
    assert found[0].sku is None
    assert (found[1].sku, found[1].price, found[1].variants) == ("AB-1334", "61.90", ())


def test_a_price_printed_once_is_that_of_all_colours(catalog: Any) -> None:
    rows = [
        ("Modell", "Farbe", "Bestell-Nr.", "Preis €"),
        ("Sona", "anthrazit", "KS-4101", "389,00"),
        ("", "weiß", "KS-4102", ""),
        ("Linor", "anthrazit", "KS-5101", "469,00"),
        ("", "weiß", "KS-5102", ""),
        ("Cubo", "schwarz", "KS-6101", "559,00"),
    ]
    found = _rows(catalog.page(), (40, 180, 320, 480), rows).discover().products
    assert [(one.name, one.price) for one in found] == [("Sona", "389.00"), ("Linor", "469.00"), ("Cubo", "559.00")]
    assert [(one.name, one.sku, one.price) for one in found[0].variants] == [
        ("anthrazit", "KS-4101", "389.00"),
        ("weiß", "KS-4102", "389.00"),
    ]


def test_a_name_on_a_row_of_its_own_leads_the_indented_rows_below(catalog: Any) -> None:
    page = catalog.page()
    for x, label in zip((40, 130, 400, 480), ("Item #", "Description", "Wholesale", "MSRP"), strict=True):
        page.text(x, 120, label, 9, bold=True)
    rows = [
        ("BH-1010", "Soy candle", "$11.00", "$22.00"),
        ("", "Beeswax tapers", "", ""),
        ("BH-1101-NAT", "  Natural", "$7.25", "$14.50"),
        ("BH-1101-CRN", "  Cranberry", "$7.25", "$14.50"),
        ("BH-1205", "Milk soap", "$4.00", "$8.00"),
        ("BH-1210", "Bath salts", "$8.75", "$18.00"),
    ]
    for number, (code, name, trade, retail) in enumerate(rows):
        y, form = 140 + 16 * number, name.startswith(" ")
        page.text(130 + 12 * form, y, name.strip(), 9, bold=not form)
        for x, text in ((40, code), (400, trade), (480, retail)):
            if text:
                page.text(x, y, text, 9)
    found = page.discover().products
    assert [one.name for one in found] == ["Soy candle", "Beeswax tapers", "Milk soap", "Bath salts"]
    assert [(one.name, one.sku) for one in found[1].variants] == [
        ("Natural", "BH-1101-NAT"),
        ("Cranberry", "BH-1101-CRN"),
    ]
    # A dealer pays the trade price beside the recommended one.
    assert (found[0].price, found[0].prices) == ("11.00", {"Wholesale": "11.00", "MSRP": "22.00"})


def test_a_model_in_larger_type_is_the_name_and_the_rest_is_told_of_it(catalog: Any) -> None:
    page = catalog.page()
    for x, label in zip((40, 250, 340, 480), ("Modell", "Farbe", "Bestell-Nr.", "Preis €"), strict=True):
        page.text(x, 120, label, 8, bold=True)
    for number, model in enumerate(("BXP 6280", "BXP 6240", "KDG 4560", "EMW 3820")):
        y = 140 + 40 * number
        x = 43 + pymupdf.get_text_length(model, "hebo", 11)
        page.text(40, y, model, 11, bold=True).text(x, y, "Backofen mit Pyrolyse", 8, bold=True)
        page.text(40, y + 11, "Kerntemperaturfühler, Klartext", 7)
        for line, colour in enumerate(("Edelstahl", "Schwarz")):
            page.text(250, y + 11 * line, colour, 8).text(340, y + 11 * line, f"15.440.{336 + 10 * number + line}", 8)
            page.text(480, y + 11 * line, f"{1299 + line},00", 8)
    found = page.discover().products
    assert [one.name for one in found] == ["BXP 6280", "BXP 6240", "KDG 4560", "EMW 3820"]
    assert [(one.sku, one.price) for one in found[0].variants] == [("15.440.336", "1299.00"), ("15.440.337", "1300.00")]


def test_a_strip_of_facts_above_a_table_tells_of_all_its_rows(catalog: Any) -> None:
    page = catalog.page().text(40, 50, "Origen 14", 24)
    facts = (("Largo", "1860 mm"), ("Ancho", "190 mm"), ("Espesor", "14 mm"), ("Garantía", "25 años"))
    for index, (label, value) in enumerate(facts):
        page.text(40 + 120 * index, 80, label, 6).text(40 + 120 * index, 90, value, 9, bold=True)
    rows = [("Ref.", "Diseño", "PVP €/m²")]
    rows += [(f"AB-12{i}0", name, f"6{i},90") for i, name in enumerate(("Duna", "Tabaco", "Nieve", "Ceniza"))]
    found = _rows(page, (40, 180, 480), rows).discover().products
    assert [one.name for one in found] == ["Duna", "Tabaco", "Nieve", "Ceniza"]
    for one in found:
        assert one.attributes["thickness"] == Measure(value="14", unit="mm")
        assert one.attributes["width"] == Measure(value="190", unit="mm")


def test_an_index_of_codes_behind_a_price_list_gives_no_products(catalog: Any) -> None:
    names = ("Auszug", "Blech", "Schale", "Filter", "Brett", "Regler", "Sieb", "Haube")
    rows = [("Typ", "Bestell-Nr.", "EAN-Code", "Preis €")]
    rows += [(name, f"15.183.18{i}", f"403772118152{i}", f"{119 + i},00")
             for i, name in enumerate(names)]  # fmt: skip
    page = _rows(catalog.page(), (40, 180, 320, 480), rows)
    for number in range(3):
        for column, x in enumerate((40, 180, 320, 480)):
            text = f"11.222.9{number}{column}" if column % 2 == 0 else ("Blech", "Auszug")[number % 2]
            page.text(x, 280 + 12 * number, text, 9)
    assert [one.name for one in page.discover().products] == list(names)
