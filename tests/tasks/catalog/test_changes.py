"""Field by field differences of products."""

from decimal import Decimal

from tasks.catalog.changes import FieldChange, diff_products

BEFORE = {
    "name": "Chair",
    "external_sku": "A1",
    "price": Decimal("10.50"),
    "attributes": {"width": {"value": "60", "unit": "cm"}, "color": "red"},
    "images": [{"url": "https://a/1.jpg"}],
    "description": None,
}


def test_each_changed_part_is_named_with_both_values() -> None:
    after = {
        **BEFORE,
        "price": "9.99",
        "external_sku": "A2",
        "attributes": {"width": {"value": "65", "unit": "cm"}, "color": "red", "finish": ["matt", "gloss"]},
        "description": "New",
    }
    assert diff_products(BEFORE, after) == [
        FieldChange("sku", "A1", "A2"),
        FieldChange("description", None, "New"),
        FieldChange("price", "10.5", "9.99"),
        FieldChange("attributes.width", "60 cm", "65 cm"),
        FieldChange("attributes.finish", None, "matt, gloss"),
    ]


def test_the_same_written_otherwise_is_no_change() -> None:
    after = {**BEFORE, "price": "10.5", "description": "", "variants": [], "images": ({"url": "https://a/1.jpg"},)}
    assert diff_products(BEFORE, after) == []


def test_many_and_long_changes_are_bounded() -> None:
    many = {"attributes": {f"a{index}": "x" for index in range(1000)}}
    assert len(diff_products({}, many, most=7)) == 7
    [change] = diff_products({"description": "word " * 400}, {"description": "word " * 399 + "end"}, characters=100)
    assert change.after is not None
    assert len(change.after) <= 102
    assert "end" in change.after
