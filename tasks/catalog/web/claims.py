"""What a page's sources say of its product: one claim a value, kept with its source until they are weighed."""

from __future__ import annotations

from typing import NamedTuple

from tasks.catalog.products import AttributeValue, Variant
from tasks.catalog.web.models import Source


class Claim(NamedTuple):
    """One value of one field, and where it stands."""

    value: str
    source: Source
    xpath: str | None = None


class Claims:
    """Everything claimed of one product. Single values are lists of claims in the order they were read."""

    def __init__(self) -> None:
        self.fields: dict[str, list[Claim]] = {}
        self.images: list[Claim] = []  # the main image first within each source
        self.attributes: dict[str, tuple[AttributeValue, Claim]] = {}
        self.variants: list[tuple[Variant, Claim]] = []
        self.prices: dict[str, str] = {}

    def add(self, field: str, value: str | None, source: Source, xpath: str | None = None) -> None:
        """Keep a value; an empty one, or one that the same source has said before, is nothing."""
        if not value or not value.strip():
            return
        claim = Claim(value.strip(), source, xpath)
        kept = self.fields.setdefault(field, [])
        if not any(one.value == claim.value and one.source == source for one in kept):
            kept.append(claim)

    def add_image(self, url: str | None, source: Source, xpath: str | None = None) -> None:
        if url and not any(one.value == url for one in self.images):
            self.images.append(Claim(url, source, xpath))

    def add_attribute(self, name: str, value: AttributeValue, source: Source, xpath: str | None = None) -> None:
        """The first value of an attribute stays."""
        if name and value:
            self.attributes.setdefault(name, (value, Claim(str(value), source, xpath)))

    def first(self, field: str, *sources: Source) -> str | None:
        """The first value of a field, of the given sources only where some are given."""
        found = (one.value for one in self.fields.get(field, ()) if not sources or one.source in sources)
        return next(found, None)

    def merge(self, other: Claims) -> None:
        for field, claims in other.fields.items():
            for claim in claims:
                self.add(field, claim.value, claim.source, claim.xpath)
        for image in other.images:
            self.add_image(image.value, image.source, image.xpath)
        for name, (value, claim) in other.attributes.items():
            self.attributes.setdefault(name, (value, claim))
        self.variants += [] if self.variants else other.variants
        for label, amount in other.prices.items():
            self.prices.setdefault(label, amount)
