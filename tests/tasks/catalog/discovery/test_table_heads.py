"""Tables whose heads nobody knows: what columns hold is told by their cells; heads of several storeys; odd cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymupdf
import pytest

Rows = Sequence[Sequence[str]]
PLACES = (45, 120, 300, 500)


def write(catalog: Any, head: Sequence[str], rows: Rows, remark: str = "", places: Sequence[float] = PLACES) -> Any:
    """A table by word positions, its last column flush right, and a remark below it."""
    catalog.page().table(head, rows, places, y=130, right=(len(places) - 1,))
    return catalog.text(45, 400, remark, 7) if remark else catalog


UNKNOWN = [
    # Czech, codes of digits only, amounts in round crowns
    (
        ["Oznac.", "Polozka", "Rozmer", "Castka"],
        [["204511", "Police Sever", "800 x 240 mm", "1 290,-"], ["204512", "Police Jih", "1000 x 240 mm", "1 490,-"],
         ["204530", "Komoda Vychod", "600 x 350 mm", "8 750,-"]],
        "Ceny v CZK.", ("204511", "Police Sever", "1290", "CZK"),
    ),
    # Hungarian, forints in the cells
    (
        ["Jel", "Aru", "Szin", "Ert."],
        [["HL-01", "Fali polc Duna", "feher", "12 990 Ft"], ["HL-02", "Fali polc Tisza", "dio", "14 490 Ft"],
         ["HL-09", "Asztal Raba", "tolgy", "119 900 Ft"]],
        "", ("HL-01", "Fali polc Duna", "12990", "HUF"),
    ),
    # Danish, "kr" in the cells, the country in a remark
    (
        ["Lb.", "Ting", "Slags", "Udsalg"],
        [["1001-11", "Stol Alma", "eg", "2.495,00 kr"], ["1001-12", "Stol Birk", "eg", "2.595,00 kr"],
         ["1040-11", "Bord Birk", "eg", "8.995,00 kr"]],
        "Priser ekskl. moms.", ("1001-11", "Stol Alma", "2495.00", "DKK"),
    ),
    # Portuguese, the currency in words, codes with dots
    (
        ["Sigla", "Peca", "Tom", "Valor"],
        [["MC.100", "Mesa Tejo", "carvalho", "345,00"], ["CD.200", "Cadeira Douro", "nogueira", "189,00"],
         ["AP.300", "Aparador Sado", "carvalho", "1.290,00"]],
        "Todos os valores em euros.", ("MC.100", "Mesa Tejo", "345.00", "EUR"),
    ),
    # Russian
    (
        ["Шифр", "Вещь", "Тон", "Сумма"],
        [["ДК-101", "Диван Клен", "серый", "45 900 руб."], ["ДК-102", "Диван Ива", "серый", "68 500 руб."],
         ["КР-206", "Пуф Ива", "зеленый", "9 800 руб."]],
        "", ("ДК-101", "Диван Клен", "45900", "RUB"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("head", "rows", "remark", "first"), UNKNOWN, ids=["cs", "hu", "da", "pt", "ru"])
def test_columns_under_unknown_heads_are_known_by_their_cells(
    catalog: Any, head: list[str], rows: Rows, remark: str, first: tuple[str, ...]
) -> None:
    found = write(catalog, head, rows, remark).discover().products
    assert (found[0].sku, found[0].name, found[0].price, found[0].currency) == first
    assert len(found) == len(rows)


def test_a_ruled_table_that_was_read_without_its_head_has_one_over_its_numbers(catalog: Any) -> None:
    catalog.page().text(40, 100, "Hinnasto, hinnat EUR", 14, bold=True)
    rows = [["Tuote nro", "Nimi", "ALV 0", "Sis. ALV"], ["K-2201", "Pouf Lumi", "119,00", "149,35"],
            ["K-2202", "Pouf Suo", "159,00", "199,55"], ["K-3301", "Tuoli Suo", "229,00", "287,40"]]  # fmt: skip
    found = catalog.ruled(rows, [40, 110, 280, 370, 440], y=130).discover().products
    assert [one.sku for one in found] == ["K-2201", "K-2202", "K-3301"]
    assert found[0].prices == {"ALV 0": "119.00", "Sis. ALV": "149.35"}
    assert found[0].price == "149.35"


def test_counts_and_measures_beside_prices_are_no_prices(catalog: Any) -> None:
    head = ["Item", "Description", "pz/scat.", "mq/scat.", "Yds.", "Wt. lb", "FOB USD"]
    rows = [["LT-2201", "Glass Lamp", "4", "6,50", "5.50", "12", "18.50"],
            ["LT-2202", "Brass Lamp", "1", "14.20", "7.25", "14", "46.75"],
            ["LT-2210", "Clay Lamp", "6", "5.10", "5.50", "9", "14.25"]]  # fmt: skip
    found = write(catalog, head, rows, places=(45, 110, 240, 300, 360, 420, 520)).discover().products
    assert [one.prices for one in found] == [{"FOB": "18.50"}, {"FOB": "46.75"}, {"FOB": "14.25"}]


def test_currencies_over_equal_labels_keep_every_price_apart(catalog: Any) -> None:
    page = catalog.page().text(330, 112, "DKK", 8, bold=True).text(490, 112, "EUR", 8, bold=True)
    head = ["Varenr.", "Model", "excl. VAT", "incl. VAT", "excl. VAT", "incl. VAT"]
    rows = [["10-100", "Stol Fano", "1.596,00", "1.995,00", "214,00", "267,00"],
            ["10-110", "Stol Romo", "1.796,00", "2.245,00", "241,00", "301,00"],
            ["20-100", "Bord Samso", "5.996,00", "7.495,00", "804,00", "1.005,00"]]  # fmt: skip
    page.table(head, rows, (45, 120, 300, 370, 450, 530), y=126, right=(2, 3, 4, 5))
    found = page.discover().products
    assert found[0].prices == {
        "DKK excl. VAT": "1596.00", "DKK incl. VAT": "1995.00", "EUR excl. VAT": "214.00", "EUR incl. VAT": "267.00",
    }  # fmt: skip
    assert (found[0].price, found[0].currency) == ("1995.00", "DKK")


def test_a_wide_label_over_grades_makes_no_price_of_the_columns_beside_them(catalog: Any) -> None:
    page = catalog.page().text(360, 112, "List price $ by grade", 8, bold=True)
    head = ["Pattern", "Description", "W", "D", "H", "Rolls", "COM", "A", "B", "L1"]
    rows = [[f"RV{100 + i}", f"Ravenel {name}", "30", "31", "28", "5.50",
             *(f"{2845 + 130 * (i + k):,}" for k in range(4))]
            for i, name in enumerate(["Chair", "Settee", "Sofa", "Bench"])]  # fmt: skip
    page.table(head, rows, (45, 90, 190, 220, 250, 300, 360, 410, 460, 510), y=126, right=tuple(range(2, 10)))
    found = page.discover().products
    assert found[0].prices == {"COM": "2845", "A": "2975", "B": "3105", "L1": "3235"}
    assert found[0].attributes["rolls"] == "5.50"


def test_badges_are_no_part_of_codes_and_prices_and_on_request_keeps_the_product(catalog: Any) -> None:
    rows = [["A-101 NEW", "Lamp Sol", "wood", "129,00"], ["A-102", "Lamp Luna", "wood", "PROMO 99,00"],
            ["A-103", "Lamp Mar", "wood", "na zapytanie"], ["A-104", "Lamp Rio", "wood", "89,00"],
            ["PIQ-FS", "Lamp Sur", "wood", "79,00"], ["ZG-78-1,5/G", "Lamp Este", "wood", "79,00"]]  # fmt: skip
    found = write(catalog, ["Code", "Name", "Finish", "Price EUR"], rows).discover().products
    assert [(one.sku, one.price) for one in found] == [
        ("A-101", "129.00"), ("A-102", "99.00"), ("A-103", None), ("A-104", "89.00"), ("PIQ-FS", "79.00"),
        ("ZG-78-1,5/G", "79.00"),
    ]  # fmt: skip


def test_a_badge_under_a_code_is_no_collection(catalog: Any) -> None:
    page = write(catalog, ["Code", "Name", "Finish", "Price EUR"],
                 [[f"A-10{i}", f"Lamp {name}\nhand blown", "wood", f"{89 + i},00"]
                  for i, name in enumerate(["Sol", "Luna", "Mar", "Rio"])])  # fmt: skip
    found = page.text(45, 162, "NEW", 7, bold=True).discover().products
    assert len(found) == 4
    assert all("collection" not in one.attributes for one in found)


def test_a_label_over_an_empty_column_labels_no_price(catalog: Any) -> None:
    page = catalog.page()
    page.text(430, 130, "lm", 8, bold=True)
    head, places = ["Référence", "Désignation", "PVP EUR"], (45, 120, 520)
    rows = [["ROS-3", "Rosace Nube", "74,00"], ["ROS-5", "Rosace Disco", "98,00"], ["CBL-5", "Câble Ovo", "31,00"]]
    found = page.table(head, rows, places, y=130, right=(2,)).discover().products
    assert [list(one.prices) for one in found] == [["PVP EUR"]] * 3


def test_words_under_model_are_the_name_and_no_code(catalog: Any) -> None:
    rows = [["Alba 2", "2-Sitzer", "172 x 92 cm", "1.498,00"], ["Alba 3", "3-Sitzer", "224 x 92 cm", "1.798,00"],
            ["Alba H", "Hocker", "70 x 60 cm", "498,00"]]  # fmt: skip
    found = write(catalog, ["Modell", "Beschreibung", "Masse", "Preis EUR"], rows).discover().products
    assert [(one.name, one.sku) for one in found] == [("Alba 2", None), ("Alba 3", None), ("Alba H", None)]


def test_a_grid_of_designs_and_sizes_prices_what_other_pages_show(catalog: Any) -> None:
    catalog.page()
    names = ["Fjell", "Kvass", "Sonder"]
    for index, name in enumerate(names):
        catalog.picture(40 + 180 * index, 80, 160, 240, seed=index).text(40 + 180 * index, 345, name, 18)
        catalog.text(40 + 180 * index, 362, "Hand-tufted wool, 14 mm", 8)
    catalog.page().text(45, 60, "Retail prices in EUR", 8)
    rows = [["Fjell", "1.300,-", "1.895,-", "465,-"], ["Kvass", "810,-", "1.185,-", "290,-"],
            ["Sonder", "2.745,-", "on request", "980,-"]]  # fmt: skip
    catalog.table(["Design", "140 x 200", "170 x 240", "per m2"], rows, PLACES, y=130, right=(1, 2, 3))
    found = {one.name: one for one in catalog.discover().products}
    assert sorted(found) == names
    assert found["Fjell"].prices == {"140 x 200": "1300", "170 x 240": "1895", "per m2": "465"}
    assert found["Sonder"].prices == {"140 x 200": "2745", "per m2": "980"}
    assert all(one.pages == (1, 2) and one.images for one in found.values())


def test_another_head_further_down_begins_another_table(catalog: Any) -> None:
    page = catalog.page()
    tops = ["Code", "Name", "Diameter", "Price EUR"], ["Code", "Name", "Width", "Price EUR"]
    for number, head in enumerate(tops):
        rows = [[f"C{number}V{i}6R", f"Table {'ABCD'[i]}{number}", f"{36 + i} cm", f"{86 + i},00"] for i in range(3)]
        page.table(head, rows, PLACES, y=120 + 60 * number, right=(3,))
    found = page.discover().products
    assert [sorted(one.attributes)[0] for one in found] == ["diameter"] * 3 + ["width"] * 3


def test_indeks_over_codes_heads_a_price_list_and_no_index(catalog: Any) -> None:
    rows = [[f"NR-{10 + i}", f"Bidet {name}", "biały", f"{240 + 9 * i},28"]
            for i, name in enumerate(["Narew", "Wisla", "Bug", "San", "Odra"])]  # fmt: skip
    found = write(catalog, ["Indeks", "Nazwa produktu", "Kolor", "Cena netto [PLN]"], rows).discover().products
    assert len(found) == 5


def test_a_currency_in_a_column_of_its_own_is_that_of_the_amounts_beside_it(catalog: Any) -> None:
    rows = [["0120", "Parasol Faro", "alu", "€", "389,00"], ["0127", "Parasol Tavira", "alu", "€", "469,00"],
            ["0134", "Parasolvoet", "graniet", "€", "129,00"]]  # fmt: skip
    places = (45, 120, 300, 430, 520)
    head = ["Art. nr.", "Omschrijving", "Materiaal", "Consumentenprijs", ""]
    found = write(catalog, head, rows, places=places).discover().products
    assert [(one.sku, one.price, one.currency) for one in found] == [
        ("0120", "389.00", "EUR"), ("0127", "469.00", "EUR"), ("0134", "129.00", "EUR"),
    ]  # fmt: skip


def test_groups_with_a_code_and_a_price_each_are_forms_of_the_row_s_product(catalog: Any) -> None:
    page = catalog.page().text(45, 80, "Armaturen Serie LAGO", 14)
    page.text(320, 112, "chrom", 8, bold=True).text(480, 112, "schwarz matt", 8, bold=True)
    head = ["Produkt", "Farbzahl", "Art.-Nr.", "EUR", "Art.-Nr.", "EUR"]
    rows = [[name, "2", f"22 5{i}0 710-00", f"{312 + i},00", f"22 5{i}0 710-33", f"{406 + i},00"]
            for i, name in enumerate(["Mischer Lago", "Mischer hoch", "Bidetmischer", "Wannenbatterie"])]  # fmt: skip
    found = page.table(head, rows, (45, 220, 280, 385, 430, 545), y=126, right=(3, 5)).discover().products
    forms = [(one.name, one.sku, one.price) for one in found[1].variants]
    assert [one.name for one in found] == [row[0] for row in rows]
    assert forms == [("chrom", "22 510 710-00", "313.00"), ("schwarz matt", "22 510 710-33", "407.00")]


def test_a_remark_beside_the_second_code_of_a_spanning_name_is_no_name(catalog: Any) -> None:
    page = catalog.page()
    head = ["Modelo", "Ref.", "Acabado", "PVP EUR"]
    for x, label in zip(PLACES, head, strict=True):
        page.text(x, 100, label, 8, bold=True)
    for index, name in enumerate(["Lavabo Ebro", "Lavabo Tajo", "Plato Sil"]):
        y = 120 + 36 * index
        page.text(45, y, name, 9, bold=True).text(45, y + 12, "porcelana fina", 7)
        for row, finish in enumerate(["Blanco", "Arena"]):
            cells = (f"LV-{index}{row}1", finish, f"{142 + row},00")
            for x, cell in zip(PLACES[1:], cells, strict=True):
                page.text(x, y + 12 * row, cell, 8)
    found = page.discover().products
    assert [one.name for one in found] == ["Lavabo Ebro", "Lavabo Tajo", "Plato Sil"]
    assert [(one.name, one.sku) for one in found[0].variants] == [("Blanco", "LV-001"), ("Arena", "LV-011")]
    assert all("collection" not in one.attributes for one in found)


def test_letters_set_apart_are_the_words_of_a_head(catalog: Any) -> None:
    page = catalog.page()
    for left, label in zip(PLACES, ("ARTNR", "BENÄMNING", "MODELL", "PRIS"), strict=True):
        x = left
        for letter in label:
            page.text(x, 100, letter, 8)
            x += pymupdf.get_text_length(letter, "helv", 8) + 2.5
    rows = [["41-2210", "Taklampa Norr", "stor", "2 196"], ["41-2211", "Taklampa Sol", "liten", "1 996"],
            ["41-2304", "Vägglampa Gry", "stor", "956"]]  # fmt: skip
    for number, row in enumerate(rows):
        for x, cell in zip(PLACES, row, strict=True):
            page.text(x, 118 + 13 * number, cell, 8)
    found = page.text(45, 300, "Alla priser i SEK", 7).discover().products
    assert [(one.name, one.price) for one in found] == [
        ("Taklampa Norr", "2196"), ("Taklampa Sol", "1996"), ("Vägglampa Gry", "956"),
    ]  # fmt: skip


def test_heads_with_numbers_in_them_are_heads(catalog: Any) -> None:
    rows = [["Matt Emulsion", "-", "38.50", "66.00"], ["Eggshell", "22.00", "58.00", "-"],
            ["Floor Paint", "24.00", "61.00", "109.00"]]  # fmt: skip
    page = write(catalog, ["Product", "0.75 L", "2.5 L", "5 L"], rows, "Prices in GBP", (45, 250, 380, 500))
    found = page.discover().products
    assert [one.prices for one in found][1:] == [
        {"0.75 L": "22.00", "2.5 L": "58.00"}, {"0.75 L": "24.00", "2.5 L": "61.00", "5 L": "109.00"},
    ]  # fmt: skip


def test_watts_lumens_and_row_numbers_are_told_from_sizes_and_prices(catalog: Any) -> None:
    head = ["Pos.", "Typ", "W", "lm", "K", "Art.-Nr.", "EUR"]
    rows = [[f"{i + 1}", f"Punto {name}", "7", "640", "2700", f"PR{70 + i}-27W", f"{49 + i}"]
            for i, name in enumerate(["Rund", "Quadro", "Mini", "Maxi"])]  # fmt: skip
    found = write(catalog, head, rows, places=(45, 80, 220, 270, 330, 400, 520)).discover().products
    assert [one.price for one in found] == ["49", "50", "51", "52"]
    assert found[0].attributes["wattage"] == "7"
    assert "width" not in found[0].attributes


def test_loads_and_deflections_are_no_prices_where_the_page_names_a_currency(catalog: Any) -> None:
    rows = [[f"A-{600 + 200 * i}", f"{600 + 200 * i}", f"{120 - 20 * i},00", f"1,{25 + i}"] for i in range(4)]
    page = write(catalog, ["Type", "Span mm", "Load kg", "Deflection mm"], rows, "Shipping from EUR 9,90 per order.")
    assert all(one.price is None and not one.prices for one in page.discover().products)


def test_two_tables_side_by_side_may_have_other_columns(catalog: Any) -> None:
    page = catalog.page().text(45, 60, "Prices in GBP", 8)
    one = [[f"ST{100 + i}", f"Stool {name}", f"{119 + i}"] for i, name in enumerate(["Ash", "Birch", "Cedar", "Elm"])]
    two = [
        [f"BN{200 + i}", f"Bench {name}", f"{120 + i} cm", f"{319 + i}"]
        for i, name in enumerate(["Ash", "Birch", "Cedar"])
    ]
    page.table(["Code", "Model", "Price"], one, (45, 110, 250), y=100, right=(2,))
    page.table(["Code", "Model", "Length", "Price"], two, (310, 370, 450, 545), y=100, right=(3,))
    found = page.discover().products
    assert sorted(one.sku or "" for one in found) == [
        *(f"BN{200 + i}" for i in range(3)),
        *(f"ST{100 + i}" for i in range(4)),
    ]
    assert all(one.price for one in found)


def test_columns_closer_than_cells_mostly_stand_are_parted_by_the_white_between_them(catalog: Any) -> None:
    page = catalog.page().text(45, 80, "Preise in EUR", 8)
    head = [("Typ", 45, 0), ("IP", 262, 1), ("Farbe", 267, 0), ("Art.-Nr.", 330, 0), ("EUR", 520, 1)]
    rows = [("Punto R 70", "44", "weiss", "PR70-27W", "49"), ("Punto R 75", "44", "schwarz", "PR70-27B", "52"),
            ("Punto Q 70", "20", "weiss matt", "PQ70-27W", "55")]  # fmt: skip
    for number, row in enumerate([[label for label, _, _ in head], *rows]):
        for (_, x, right), text in zip(head, row, strict=True):
            left = x - right * pymupdf.get_text_length(text, "helv", 8)
            page.text(left, 100 + 14 * number, text, 8, bold=number == 0)
    found = page.discover().products
    assert [one.attributes["colours"] for one in found] == ["weiss", "schwarz", "weiss matt"]
    assert found[0].attributes["ip"] == "44"
