"""How well catalogs are read that other programs set: a browser, Typst, ReportLab, MuPDF from TrueType, a scanner.

    python tests/accuracy/typeset.py [NAME...]

`typeset/` holds them with their truth, written by hands that had not seen the rules, in the manner of real price books,
tariffs, shop pages and papers. Names begin with the program: `c` browser, `r` ReportLab and Typst, `m` MuPDF.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from catalogs.truth import Made, TrueProduct
from generated import Tally, measure

from tasks.catalog.discovery import discover
from tasks.catalog.pdf.reader import read_document

FOLDER = Path(__file__).with_suffix("")


def list_catalogs(names: list[str]) -> Iterator[Made]:
    """The catalogs whose name begins with one of `names`, or all."""
    for path in sorted(FOLDER.glob("*.json")):
        if not names or path.stem.startswith(tuple(names)):
            truth = json.loads(path.read_text())
            products = [read_truth(one) for one in truth["products"]]
            yield Made(path.stem, path.with_suffix(".pdf").read_bytes(), products)


def read_truth(product: dict[str, Any]) -> TrueProduct:
    """A product as its JSON has it, with tuples where the class has them."""
    attributes = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in product.get("attributes", {}).items()
    }
    tuples = {name: tuple(product[name]) for name in ("picture", "variants") if product.get(name)}
    return TrueProduct(**{**product, **tuples, "attributes": attributes})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only catalogs whose name begins so")
    parser.add_argument("--show", type=int, default=6, help="problems shown of each catalog")
    options = parser.parse_args()
    total = Tally()
    for made in list_catalogs(options.names):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / f"{made.name}.pdf"
            path.write_bytes(made.data)
            pages = read_document(path, Path(name))
        problems: list[str] = []
        tally = measure(made, pages, discover(pages, path.name), problems)
        total += tally
        print(f"{made.name}: {tally}", flush=True)
        for problem in problems[: options.show]:
            print(f"    {problem}")
    figures = " ".join(f"{name}={value}" for name, value in total._asdict().items())
    print(f"RESULT accuracy-typeset {figures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
