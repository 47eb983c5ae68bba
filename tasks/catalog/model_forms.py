"""The forms that a model fills in when it reads a document's text."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from tasks.catalog.image_answers import Text, Texts


def _pages(value: object) -> object:
    """Whole numbers only; "12" is one, "12-14" and anything else is not."""
    items = value if isinstance(value, list) else [value]
    return [int(item) for item in items if isinstance(item, int) or (isinstance(item, str) and item.strip().isdigit())]


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ProductEntry(_Form):
    """One product of the list."""

    name: str
    pages: Annotated[list[int], BeforeValidator(_pages)]
    sku: Text = None
    brand: Text = None
    category: Text = None
    confidence: float | None = None


class ProductsForm(_Form):
    """Every product of a text."""

    products: list[ProductEntry]


class PropertyEntry(_Form):
    """A labelled value that has no field of its own."""

    label: str
    value: str


class VariantEntry(_Form):
    """A size, colour or grade with a code or price of its own."""

    name: Text = None
    sku: Text = None
    price: Text = None
    color: Text = None
    size: Text = None


class DetailsForm(_Form):
    """What a text says of one product; every value as printed."""

    sku: Text = None
    gtin: Text = None
    brand: Text = None
    category: Text = None
    collection: Text = None
    designer: Text = None
    description: Text = None
    material: Text = None
    finish: Text = None
    texture: Text = None
    colors: Texts = []
    dimensions: Text = None
    weight: Text = None
    price: Text = None
    list_price: Text = None
    properties: list[PropertyEntry] = []
    variants: list[VariantEntry] = []


def read_details(value: Any) -> DetailsForm | None:
    """The form as far as it is filled in well: a wrong field costs only itself. None where nothing of it is a form."""
    if not isinstance(value, dict):
        return None
    kept: dict[str, Any] = {}
    for name in DetailsForm.model_fields:
        if name not in value:
            continue
        if name in ("properties", "variants") and isinstance(value[name], list):
            form = PropertyEntry if name == "properties" else VariantEntry
            kept[name] = [item for item in value[name] if _fits(form, item)]
        elif _fits(DetailsForm, {name: value[name]}):
            kept[name] = value[name]
    return DetailsForm.model_validate(kept)


def _fits(form: type[BaseModel], value: Any) -> bool:
    try:
        form.model_validate(value)
    except ValueError:
        return False
    return True
