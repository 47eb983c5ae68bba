"""Where a feed's records keep each field of a product: a mapping is data, written by a profile, a guess or a person."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

from pydantic import Field

from tasks.catalog.decimals import DecimalMark
from tasks.catalog.feeds.values_availability import AvailabilityScale
from tasks.catalog.pages import Frozen

# What a path of a record can be mapped to. Every path that is mapped to none becomes an attribute under its own name.
Target = Literal[
    "id",
    "sku",
    "gtin",
    "mpn",
    "name",
    "brand",
    "supplier",
    "category",
    "description",
    "price",
    "sale_price",
    "list_price",
    "price_net",
    "vat_rate",
    "currency",
    "availability",
    "url",
    "image",
    "group",
    "size",
    "color",
    "material",
    "finish",
    "collection",
    "designer",
    "dimensions",
    "width",
    "height",
    "depth",
    "length",
    "thickness",
    "diameter",
    "weight",
]
TARGETS: tuple[Target, ...] = get_args(Target)


class Pairs(Frozen):
    """Elements that carry a name and its value: `<param name="Colour" unit="cm">..`, `<PARAM><PARAM_NAME>..<VAL>..`.

    Each is addressed as `path[name]` ("PARAM[Colour]") and is, unless mapped, the attribute of that name.
    """

    path: str = Field(description="Path of the repeated element from the record")
    name: str = Field(
        description="Path of the name from there, as @name or PARAM_NAME; 'A | ../B' is B where A is none"
    )
    value: str = Field(".", description="Path of the value from there")
    unit: str | None = Field(None, description="Path of the unit or currency from there, written after the value")
    note: str | None = Field(
        None, description="Path of what tells equal names apart (a quantity), written after the name"
    )


class Join(Frozen):
    """A list of the feed's whose elements say more of its records: prices by product, categories by id.

    What such an element says is read as if it stood in the record under the element's own name ("price/@currency").
    """

    path: str = Field(description="Path of the repeated element from the root, as /export/prices/price")
    key: str = Field(description="Path of its key from there, as @product_id")
    on: str = Field(description="Path of the same key from the record, as @id")
    parent: str | None = Field(None, description="Path of the key of the one above it, where they are a tree")


class FeedMapping(Frozen):
    """How records become products.

    A path leads from the record to a value: names of elements joined by "/", the last one may be "@attribute"; "." is
    the record's own text. A name is a local name; "prefix:local" (the prefix that the feed declares) tells two apart
    that differ in their namespace only. A path with several matches has several values, in the feed's order. In
    `record`, "*" is any one element and "**" any number of them, none of which is a record itself.
    """

    record: str = Field(description="Path of the repeating record from the root, as /rss/channel/item")
    fields: dict[Target, tuple[str, ...]] = Field(description="Paths of each field, the first with a value is taken")
    attributes: dict[str, str] = Field(
        {}, description="Paths whose values become attributes, with the attribute's name"
    )
    ignore: tuple[str, ...] = Field((), description="Paths that say nothing of the product")
    pairs: tuple[Pairs, ...] = Field((), description="Repeated elements that name their value")
    prices: dict[str, str] = Field(
        {}, description="Paths of further price columns, with their label; pairs under their own names"
    )
    variant: str | None = Field(None, description="Path of the repeated element that is a variant of the record")
    variant_fields: dict[Target, tuple[str, ...]] = Field({}, description="Paths of a variant's fields, from there")
    columns: tuple[str, ...] = Field((), description="Names of a table's columns, where records are rows of cells")
    above: dict[Target, tuple[str, ...]] = Field(
        {}, description="Paths from the elements around the record, the outer ones first: category/@name"
    )
    joins: tuple[Join, ...] = Field((), description="Lists beside the records that say more of them, by an id")
    units: dict[Target, str] = Field({}, description="Units of sizes and weights where the feed writes none")
    availability_scale: AvailabilityScale = Field("flag", description="What a bare number of the availability means")
    encoding: str | None = Field(None, description="Where the feed declares a wrong one")
    currency: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 4217, where the feed names none")
    decimal_mark: DecimalMark | None = Field(None, description="Where it cannot be told from the numbers")
    name: str = Field("custom", description="The profile that it comes from")
    version: int = 1

    @property
    def digest(self) -> str:
        """A short hash of everything it says: rows carry it, and a changed mapping reads every record again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]
