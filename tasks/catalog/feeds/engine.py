"""A product out of a record's values, by a mapping: every value ends in a field or in an attribute, none is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from tasks.catalog.dimensions import axis_of
from tasks.catalog.feeds.fields import (
    Fields,
    Plan,
    attribute_of,
    merge_attribute,
    one_line,
    own_name,
    read_category,
    read_prose,
    take_gtin,
)
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.offers import Amount, Offer, PriceTexts, label_further, settle_offer, settle_price
from tasks.catalog.feeds.records import RecordReader, Values, all_texts
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.takers import (
    MEASURES,
    WORDS,
    take_attributes,
    take_availability,
    take_images,
    take_url,
)
from tasks.catalog.feeds.values import parse_measure
from tasks.catalog.products import AttributeValue, Place, Product, Variant

ENGINE_VERSION = 1  # raised when records are read otherwise: every record of a feed is then mapped again

_FURTHER_COLUMNS = frozenset({"sale_price", "list_price", "price_net", "currency"})
_LEAST_AXIS_LETTERS = 3  # "T" and "L" name sizes of clothes and batteries too
_UNNAMED = "-"
_NO_FIELDS = frozenset({"id", "price", "sale_price", "list_price", "price_net", "dimensions"})  # columns, not fields

# The models are frozen, and all their fields are set: one set does for all.
_ALL_SET = {model: set(model.model_fields) for model in (Product, Variant)}

_Model = TypeVar("_Model", Product, Variant)

Prepare = Callable[[Element, Values], None]


class MapperOptions(NamedTuple):
    """What a mapping does not say: the feed's currency, its address (for relative ones), how sure the mapping is."""

    source: str
    currency: str | None = None
    base_url: str | None = None
    confidence: float = 1.0


class Mapper:
    """Makes products of records. `prepare` may settle what a mapping cannot say, on the record's values."""

    def __init__(self, mapping: FeedMapping, options: MapperOptions, prepare: Prepare | None = None) -> None:
        self._mapping = mapping
        self._options = options
        self._prepare = prepare
        self._paths = dict(mapping.fields)
        self._plan = Plan(self._paths)
        self._prices = [(path, label, _is_paired(path, mapping)) for path, label in mapping.prices.items()]
        self._words = [target for target in WORDS if target in self._paths]
        self._measures = [target for target in MEASURES if target in self._paths]
        paths = [path for paths in mapping.fields.values() for path in paths]
        prose = (*mapping.fields.get("description", ()), *mapping.fields.get("name", ()))
        self._reader = RecordReader(
            [*paths, *mapping.attributes, *mapping.prices], mapping, prose=prose, variant=mapping.variant
        )
        self._variants = self._make_variant_mapper()
        self._places: dict[tuple[object, ...], dict[str, Place]] = {}

    def read_values(self, record: Element) -> tuple[Values, list[Element]]:
        """The values of a record by path, prepared, and its variants' elements."""
        values, variants = self._reader.read(record)
        if self._prepare is not None:
            self._prepare(record, values)
        return values, variants

    def make_product(
        self, key: str, values: Values, variants: Sequence[Element] = (), ready: Sequence[Variant] = ()
    ) -> Product | None:
        """The product, or None where the record has no name. `ready` are variants that were made elsewhere."""
        fields = Fields(self._plan, values)
        name = one_line(fields.take("name"))
        if not name:
            return None
        base = self._options.base_url
        fields.take("id")
        offer = self._settle_offer(fields)
        sku, gtin, mpn = one_line(fields.take("sku")), take_gtin(fields), one_line(fields.take("mpn"))
        brand, supplier = one_line(fields.take("brand")), one_line(fields.take("supplier"))
        category = read_category(fields.take("category"))
        description, availability = read_prose(fields.take("description")), take_availability(fields, self._mapping)
        url, image_urls = take_url(fields, base), take_images(fields, base)
        attributes = take_attributes(fields, self._mapping, self._words, self._measures)
        for amount in offer.unread:
            merge_attribute(attributes, amount.label, amount.text)
        self._add_rest(fields, attributes)
        forms = (*(self._make_variant(element, offer.currency) for element in variants), *ready)
        if forms:
            offer = _from_variants(offer, forms)
            sku = sku or (forms[0].sku if len(forms) == 1 else None)
            availability = availability or _best_availability(forms)
        return _construct(
            Product,
            key=key,
            name=name,
            sku=sku,
            gtin=gtin,
            mpn=mpn,
            brand=brand,
            supplier=supplier,
            category=category,
            description=description,
            price=offer.price,
            list_price=offer.list_price,
            prices=offer.prices,
            currency=offer.currency,
            availability=availability,
            url=url,
            attributes=attributes,
            variants=forms,
            images=(),
            image_urls=image_urls,
            pages=(),
            provenance=self._find_places(fields.taken, offer),
            confidence=self._options.confidence,
            method="feed",
        )

    def make_variant(self, values: Values, currency: str | None = None) -> Variant:
        """A variant out of its own values; `currency` is its product's."""
        named = any(path in values for path in self._paths.get("name", ()))
        if not named:
            path = next(iter(self._paths.get("name", ())), None)
            values = {path: _UNNAMED, **values} if path else values
        made = self.make_product("", values)
        if made is None:
            return Variant(attributes={own_name(path): attribute_of(value) for path, value in values.items()})
        attributes = dict(made.attributes)
        for field in ("mpn", "brand", "category", "description", "url"):
            if (text := getattr(made, field)) is not None:
                attributes.setdefault(field, text)
        return _construct(
            Variant,
            name=made.name if named else None,
            sku=made.sku,
            gtin=made.gtin,
            price=made.price,
            list_price=made.list_price,
            prices=made.prices,
            currency=made.currency or currency,
            availability=made.availability,
            attributes=attributes,
            image_urls=made.image_urls,
        )

    def _make_variant(self, element: Element, currency: str | None) -> Variant:
        assert self._variants is not None
        values, _ = self._variants.read_values(element)
        return self._variants.make_variant(values, currency)

    def _make_variant_mapper(self) -> Mapper | None:
        if not self._mapping.variant:
            return None
        # Without a name among its fields a variant has none: the mapper needs a path that no feed uses.
        fields = {"name": (".name",), **self._mapping.variant_fields}
        changes = {"fields": fields, "variant": None, "attributes": {}, "prices": {}, "ignore": ()}
        return Mapper(self._mapping.model_copy(update=changes), self._options)

    def _settle_offer(self, fields: Fields) -> Offer:
        default = self._mapping.currency or self._options.currency
        found, further = fields.found, self._further_prices(fields) if self._mapping.prices else ()
        if not further and "price" in found and _FURTHER_COLUMNS.isdisjoint(found):  # most records, in half the time
            text = fields.take("price")
            return settle_price(text or "", own_name(fields.taken[-1][1]), default, self._mapping.decimal_mark)
        texts = PriceTexts(
            fields.take_amount("price"),
            fields.take_amount("sale_price"),
            fields.take_amount("list_price"),
            fields.take_amount("price_net"),
            further,
        )
        return settle_offer(texts, fields.take("currency"), default, self._mapping.decimal_mark)

    def _further_prices(self, fields: Fields) -> tuple[Amount, ...]:
        columns: list[tuple[str, str]] = []
        for path, label, is_paired in self._prices:
            if not is_paired and path not in fields.values:
                continue
            for name in [one for one in fields.values if one == path or one.startswith(f"{path}[")]:
                columns += [
                    (label if name == path else own_name(name), text) for text in all_texts(fields.values[name])
                ]
                fields.use(name)
        return label_further(columns) if columns else ()

    def _add_rest(self, fields: Fields, attributes: dict[str, AttributeValue]) -> None:
        """What no field has taken, under its own name."""
        names = self._mapping.attributes
        for path, value in fields.rest():
            name = names.get(path) or own_name(path)
            merge_attribute(attributes, name, attribute_of(value))
            if path.endswith("]") and isinstance(value, str) and len(name) >= _LEAST_AXIS_LETTERS:
                axis = axis_of(name)
                if axis and axis not in attributes and (measure := parse_measure(value)) and measure.unit:
                    attributes[axis] = measure

    def _find_places(self, taken: list[tuple[str, str]], offer: Offer) -> dict[str, Place]:
        """Where each field stands in its record. Records with the same fields share one dict, which nobody changes."""
        key = (offer.price_from, offer.list_price_from, *taken)
        if (found := self._places.get(key)) is None:
            record, source = self._mapping.record, self._options.source
            paths = dict(taken)
            columns = {"price": paths.get(offer.price_from or ""), "list_price": paths.get(offer.list_price_from or "")}
            paths = {field: path for field, path in paths.items() if field not in _NO_FIELDS and path[0] != "."}
            paths |= {field: path for field, path in columns.items() if path}
            found = {field: Place(source=source, xpath=f"{record}/{path}") for field, path in paths.items()}
            self._places[key] = found
        return found


def _is_paired(path: str, mapping: FeedMapping) -> bool:
    return any(pairs.path == path for pairs in mapping.pairs)


def _from_variants(offer: Offer, forms: Sequence[Variant]) -> Offer:
    """A product without a price of its own costs what its first variant does, the one that its page shows."""
    if offer.price is not None:
        return offer
    for form in forms:
        if form.price is not None:
            return offer._replace(price=form.price, list_price=form.list_price, currency=form.currency)
    return offer


def _best_availability(forms: Sequence[Variant]) -> str | None:
    """In stock where any variant is, else what the first says."""
    told = [form.availability for form in forms if form.availability]
    return "InStock" if "InStock" in told else told[0] if told else None


def _construct(model: type[_Model], **values: Any) -> _Model:
    """A frozen model out of values that are right already: `model_construct` without its loop over the defaults."""
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", _ALL_SET[model])
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made
