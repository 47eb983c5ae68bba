"""dlt on the same feed and the same Postgres: `peer.py FEED DSN`, twice. Run by a Python that has dlt; prints seconds.

It parses the records with lxml into flat dicts and merges them by id; no mapping, no prices, no comparison of content.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import dlt
from lxml import etree


def read_records(path: str) -> Iterator[dict[str, str]]:
    for _, element in etree.iterparse(path, tag="item"):
        yield {child.tag.rpartition("}")[2]: child.text or "" for child in element}
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def load(path: str, dsn: str) -> float:
    pipeline = dlt.pipeline(
        "bench", destination=dlt.destinations.postgres(credentials=dsn), dataset_name="bench_dlt", progress=None
    )
    records = dlt.resource(read_records(path), name="products", primary_key="id", write_disposition="merge")
    started = time.monotonic()
    pipeline.run(records)
    return time.monotonic() - started


if __name__ == "__main__":
    print(json.dumps([load(*sys.argv[1:3]) for _ in range(2)]))
