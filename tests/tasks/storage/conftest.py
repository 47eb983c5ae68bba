"""Deliveries of made-up records, as a flow would bring them into the library."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import pytest

from tasks.catalog import ids
from tasks.catalog.match_keys import fold_sku
from tasks.storage import jobs
from tasks.storage.database import Database
from tasks.storage.deliveries import DeliveryCounts, MissingPolicy, MissingProduct, open_delivery
from tasks.storage.matches import Match, match_products
from tasks.storage.rows import ProductRow

Records = Mapping[str, Mapping[str, Any]]  # key -> fields of the row


class Delivered(NamedTuple):
    job: uuid.UUID
    counts: DeliveryCounts
    read: int  # records that had to be read
    recorded: dict[str, int]
    missing: list[MissingProduct]
    matches: list[Match]


Deliver = Callable[..., Awaitable[Delivered]]


def make_row(workspace: uuid.UUID, source: str, key: str, position: int, fields: Mapping[str, Any]) -> ProductRow:
    row = ProductRow(
        id=ids.product_id(workspace, source, key), workspace_id=workspace, source=source, source_key=key,
        source_type="feed", source_document_id=None, name=f"Product {key}", external_sku=None,
        external_sku_folded=fold_sku(fields.get("external_sku")), gtin=None, mpn=None, brand=None, category=None,
        description=None, price=None, list_price=None, prices={}, currency=None, availability=None, url=None,
        attributes={}, variants=[], images=[], pages=(), position=position, provenance={}, confidence_score=0.9,
        engine="feed/1", schema_version=1, source_job_id=workspace,
    )  # fmt: skip
    return dataclasses.replace(row, **fields)


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
            await delivery.stage(zip(range(len(keys)), keys, digests, strict=True))
            counts = await delivery.compare(version)
            wanted = await delivery.list_positions_to_read()
            rows = [
                dataclasses.replace(
                    make_row(workspace, source, key, position, records[key]),
                    source_job_id=job,
                    record_hash=digests[position],
                    mapping_version=version,
                )
                for position, key in enumerate(keys)
                if position in wanted
            ]
            for start in range(0, len(rows), batch):
                await delivery.write(rows[start : start + batch])
            await delivery.restore(job)
            missing = await delivery.list_missing(10)
            if policy:
                await delivery.apply_missing(job, policy)
            recorded = await delivery.record(job, "save-records")
            matches = await match_products(connection, workspace, job, delivery.bereft)
        return Delivered(job, counts, len(rows), recorded, missing, matches)

    return run
