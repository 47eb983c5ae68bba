"""Recall of search on the sample's library and, where the corpus is, on that of its catalogs too.

Text queries are `search_queries.json`; picture queries are crops of the library's own product images. The last table
has the cosines of unrelated things in each space: search counts similarity from there (`tasks/engines.py`).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample" / "catalog.pdf"
TOP = 5
CROP_SHARE = 0.7  # of each side


def list_catalogs() -> dict[str, Path]:
    """The catalogs of the library by the name that the list of queries has for them."""
    catalogs = {"sample": SAMPLE}
    if corpus := os.environ.get("QUARRY_CORPUS"):
        names = json.loads((HERE / "search_queries.json").read_text(encoding="utf-8"))
        folder = Path(corpus) / "pdf" / "catalog"
        catalogs |= {name: folder / name for name in names if name.endswith(".pdf")}
    else:
        print("QUARRY_CORPUS names no folder of real files: only the sample is searched")
    return catalogs


def is_wanted(product: dict[str, Any], patterns: Sequence[str]) -> bool:
    texts = [product["name"].casefold(), (product["external_sku"] or "").casefold()]
    return any(re.fullmatch(pattern.casefold(), text) for pattern in patterns for text in texts)


async def measure_texts(queries: Sequence[dict[str, Any]], products: Sequence[dict[str, Any]]) -> list[float]:
    """Recall in the first `TOP` for each query: found of those wanted, or of `TOP` where more are wanted."""
    from tasks.search import SearchRequest, search

    recalls = []
    for query in queries:
        patterns = query["wanted"]
        wanted = sum(is_wanted(product, patterns) for product in products)
        if not wanted:
            print(f"    not in the library: {query['wanted']}")
        result = await search(SearchRequest(text=query["query"], limit=TOP))
        found = sum(is_wanted(hit.product, patterns) for hit in result.hits)
        recalls.append(found / min(TOP, wanted) if wanted else 0.0)
        if recalls[-1] < 1:
            names = ", ".join(
                f"{hit.product['external_sku'] or hit.product['name']} {hit.score:.2f}" for hit in result.hits
            )
            print(f"    {recalls[-1]:.2f} {query['query']!r} ({result.profile}): {names or 'nothing'}")
    return recalls


async def measure_pictures(folder: Path) -> list[float]:
    """Whether the product of a cropped picture is among the first `TOP`, for pictures that one product has."""
    from PIL import Image

    from tasks import resources
    from tasks.search import SearchRequest, search

    opened = resources.current()
    rows = await opened.database.fetch(
        "select min(a.product_id::text), i.storage_path from public.document_images i "
        "join public.image_product_associations a on a.image_id = i.id where a.overall_score >= 0.8 "
        "group by i.id having count(distinct a.product_id) = 1 order by i.sha256"
    )
    recalls = []
    for index, (product, path) in enumerate(rows):
        whole, crop = folder / f"{index}{Path(path).suffix}", folder / f"{index}-crop.jpg"
        await opened.files.fetch(path, whole)
        with Image.open(whole) as image:
            margins = [round(side * (1 - CROP_SHARE) / 2) for side in image.size]
            box = (margins[0], margins[1], image.width - margins[0], image.height - margins[1])
            image.convert("RGB").crop(box).save(crop, quality=80)
        result = await search(SearchRequest(image=crop, limit=TOP))
        recalls.append(float(product in {str(hit.product["id"]) for hit in result.hits}))
    return recalls


async def print_floors() -> None:
    """Cosines of unrelated things by space: median and 90th percentile."""
    import numpy as np

    from tasks import resources
    from tasks.storage.vectors import COLLECTION_OF_VIEW, UNDERSTANDING

    database = resources.current().database
    tables = {name: (f"vecs.{table}", "vec") for name, table in COLLECTION_OF_VIEW.items()}
    tables |= {
        "understanding": (f"vecs.{UNDERSTANDING}", "vec"),
        "product": ("public.products", "text_embedding_1024"),
        "chunk": ("public.document_chunks", "text_embedding"),
    }
    print(f"{'cosines of any two':20} {'median':>8} {'90 %':>8}")
    for name, (table, column) in tables.items():
        rows = await database.fetch(
            f"select {column}::text from {table} where {column} is not null order by md5(id::text) limit 300"
        )
        vectors = np.array([json.loads(row[0]) for row in rows], np.float32)
        pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
        print(f"  {name:18} {np.median(pairs):8.3f} {np.percentile(pairs, 90):8.3f}")


async def run(catalogs: dict[str, Path], folder: Path) -> dict[str, float]:
    from tasks.resources import open_resources

    queries = json.loads((HERE / "search_queries.json").read_text(encoding="utf-8"))
    figures: dict[str, float] = {}
    async with open_resources() as opened:
        products = await opened.database.fetch_dicts("select name, external_sku from public.products")
        every = []
        for name in catalogs:
            print(f"{name}:")
            recalls = await measure_texts(queries[name], products)
            every += recalls
            print(f"  {len(recalls)} text queries, recall in the first {TOP}: {sum(recalls) / len(recalls):.3f}")
        figures["text_queries"], figures["text_recall"] = len(every), sum(every) / len(every)
        pictures = await measure_pictures(folder)
        figures["picture_queries"] = len(pictures)
        figures["picture_recall"] = sum(pictures) / max(1, len(pictures))
        print(f"{len(pictures)} cropped pictures, recall in the first {TOP}: {figures['picture_recall']:.3f}")
        figures["products"] = len(products)
        await print_floors()
    return figures


def main() -> int:
    catalogs = list_catalogs()
    with tempfile.TemporaryDirectory(prefix="quarry-search-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the account that runs the database for root passes through it
        kept = os.environ.get("QUARRY_SEARCH_HOME")  # a home of an earlier measurement, to spare the ingest
        os.environ.update(QUARRY_HOME=kept or str(folder / "home"), DO_NOT_TRACK="1")
        command = [sys.executable, "-m", "flows.pdf", *map(str, catalogs.values()), "--json"]
        ingest = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if ingest.returncode not in (0, 1):
            print(ingest.stderr[-2000:], file=sys.stderr)
            return 1
        figures = asyncio.run(run(catalogs, folder))
        print("RESULT accuracy-search " + " ".join(f"{key}={value:.4g}" for key, value in figures.items()))
        from tasks.resources import detach

        detach()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
