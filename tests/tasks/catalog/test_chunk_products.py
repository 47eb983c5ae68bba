from tasks.catalog.boxes import Box
from tasks.catalog.chunk_products import locate_products
from tasks.catalog.products import Place, Product


def make_product(key: str, *boxes: Box, page: int = 1) -> Product:
    places = {f"field {n}": Place(source="d", page=page, bbox=box) for n, box in enumerate(boxes)}
    return Product(key=key, name=key, pages=(page,), provenance=places)


OAK = make_product("oak", Box(50, 100, 200, 112))
ELM = make_product("elm", Box(300, 100, 450, 112))


def test_a_box_around_a_products_field_is_its_own() -> None:
    assert locate_products([OAK, ELM])(1, Box(40, 90, 210, 150)) == ["oak"]


def test_a_box_around_fields_of_several_products_belongs_to_all() -> None:
    assert locate_products([OAK, ELM])(1, Box(40, 90, 500, 150)) == ["oak", "elm"]


def test_everything_on_a_page_of_one_product_is_its_own() -> None:
    assert locate_products([OAK])(1, Box(0, 700, 50, 720)) == ["oak"]


def test_text_close_under_a_product_is_its_own_but_far_text_is_nobodys() -> None:
    products_at = locate_products([OAK, ELM])
    assert products_at(1, Box(50, 120, 200, 150)) == ["oak"]
    assert products_at(1, Box(50, 600, 200, 650)) == []


def test_text_between_two_products_is_nobodys() -> None:
    assert locate_products([OAK, ELM])(1, Box(225, 100, 275, 112)) == []


def test_other_pages_have_no_products() -> None:
    assert locate_products([OAK])(2, Box(50, 100, 200, 112)) == []
