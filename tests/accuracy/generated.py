"""How well catalogs are read that nobody tuned for: generated ones of many layouts and languages, with their truth.

    python tests/accuracy/generated.py [--seed N] [--no-scans] [--keep FOLDER] [NAME...]

Prints products found, missed and invented, fields right and pictures linked right, catalog by catalog, and ends with
a RESULT line.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence, Set
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from catalogs.corpus import make_catalogs
from catalogs.truth import Made, TrueProduct
from matching import normalise, score_names
from peers import list_peers, read_products

from tasks.catalog.discovery import discover
from tasks.catalog.discovery.context import read_context
from tasks.catalog.pages import Page
from tasks.catalog.pdf.reader import read_document
from tasks.catalog.products import Discovery, Measure, Product

_MAKERS = ("factory_name", "brand")
TABLES = ("list-", "leaders-")  # catalogs whose products are rows of tables, which other readers find, too


class Tally(NamedTuple):
    """Sums over one or more catalogs."""

    true: int = 0
    found: int = 0
    invented: int = 0
    fields: int = 0
    fields_right: int = 0
    pictures: int = 0
    pictures_right: int = 0

    def __add__(self, other: tuple[object, ...]) -> Tally:
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))  # type: ignore[operator]

    def __str__(self) -> str:
        return (
            f"true {self.true}, found {self.found}, missed {self.true - self.found}, invented {self.invented}; "
            f"fields right {self.fields_right} of {self.fields}; "
            f"pictures right {self.pictures_right} of {self.pictures}"
        )


def measure(made: Made, pages: Sequence[Page], discovery: Discovery, problems: list[str]) -> Tally:
    """One catalog's sums; what is wrong is added to `problems`."""
    true = [(one.page, one.name) for one in made.products]
    wanted = {(page, normalise(name)) for page, name in true}
    found = [(page_of(one, wanted), one.name) for one in discovery.products]
    score = score_names(made.name, true, found)
    problems += [f"missed {name}" for name in score.missed_names] + [
        f"invented {name}" for name in score.invented_names
    ]
    by_name = {(page_of(one, wanted), normalise(one.name)): one for one in discovery.products}
    checks, pictures = [], []
    by_code = {one.sku: one for one in discovery.products if one.sku}
    for one in made.products:
        coded = by_code.get(one.sku or "")
        named = by_name.get((one.page, normalise(one.name)))
        # Of several of one name on a page, the one with the code.
        product = coded if coded and normalise(coded.name) == normalise(one.name) else named or coded
        for what, right in check_fields(one, product):
            checks.append(right)
            if product and not right:
                problems.append(f"{one.name}: {what}")
        if one.picture is not None:
            pictures.append(product is not None and shows(product, one, pages))
            if product and not pictures[-1]:
                problems.append(f"{one.name}: picture not linked")
    return Tally(score.true, score.found, score.invented, len(checks), sum(checks), len(pictures), sum(pictures))


def page_of(product: Product, wanted: Set[tuple[int, str]]) -> int:
    """The page that a product counts on: of several that show it (an overview, its own) the one that is `wanted`."""
    name = normalise(product.name)
    return next((page for page in sorted(product.pages) if (page, name) in wanted), min(product.pages))


def check_fields(one: TrueProduct, product: Product | None) -> Iterator[tuple[str, bool]]:
    """Every field of the truth, and whether it was read so."""
    for field in ("sku", "price", "currency"):
        value = getattr(one, field)
        if value is not None:
            read = getattr(product, field) if product else None
            yield f"{field} {value!r} read as {read!r}", same(value, read)
    for label, price in one.prices.items():
        read = _priced(product, label)
        yield f"price {label} {price} read as {read}", same(price, read)
    for field, value in one.attributes.items():
        # The maker has a place of its own on the product, and colours are one field, however many.
        got = (product.attributes.get(field) or (product.brand if field in _MAKERS else None)) if product else None
        got = product.attributes.get("colours") if field == "color" and product and got is None else got
        if isinstance(value, tuple):
            right = isinstance(got, Measure) and same(value[0], got.value) and got.unit == value[1]
        else:
            right = isinstance(got, str) and normalise(got) == normalise(value)
        yield f"{field} {value!r} read as {got!r}", right
    if one.variants:
        codes = tuple(variant.sku for variant in product.variants) if product else ()
        yield f"variants {one.variants} read as {codes}", set(codes) == set(one.variants)
    for number, prices in enumerate(one.variant_prices):
        yield f"prices {prices} of variant {number + 1}", _has_prices(product, one, number)


def _has_prices(product: Product | None, one: TrueProduct, number: int) -> bool:
    """Whether the variant of the true code (where none has a code: any variant) has the true prices."""
    variants = product.variants if product else ()
    if one.variants:
        variants = tuple(variant for variant in variants if variant.sku == one.variants[number])
    true = {normalise(label): Decimal(price) for label, price in one.variant_prices[number].items()}
    only = true.get("")
    return any(
        variant.price is not None and Decimal(variant.price) == only
        if only is not None
        else {normalise(label): Decimal(price) for label, price in variant.prices.items()} == true
        for variant in variants
    )


def _priced(product: Product | None, label: str) -> str | None:
    prices = {normalise(key): value for key, value in product.prices.items()} if product else {}
    return prices.get(normalise(label))


def same(true: str, read: str | None) -> bool:
    if read is None:
        return False
    try:
        return Decimal(true) == Decimal(read)
    except InvalidOperation:
        return normalise(true) == normalise(read)


def shows(product: Product, one: TrueProduct, pages: Sequence[Page]) -> bool:
    """Whether a linked image stands where the true picture does; a drawing may fill its frame in part."""
    assert one.picture is not None
    x0, y0, x1, y1 = one.picture
    page = next((page for page in pages if page.number == one.picture_page), None)
    linked = {link.sha256 for link in product.images}
    for image in page.images if page else ():
        for box in image.boxes:
            shared = max(0.0, min(x1, box.x1) - max(x0, box.x0)) * max(0.0, min(y1, box.y1) - max(y0, box.y0))
            frame = (x1 - x0) * (y1 - y0)
            drawn = image.layer == "full_render" and shared >= max(0.9 * box.area, 0.25 * frame)
            if image.sha256 in linked and (drawn or shared >= 0.6 * max(frame, box.area)):
                return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only catalogs whose name begins so")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-scans", action="store_true")
    parser.add_argument("--no-peers", action="store_true", help="do not read the tables with other readers, too")
    parser.add_argument("--keep", type=Path, help="write the catalogs there")
    parser.add_argument("--show", type=int, default=6, help="problems shown of each catalog")
    options = parser.parse_args()
    total, without, listed = Tally(), Tally(), Tally()
    peers = dict.fromkeys([] if options.no_peers else list_peers(), Tally())
    for made in make_catalogs(options.seed, scans=not options.no_scans):
        if options.names and not made.name.startswith(tuple(options.names)):
            continue
        with tempfile.TemporaryDirectory() as name:
            path = (options.keep or Path(name)) / f"{made.name}.pdf"
            path.write_bytes(made.data)
            pages = read_document(path, Path(name))
            problems: list[str] = []
            discovery = discover(pages, path.name)
            tally = measure(made, pages, discovery, problems)
            if made.name.startswith(TABLES):
                listed += tally
                for peer in peers:
                    products = tuple(read_products(peer, path, read_context(pages, path.name)))
                    theirs = measure(made, pages, Discovery(products=products), [])
                    print(f"    {peer}: {theirs}")
                    peers[peer] += theirs
        print(f"{made.name}: {tally}", flush=True)
        for problem in problems[: options.show]:
            print(f"    {problem}")
        if made.products:
            total += tally
        else:
            without += tally
    figures = {
        "true": total.true,
        "found": total.found,
        "invented": total.invented,
        "fields": total.fields,
        "fields_right": total.fields_right,
        "pictures": total.pictures,
        "pictures_right": total.pictures_right,
        "invented_without_products": without.invented,
    }
    if peers:
        figures["lists_true"], figures["lists_fields"] = listed.true, listed.fields
    ranked = sorted({"quarry": listed, **peers}.items(), key=lambda one: -one[1].fields_right) if peers else []
    for reader, theirs in ranked:
        print(f"on the lists, {reader}: {theirs}")
        figures |= {f"{reader}_found": theirs.found, f"{reader}_invented": theirs.invented}
        figures[f"{reader}_fields_right"] = theirs.fields_right
    print("RESULT accuracy-generated " + " ".join(f"{key}={value}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
