"""Which image shows which product."""

from __future__ import annotations

from typing import Any

from tasks.catalog.boxes import Box
from tasks.catalog.discovery import discover

STONES = ["Carrara", "Nero Marquina", "Verde Alpi", "Calacatta Oro", "Bianco Puro", "Rosso Levanto"]
FIELDS = {"Code": "OS-204", "Dimensions": "W 80 x D 75 x H 90 cm", "Price": "€ 1.290,00"}


def test_a_logo_on_every_page_is_linked_to_nothing(catalog: Any) -> None:
    for index in range(5):
        catalog.page().specification(STONES[index], {**FIELDS, "Code": f"OS-{index}1"}, seed=index).picture(
            500, 20, 60, 40, 99
        )
    found = catalog.discover().products
    assert len(found) == 5
    assert [len(one.images) for one in found] == [1] * 5
    assert len({one.images[0].sha256 for one in found}) == 5


def test_a_full_page_picture_belongs_to_the_product_it_faces(catalog: Any) -> None:
    catalog.page().text(60, 300, "NORDLYS", 48, bold=True)
    for index in range(2):
        catalog.page().picture(0, 0, 595, 842, index)
        catalog.page().specification(STONES[index], {**FIELDS, "Code": f"OS-{index}1"}, picture=False)
    found = catalog.discover().products
    assert [[(link.page, link.reason) for link in one.images] for one in found] == [
        [(2, "same_spread")],
        [(4, "same_spread")],
    ]


def test_a_caption_that_says_a_code_links_a_picture_over_a_price_list(catalog: Any) -> None:
    catalog.page().picture(40, 60, 200, 150, 1).text(40, 222, "Lounge in ash, MB-102", 8)
    rows = [(f"MB-{100 + i}", STONES[i], f"£{20 + i}.00") for i in range(6)]
    found = catalog.table(("Code", "Name", "Price"), rows, (40, 110, 400), y=300).discover().products
    linked = [one for one in found if one.images]
    assert [one.sku for one in linked] == ["MB-102"]
    assert linked[0].images[0].reason == "caption_names_product"


def test_links_say_page_score_and_reason(catalog: Any) -> None:
    (product,) = catalog.page().specification("Oslo Chair", FIELDS).discover().products
    (link,) = product.images
    assert (link.page, link.reason) == (1, "only_product_on_page")
    assert 0 < link.score <= 1


def test_a_picture_over_the_facing_page_is_linked_whatever_part_of_it_was_rendered_besides(catalog: Any) -> None:
    catalog.page().text(60, 200, "Catalog", 40, bold=True).page().picture(0, 0, 595, 842, 1)
    pages = catalog.page().specification("Oslo Chair", FIELDS, picture=False).read()
    [whole] = [image for image in pages[1].images if image.layer == "embedded"]
    part = whole.model_copy(
        update={"sha256": "0" * 64, "boxes": (Box(0, 0, 448, 842),), "effective_dpi": 900.0, "layer": "full_render"}
    )
    pages[1] = pages[1].model_copy(update={"images": (part, whole)})
    [product] = discover(pages, "catalog.pdf").products
    assert [(link.page, link.sha256) for link in product.images] == [(2, whole.sha256)]
