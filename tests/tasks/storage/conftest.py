"""Deliveries of made-up records, as a flow would bring them into the library."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from tasks.catalog import ids
from tasks.catalog.products import Product
from tasks.storage import jobs
from tasks.storage.database import Database
from tasks.storage.deliveries import DeliveryCounts, MissingPolicy, MissingProduct, open_delivery
from tasks.storage.matches import Match, match_products
from tasks.storage.product_lines import LineWriter, PreparedRows, write_stubs
from tasks.storage.rows import RowOrigin

Records = Mapping[str, Mapping[str, Any]]  # key -> fields of the product


class Delivered(NamedTuple):
    job: uuid.UUID
    counts: DeliveryCounts
    read: int  # records that had to be read
    recorded: dict[str, int]
    missing: list[MissingProduct]
    matches: list[Match]


Deliver = Callable[..., Awaitable[Delivered]]


def make_product(key: str, fields: Mapping[str, Any]) -> Product:
    """`fields` are the product's, values as JSON has them."""
    return Product.model_validate({"key": key, "name": f"Product {key}", "confidence": 0.9, "method": "feed", **fields})


def write_rows(origin: RowOrigin, records: Sequence[tuple[int, Product, bytes]], new: Container[int]) -> PreparedRows:
    """(position, product, digest of its record) as rows; `new` are the positions of new products."""
    writer = LineWriter(origin)
    written = [(position, *writer.write(product, position, digest)) for position, product, digest in records]
    created = [line for position, _, line in written if position in new]
    changed = [line for position, _, line in written if position not in new]
    ids = [identity for position, identity, _ in written if position in new]
    return PreparedRows(b"".join(created), ids, b"".join(changed))


@pytest.fixture
def deliver(database: Database, workspace: uuid.UUID) -> Deliver:
    """Bring a delivery of `records` into the library under a job of its own."""

    async def run(
        source: str, records: Records, policy: MissingPolicy | None = "mark", version: str = "v1", batch: int = 300
    ) -> Delivered:
        job = uuid.uuid4()
        await jobs.open_job(database, jobs.JobRow(job, workspace, "feed", source, source, {}))
        keys = list(records)
        digests = [ids.sha256_hex(repr(sorted(records[key].items())).encode()).encode()[:16] for key in keys]
        async with database.transaction() as connection, open_delivery(connection, workspace, source) as delivery:
            await delivery.stage(write_stubs(zip(range(len(keys)), keys, digests, strict=True)))
            counts = await delivery.compare(version)
            wanted, new = await delivery.list_positions_to_read(), await delivery.list_new_positions()
            origin = RowOrigin(workspace, job, source, "feed", "feed/1", version)
            read = [
                (position, make_product(key, records[key]), digests[position])
                for position, key in enumerate(keys)
                if position in wanted
            ]
            for start in range(0, len(read), batch):
                await delivery.send(write_rows(origin, read[start : start + batch], new))
            await delivery.restore(job)
            missing = await delivery.list_missing(10)
            if policy:
                await delivery.apply_missing(job, policy)
            recorded = await delivery.record(job, "save-records")
            matches = await match_products(connection, workspace, job, delivery.bereft)
        return Delivered(job, counts, len(read), recorded, missing, matches)

    return run
