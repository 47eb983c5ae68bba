"""A product out of a record's values, by a mapping: every value ends in a field or in an attribute, none is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from tasks.catalog.feeds.fields import Fields, Plan, attribute_of, merge_attribute, own_name, take_gtin
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.offers import Amount, Offer, PriceTexts, label_further, settle_offer, settle_price
from tasks.catalog.feeds.records import RecordReader, Values, all_texts
from tasks.catalog.feeds.stream import Element
from tasks.catalog.feeds.takers import take_attributes, take_availability, take_images, take_url
from tasks.catalog.feeds.values import parse_measure
from tasks.catalog.products import AttributeValue, Place, Product, Variant

ENGINE_VERSION = 2  # raised when records are read otherwise: every record of a feed is then mapped again

_UNNAMED = "-"
_NO_FIELDS = frozenset({"id", "price", "sale_price", "list_price", "price_net", "dimensions"})  # columns, not fields

# The models are frozen, and all their fields are set: one set does for all.
_ALL_SET = {model: set(model.model_fields) for model in (Product, Variant)}

_BLANK: dict[str, Any] = {name: field.default for name, field in Product.model_fields.items()}
_set = object.__setattr__

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
        self._plan = Plan(self._paths, mapping.attributes)
        self._prices = [(path, label, _is_paired(path, mapping)) for path, label in mapping.prices.items()]
        paths = [path for paths in mapping.fields.values() for path in paths]
        prose = (*mapping.fields.get("description", ()), *mapping.fields.get("name", ()))
        self._reader = RecordReader(
            [*paths, *mapping.attributes, *mapping.prices], mapping, prose=prose, variant=mapping.variant
        )
        self._variants = self._make_variant_mapper()
        self._blank = _BLANK | {"confidence": options.confidence, "method": "feed"}

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
        fields = self._plan.begin(values)
        texts = fields.read_texts()
        if not texts.get("name"):
            return None
        texts.pop("id", None)
        base = self._options.base_url
        offer = self._settle_offer(fields)
        columns = self._blank | texts
        columns["gtin"] = take_gtin(fields)
        columns["availability"] = take_availability(fields, self._mapping)
        columns["url"], columns["image_urls"] = take_url(fields, base), take_images(fields, base)
        attributes = take_attributes(fields, self._mapping)
        for amount in offer.unread:
            merge_attribute(attributes, amount.label, amount.text)
        _add_rest(fields, attributes)
        forms = (*(self._make_variant(element, offer.currency) for element in variants), *ready)
        if forms:
            offer = _from_variants(offer, forms)
            columns["sku"] = columns["sku"] or (forms[0].sku if len(forms) == 1 else None)
            columns["availability"] = columns["availability"] or _best_availability(forms)
        columns["price"], columns["list_price"] = offer.price, offer.list_price
        columns["prices"], columns["currency"] = offer.prices, offer.currency
        columns["key"], columns["attributes"], columns["variants"] = key, attributes, forms
        columns["provenance"] = self._find_places(fields, offer)
        return _construct(Product, columns)

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
        columns = {
            "name": made.name if named else None,
            "sku": made.sku,
            "gtin": made.gtin,
            "price": made.price,
            "list_price": made.list_price,
            "prices": made.prices,
            "currency": made.currency or currency,
            "availability": made.availability,
            "attributes": attributes,
            "image_urls": made.image_urls,
        }
        return _construct(Variant, columns)

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
        further, path = self._further_prices(fields) if self._mapping.prices else (), fields.shape.price
        if path is not None and not further:  # most records, in half the time
            return settle_price(fields.take("price") or "", own_name(path), default, self._mapping.decimal_mark)
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

    def _find_places(self, fields: Fields, offer: Offer) -> dict[str, Place]:
        """Where each field stands in its record. Records with the same fields share one dict, which nobody changes."""
        shape = fields.shape
        key = (offer.price_from, offer.list_price_from, *fields.taken)
        if (found := shape.places.get(key)) is None:
            record, source = self._mapping.record.replace("/**", "/"), self._options.source
            paths = dict(shape.taken + fields.taken)
            columns = {"price": paths.get(offer.price_from or ""), "list_price": paths.get(offer.list_price_from or "")}
            paths = {field: path for field, path in paths.items() if field not in _NO_FIELDS and path[0] != "."}
            paths |= {field: path for field, path in columns.items() if path}
            found = {field: Place(source=source, xpath=f"{record}/{path}") for field, path in paths.items()}
            shape.places[key] = found
        return found


def _add_rest(fields: Fields, attributes: dict[str, AttributeValue]) -> None:
    """What no field has taken, under its own name."""
    for (_, name, axis), value in fields.rest():
        merge_attribute(attributes, name, attribute_of(value))
        if axis and axis not in attributes and isinstance(value, str):
            measure = parse_measure(value)
            if measure and measure.unit:
                attributes[axis] = measure


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


def _construct(model: type[_Model], columns: dict[str, Any]) -> _Model:
    """A frozen model out of values that are right already: `model_construct` without its loop over the defaults."""
    made = model.__new__(model)
    _set(made, "__dict__", columns)
    _set(made, "__pydantic_fields_set__", _ALL_SET[model])
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made
