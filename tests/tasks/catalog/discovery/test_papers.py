"""Papers that lie among catalogs: letters, certificates, reports, guides and forms offer nothing, price lists do."""

from __future__ import annotations

from typing import Any

import pytest

_ROWS = [("KL-2040", "Oslo chair", "54", "249.00"), ("KL-2041", "Oslo bench", "120", "410.00"),
         ("KL-2042", "Oslo table", "160", "890.00")]  # fmt: skip
_HEAD = ("Item No.", "Description", "Width cm", "Price €")


def _letter(catalog: Any, greeting: str, closing: str) -> Any:
    catalog.page().text(50, 60, "HALDEN", 20, bold=True).text(50, 160, greeting, 10)
    for line in range(6):
        catalog.text(50, 180 + 13 * line, "We thank you for another good year and for all that we made together.", 10)
    return catalog.text(50, 280, closing, 10)


@pytest.mark.parametrize(
    ("greeting", "closing"), [("Dear partner,", "Kind regards"), ("Sehr geehrte Damen und Herren,", "Viele Grüße"),
                              ("Chers partenaires,", "Cordialement"), ("Szanowni Panstwo,", "Z powazaniem")]
)  # fmt: skip
def test_a_letter_offers_nothing_but_the_price_list_enclosed_does(
    new_catalog: Any, greeting: str, closing: str
) -> None:
    letter = _letter(new_catalog(), greeting, closing)
    letter.text(50, 330, "Re: Oslo sofa, art. 41-2207, W 210 x D 92 x H 78 cm, € 890.00", 9).picture(50, 350, 200, 140)
    assert letter.discover().products == ()
    letter.page().text(50, 60, "Price list 2027", 16, bold=True).table(_HEAD, _ROWS, (50, 130, 300, 420), y=100)
    assert [one.sku for one in letter.discover().products] == ["KL-2040", "KL-2041", "KL-2042"]


@pytest.mark.parametrize(
    "title", ["Test report No. 2026-04417", "Certificate of conformity", "Zertifikat 16-75040-A", "Rapport d'essai",
              "Konformitätserklärung"]
)  # fmt: skip
def test_papers_about_a_product_do_not_offer_it(catalog: Any, title: str) -> None:
    fields = {"Product": "Chair Arvo 4210", "Dimensions": "51 x 53 x 79 cm", "Material": "Oak", "Weight": "5.6 kg"}
    catalog.page().specification(title, fields, columns=True)
    found = catalog.discover()
    assert found.products == ()


def test_counted_headings_part_a_report_and_name_nothing(new_catalog: Any) -> None:
    def report(headings: tuple[str, ...]) -> Any:
        document = new_catalog()
        for number, heading in enumerate(headings, 1):
            document.page().text(50, 60, f"{number} {heading}", 14, bold=True)
            if number < 3:
                document.text(50, 90, f"Art. KL-204{number}", 9).text(50, 104, "Width: 54 cm", 9).text(
                    50, 118, "Height: 79 cm", 9
                )
            else:
                document.prose(6, y=90)
        return document.discover()

    assert (
        report(("Dimensions of test items", "Strength and durability", "Stability", "Surface", "Remarks")).products
        == ()
    )
    assert len(report(("Oslo chair", "Oslo bench")).products) == 2


def test_lettered_rows_with_quantities_are_the_parts_of_one_article(catalog: Any) -> None:
    catalog.page().text(50, 70, "NORR 3", 26, bold=True)
    for row, part in enumerate(("Bok lewy", "Bok prawy", "Plecy", "Kolek", "Sruba")):
        y = 300 + 20 * row
        catalog.text(50, y, "ABCDE"[row], 10).text(90, y, part, 9).text(260, y, f"{row + 2} x", 9)
        catalog.text(330, y, f"{600 + 40 * row} x 300 x 18 mm", 9)
    assert catalog.discover().products == ()


def test_materials_with_sentences_on_their_care_are_no_swatches(new_catalog: Any) -> None:
    def cards(told: str) -> Any:
        def caption(index: int) -> list[tuple[str, float, bool]]:
            return [(("Slate", "Marble", "Granite", "Brass", "Oak", "Walnut")[index], 11, True), (told, 7, False)]

        return new_catalog().page().grid(3, 2, caption).discover()

    assert cards("Wipe with a damp cloth, then rub it dry.").products == ()
    assert len(cards("polished").products) == 6


def test_freight_by_postcode_is_no_price_list(catalog: Any) -> None:
    rows = [(str(zone), f"D-{70100 + 37 * zone}", f"{40 + zone},00 €", f"{140 + zone},00 €") for zone in range(1, 6)]
    catalog.page().text(50, 60, "Fracht und Zuschläge", 18)
    catalog.table(("Zone", "PLZ", "bis 0,5 m³", "bis 2 m³"), rows, (50, 130, 300, 420))
    assert catalog.discover().products == ()


def test_the_title_of_a_price_book_and_its_subtitle_name_no_product(catalog: Any) -> None:
    catalog.page().text(50, 80, "Price Book", 40).text(50, 108, "Seating and Tables", 16)
    catalog.text(50, 150, "Dimensions: 54 x 60 x 80 cm", 9).text(50, 164, "Art. KL-2040", 9).picture(50, 200, 200, 150)
    catalog.page().table(_HEAD, _ROWS, (50, 130, 300, 420))
    assert {one.name for one in catalog.discover().products} == {"Oslo chair", "Oslo bench", "Oslo table"}


@pytest.mark.parametrize("label", ["Service", "Dienstleistung", "Prestation", "Usługa"])
def test_services_have_codes_and_prices_and_are_no_goods(catalog: Any, label: str) -> None:
    rows = [(f"SV-{10 * row}", work, f"{20 + row}.00") for row, work in enumerate(("Visit", "Pick-up", "Repair"), 1)]
    catalog.page().table(_HEAD, _ROWS, (50, 130, 300, 420))
    catalog.page().table(("Code", label, "Price €"), rows, (50, 130, 420))
    assert {one.name for one in catalog.discover().products} == {"Oslo chair", "Oslo bench", "Oslo table"}


def test_a_scale_of_fees_in_a_price_list_is_none_of_its_goods(catalog: Any) -> None:
    rows = [(f"ECO-{row}", f"Seat up to {10 * row} kg", f"{row}.20") for row in range(1, 5)]
    catalog.page().table(_HEAD, _ROWS, (50, 130, 300, 420))
    catalog.page().text(50, 60, "Éco-participation 2026", 16, bold=True)
    catalog.table(("Code", "Description", "Price €"), rows, (50, 130, 420))
    assert {one.name for one in catalog.discover().products} == {"Oslo chair", "Oslo bench", "Oslo table"}


@pytest.mark.parametrize(
    "title",
    ["Instrucciones de colocación – parquet clic", "Verlegeanleitung Fertigparkett", "Istruzioni di posa legno"],
)
def test_instructions_for_whatever_offer_none_of_their_tools(catalog: Any, title: str) -> None:
    tools = [(f"T-{row}", tool, f"{100 * row} mm", "1") for row, tool in enumerate(("Saw", "Wedge", "Level"), 1)]
    catalog.page().text(50, 60, title, 20, bold=True)
    catalog.table(("Pos.", "Element", "Size", "Quantity"), tools, (50, 90, 300, 420))
    assert catalog.discover().products == ()


def test_an_annual_report_tells_of_prices_and_offers_nothing(catalog: Any) -> None:
    for page in range(2):
        catalog.page().text(50, 70, "A steady year for bathrooms", 21).text(50, 815, "Annual Report 2025", 7)
        catalog.prose(6, y=120).text(50, 300, "Bathrooms", 10, bold=True)
        catalog.text(50, 316, "The price of a basin (width 40 cm) rose to", 9).text(50, 330, f"€{185 + page}.00", 9)
        catalog.picture(300, 120, 200, 140, seed=page)
    assert catalog.discover().products == ()


def test_a_form_s_headings_with_numbers_like_codes_are_no_products(new_catalog: Any) -> None:
    form = new_catalog().page().text(50, 60, "Petition by a partnership", 22, bold=True)
    form.text(50, 90, "No.: 1545-0233", 9).text(50, 104, "Shape: round or square", 9)
    found = form.page().text(50, 60, "Part II", 22, bold=True).text(50, 90, "Ref.: 13804-A", 9).discover()
    assert (found.products, found.reason) == (
        (),
        "the document is a text with numbers like codes, not a catalog",
    )


NAMES = ["Carrara", "Nero Marquina", "Verde Alpi", "Botticino", "Onice Miele", "Statuario"]


def test_a_page_of_norms_and_their_values_shows_no_product(catalog: Any) -> None:
    for number in range(2):
        catalog.page().grid(3, 2, lambda i, n=number: [(NAMES[i] + " Maxi" * n, 10, False), (f"BD-{n}{i}0", 8, False)])
    page = catalog.page().text(50, 60, "Shade variation", 16, bold=True).text(50, 90, "Code: MK-12", 8)
    for line, norm in enumerate(("EN 14411 App. G", "ISO 10545-3", "ISO 10545-4", "DIN EN 16165", "ANSI A326.3")):
        page.text(50, 120 + 14 * line, norm, 8).text(200, 120 + 14 * line, "60x120 cm", 8)
    assert len(catalog.discover().products) == 12
