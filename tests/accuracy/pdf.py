"""How well catalogs are read: every PDF with ground truth, and those that hold no product.

    QUARRY_CORPUS=folder python tests/accuracy/pdf.py [NAME...]

Prints what was found, missed and invented, file by file, and ends with a RESULT line.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pymupdf
from matching import Score, match, normalise, score_names
from peers import list_peers, read_products

from tasks.catalog.discovery import discover
from tasks.catalog.discovery.context import read_context
from tasks.catalog.pages import Page
from tasks.catalog.pdf.document import DocumentError, open_document
from tasks.catalog.pdf.reader import ReadOptions, read_page
from tasks.catalog.products import Discovery, Measure, Product

SAMPLE = Path(__file__).parents[1] / "sample"
_SCAN_DPI = 200
# Fields of the price list's truth and ours.
_SIZES = {"W_in": "width", "D_in": "depth", "H_in": "height", "diameter_in": "diameter"}
_PRICES = {"price_frame": "frame", "price_A": "a", "price_AA": "aa", "price_AAA": "aaa", "price_Prem": "prem"}


def read_document(path: Path, only: range | None = None) -> list[Page]:
    """The pages of the document at `path`; pages that cannot be loaded are left out."""
    pages = []
    with tempfile.TemporaryDirectory() as folder, open_document(path) as document:
        for number in only or range(1, document.page_count + 1):
            try:
                pages.append(read_page(document, number, Path(folder), ReadOptions()))
            except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
                print(f"    page {number} of {path.name}: {error}")
    return pages


def understand(path: Path) -> Discovery:
    return discover(read_document(path), path.name)


def measure_swatches(corpus: Path) -> Score:
    """Names and pages of a grid of captioned swatches."""
    truth = _truth(corpus, "regalith-marble")
    found = understand(corpus / truth["file"]).products
    true = [(one["page"], one["caption"]) for one in truth["products"]]
    return score_names("regalith", true, [(page, one.name) for one in found for page in one.pages])


def measure_price_list(corpus: Path, year: int) -> Score:
    """Rows of a price list's first page: right when code, description and every price are."""
    truth = _truth(corpus, f"kingsleybate-{year}-p1")
    products = [one for one in understand(corpus / truth["file"]).products if truth["page"] in one.pages]
    return _score_rows(f"kingsleybate-{year}", truth, products)


def measure_scanned_list(corpus: Path, year: int) -> Score:
    """The same page as a scanner gives it: a picture without text."""
    truth = _truth(corpus, f"kingsleybate-{year}-p1")
    products = _understand_scanned(corpus / truth["file"], [truth["page"] - 1])
    # Inches are told on pages that are not scanned here, so only codes, descriptions and prices count.
    return _score_rows(f"kingsleybate-{year} scanned", truth, products)._replace(fields=0, fields_right=0)


def measure_scanned_swatches(corpus: Path) -> Score:
    truth = _truth(corpus, "regalith-marble")
    true = [(one["page"], one["caption"]) for one in truth["products"]]
    found = _understand_scanned(corpus / truth["file"])
    return score_names("regalith scanned", true, [(page, one.name) for one in found for page in one.pages])


def _understand_scanned(path: Path, only: Sequence[int] | None = None) -> Sequence[Product]:
    """Products of a document made pictures of its pages; `only` their numbers from 0."""
    with tempfile.TemporaryDirectory() as folder, pymupdf.open(path) as source, pymupdf.open() as scanned:
        for number in only if only is not None else range(source.page_count):
            page = source[number]
            picture = page.get_pixmap(dpi=_SCAN_DPI).tobytes("jpg", jpg_quality=85)
            scanned.new_page(width=page.rect.width, height=page.rect.height).insert_image(page.rect, stream=picture)
        made = Path(folder) / path.name
        scanned.save(made)
        return understand(made).products


def measure_peer(corpus: Path, year: int, peer: str) -> Score:
    """The same page from another reader's tables, with the same matching of columns to fields."""
    truth = _truth(corpus, f"kingsleybate-{year}-p1")
    path, page = corpus / truth["file"], truth["page"]
    context = read_context(read_document(path, range(page, page + 1)), path.name)
    return _score_rows(f"kingsleybate-{year} by {peer}", truth, read_products(peer, path, context, [page]))


def _score_rows(name: str, truth: dict[str, Any], products: Sequence[Product]) -> Score:
    true = {one["code"]: _true_row(one) for one in truth["products"]}
    found = {one.sku or "": _found_row(one) for one in products}
    hits, missed, invented = match(true.items(), found.items())
    pairs = [(one, next((p for p in products if p.sku == one["code"]), None)) for one in truth["products"]]
    fields = [right for one, product in pairs for right in _sizes_right(one, product)]
    unknown = [str(row) for row in invented if row[0] not in true]
    return Score(
        name,
        len(true),
        hits,
        len(unknown),
        len(fields),
        sum(fields),
        tuple(f"{row} read as {found.get(row[0])}" for row in missed),
        tuple(unknown),
    )


def _true_row(one: dict[str, Any]) -> tuple[str, tuple[tuple[str, Decimal], ...]]:
    prices = {ours: Decimal(str(one[theirs])) for theirs, ours in _PRICES.items() if theirs in one}
    return normalise(one["description"]), tuple(sorted(prices.items()))


def _found_row(one: Product) -> tuple[str, tuple[tuple[str, Decimal], ...]]:
    return normalise(one.name), tuple(sorted((normalise(label), Decimal(price)) for label, price in one.prices.items()))


def _sizes_right(one: dict[str, Any], product: Product | None) -> Iterator[bool]:
    for theirs, ours in _SIZES.items():
        if theirs in one:
            value = product.attributes.get(ours) if product else None
            yield (
                isinstance(value, Measure) and value.unit == "in" and Decimal(value.value) == Decimal(str(one[theirs]))
            )


def measure_ocr(corpus: Path) -> Score:
    """Names on the two transcribed pages of an image-only swatch book."""
    truth = _truth(corpus, "sunbrella-p2-p9")
    pages = truth["fully_transcribed_pages"]
    found = understand(corpus / truth["file"]).products
    true = [(one["page"], one["name"]) for one in truth["products"]]
    score = score_names("sunbrella", true, [(page, one.name) for one in found for page in one.pages if page in pages])
    codes = {(one["page"], one["code"]) for one in truth["products"]}
    read = {(page, one.sku) for one in found for page in one.pages}
    return score._replace(fields=len(codes), fields_right=len(codes & read))


def measure_sample(_: Path) -> Score:
    """The project's own sample catalog, where it has been made."""
    truth = json.loads((SAMPLE / "catalog.json").read_text(encoding="utf-8"))["products"]
    found = understand(SAMPLE / "catalog.pdf").products
    score = score_names(
        "sample",
        [(min(one["pages"]), one["name"]) for one in truth],
        [(min(one.pages), one.name) for one in found],
    )
    by_name = {normalise(one.name): one for one in found}
    checks = [right for one in truth for right in _sample_fields(one, by_name.get(normalise(one["name"])))]
    wrong = tuple(text for text, right in checks if not right)
    return score._replace(
        fields=len(checks), fields_right=sum(right for _, right in checks), missed_names=(*score.missed_names, *wrong)
    )


def _sample_fields(one: dict[str, Any], product: Product | None) -> Iterator[tuple[str, bool]]:
    for field in ("sku", "price", "currency", "brand"):
        if one.get(field):
            value = getattr(product, field) if product else None
            yield f"{one['name']}: {field} {one[field]} read as {value}", _same(one[field], value)
    for field, value in (one.get("attributes") or {}).items():
        read = product.attributes.get(field.replace(" ", "_")) if product else None
        yield f"{one['name']}: {field} {value} read as {read}", _same(value, read)
    for label, price in (one.get("prices") or {}).items():
        read_price = product.prices.get(label) if product else None
        yield f"{one['name']}: price {label} {price} read as {read_price}", _same(price, read_price)


def _same(true: Any, read: Any) -> bool:
    if isinstance(read, Measure):
        read = {"value": read.value, "unit": read.unit}
    if isinstance(true, dict) and isinstance(read, dict):
        return Decimal(str(true["value"])) == Decimal(str(read["value"])) and true.get("unit") == read["unit"]
    if isinstance(true, (list, tuple)) or isinstance(read, (list, tuple)):
        as_list = [
            [str(part) for part in value] if isinstance(value, (list, tuple)) else [str(value)]
            for value in (true, read)
        ]
        return [normalise(part) for part in as_list[0]] == [normalise(part) for part in as_list[1]]
    try:
        return Decimal(str(true)) == Decimal(str(read))
    except ArithmeticError:
        return normalise(str(true)) == normalise(str(read))


def measure_none(corpus: Path, relative: str) -> Score:
    """A document without products: everything found is invented."""
    try:
        found = understand(corpus / relative).products
    except DocumentError:
        found = ()
    names = tuple(f"page {one.pages[0]}: {one.name} {one.sku or ''}" for one in found)
    return Score(Path(relative).stem, 0, 0, len(found), invented_names=names)


def _truth(corpus: Path, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((corpus / "gt" / "pdf" / f"{name}.json").read_text(encoding="utf-8"))
    return data


def list_measurements(corpus: Path) -> dict[str, Callable[[], Score]]:
    """Every measurement by its name."""
    empty = ["pdf/catalog/lburo-landscape-brochure-ru.pdf", "pdf/manual/xerox-altalink-guide-464p.pdf"]
    empty += sorted(str(path.relative_to(corpus)) for path in (corpus / "pdf" / "hard").glob("*.pdf"))
    found: dict[str, Callable[[], Score]] = {
        "regalith": lambda: measure_swatches(corpus),
        "kingsleybate-2022": lambda: measure_price_list(corpus, 2022),
        "kingsleybate-2023": lambda: measure_price_list(corpus, 2023),
        "sunbrella": lambda: measure_ocr(corpus),
        "regalith-scanned": lambda: measure_scanned_swatches(corpus),
        "kingsleybate-2022-scanned": lambda: measure_scanned_list(corpus, 2022),
        "kingsleybate-2023-scanned": lambda: measure_scanned_list(corpus, 2023),
    }
    for peer in list_peers():
        for year in (2022, 2023):
            found[f"kingsleybate-{year}-{peer}"] = lambda year=year, peer=peer: measure_peer(corpus, year, peer)  # type: ignore[misc]
    if (SAMPLE / "catalog.json").exists() and (SAMPLE / "catalog.pdf").exists():
        found["sample"] = lambda: measure_sample(corpus)
    return found | {Path(one).stem: lambda one=one: measure_none(corpus, one) for one in empty}  # type: ignore[misc]


def main(wanted: list[str]) -> int:
    corpus = os.environ.get("QUARRY_CORPUS")
    if not corpus:
        print("QUARRY_CORPUS names no folder of real files: nothing to measure")
        print("RESULT accuracy-pdf skipped=1")
        return 0
    figures: dict[str, int] = {}
    invented_in_none = files_without = 0
    for name, run in list_measurements(Path(corpus)).items():
        if wanted and name not in wanted:
            continue
        score = run()
        print(score, flush=True)
        if score.true:
            key = name.replace("-", "_")
            figures |= {f"{key}_true": score.true, f"{key}_found": score.found, f"{key}_invented": score.invented}
            if score.fields:
                figures |= {f"{key}_fields": score.fields, f"{key}_fields_right": score.fields_right}
        else:
            files_without += 1
            invented_in_none += score.invented
    figures |= {"without_products": files_without, "invented_there": invented_in_none}
    print("RESULT accuracy-pdf " + " ".join(f"{key}={value}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
