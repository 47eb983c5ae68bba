"""A product as a source describes it, with where each field was read.

Sources of every kind (catalog pages, feeds, shops) end in `Product`; what is unknown is None or empty, never invented.
Prices are decimal strings with a dot, currency is ISO 4217, availability schema.org's term without its address.
"""

from __future__ import annotations

from typing import Literal

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Frozen

PRODUCT_SCHEMA_VERSION = 1


class Measure(Frozen):
    """A number with its unit (`mm`, `cm`, `m`, `in`, `kg`, ...); the value is a decimal string with a dot."""

    value: str
    unit: str | None


AttributeValue = str | Measure | tuple[str, ...]


class Place(Frozen):
    """Where a field was read: the page and its box in a document, or an address or path elsewhere."""

    source: str
    page: int | None = None
    bbox: Box | None = None
    url: str | None = None
    xpath: str | None = None
    value: str | None = None  # what it says there, where another place was believed


class ImageLink(Frozen):
    """Why an image belongs to a product. `score` is 0 to 1."""

    sha256: str
    page: int
    score: float
    reason: str


class Variant(Frozen):
    """One purchasable form of a product (a size, a colour, a fabric grade)."""

    name: str | None = None
    sku: str | None = None
    gtin: str | None = None
    price: str | None = None
    list_price: str | None = None
    prices: dict[str, str] = {}
    currency: str | None = None
    availability: str | None = None
    attributes: dict[str, AttributeValue] = {}
    image_urls: tuple[str, ...] = ()


class Product(Frozen):
    """A product found in one source. `key` is its identity there: record id or SKU, else name and place."""

    key: str
    name: str
    sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    supplier: str | None = None  # who delivers it, where that is not the brand
    category: str | None = None  # path segments joined by ' > '
    description: str | None = None
    price: str | None = None
    list_price: str | None = None
    prices: dict[str, str] = {}
    currency: str | None = None
    availability: str | None = None
    url: str | None = None
    attributes: dict[str, AttributeValue] = {}  # dimensions are attributes: width, depth, height, thickness, ...
    variants: tuple[Variant, ...] = ()
    images: tuple[ImageLink, ...] = ()
    image_urls: tuple[str, ...] = ()  # absolute, in the source's order, the main image first: of feeds and shops
    pages: tuple[int, ...] = ()
    provenance: dict[str, Place] = {}
    confidence: float = 0.0
    method: Literal["grid", "spec", "table", "feed", "web", "model"] = "spec"


class Remark(Frozen):
    """A statement of the document's own, and where it stands."""

    text: str
    place: Place


PageKind = Literal["products", "cover", "contents", "index", "prose", "reference", "empty"]


class Discovery(Frozen):
    """Everything understood from one document. `reason` says why there are no products when there are none.

    `faults` are pages whose products could not be looked for, each with the error; those of other pages stand.
    """

    products: tuple[Product, ...] = ()
    page_kinds: dict[int, PageKind] = {}
    title: str | None = None
    brand: str | None = None
    currency: str | None = None
    reason: str | None = None
    valid_from: str | None = None  # ISO dates of the prices' validity
    valid_until: str | None = None
    validity: Remark | None = None  # the words that give them
    terms: tuple[Remark, ...] = ()  # of sale: taxes, delivery, payment, changes
    faults: dict[int, str] = {}
    engine: str = "rules/1"
