"""Bulk writes against the real database."""

import dataclasses
import uuid

import numpy as np
import pytest

from tasks.catalog import ids
from tasks.catalog.engines import EngineVersion
from tasks.storage.bulk import upsert
from tasks.storage.database import Database
from tasks.storage.library import TextVector, list_products_to_embed, mark_missing_products, save_product_vectors
from tasks.storage.rows import ProductRow, seal


def product(workspace: uuid.UUID, key: str, **changes: object) -> ProductRow:
    row = ProductRow(
        id=ids.product_id(workspace, "source", key),
        workspace_id=workspace,
        source="source",
        source_key=key,
        source_type="feed",
        source_document_id=None,
        name=f"Product {key}",
        external_sku=key,
        external_sku_folded=key.lower(),
        gtin=None,
        mpn=None,
        brand="Brånd",
        category="Tiles > Floor",
        description='He said "60×60"\tand\nleft \\ gone',
        price="1299.90",
        list_price=None,
        prices={"Grade A": "1.00"},
        currency="EUR",
        availability=None,
        url=None,
        attributes={"width": {"value": "60", "unit": "cm"}, "colors": ["red", "blue"]},
        variants=[{"sku": "x"}],
        images=[],
        pages=(3, 4),
        position=0,
        provenance={},
        confidence_score=0.9,
        engine="rules/1",
        schema_version=1,
        source_job_id=uuid.uuid4(),
    )
    return seal(dataclasses.replace(row, **changes))


async def test_rows_come_back_as_they_were_written(database: Database, workspace: uuid.UUID) -> None:
    row = product(workspace, "A1")
    async with database.transaction() as connection:
        await upsert(connection, [row])
    [stored] = await database.fetch_dicts("select * from public.products where id = %s", row.id)
    assert stored["description"] == row.description
    assert stored["attributes"] == row.attributes
    assert stored["variants"] == row.variants
    assert stored["pages"] == [3, 4]
    assert format(stored["price"], "f") == "1299.90"


async def test_the_second_write_of_the_same_rows_touches_none(database: Database, workspace: uuid.UUID) -> None:
    rows = [product(workspace, f"K{index}") for index in range(250)]
    async with database.transaction() as connection:
        first = await upsert(connection, rows)
    before = await database.fetch(
        "select max(updated_at), max(xmin::text) from public.products where workspace_id = %s", workspace
    )
    later = [dataclasses.replace(row, source_job_id=uuid.uuid4()) for row in rows]
    async with database.transaction() as connection:
        second = await upsert(connection, later)
    after = await database.fetch(
        "select max(updated_at), max(xmin::text) from public.products where workspace_id = %s", workspace
    )
    assert len(first.created) == 250
    assert len(second.unchanged) == 250
    assert before == after


async def test_only_what_differs_is_updated(database: Database, workspace: uuid.UUID) -> None:
    rows = [product(workspace, f"U{index}") for index in range(3)]
    async with database.transaction() as connection:
        await upsert(connection, rows)
    changed = [rows[0], seal(dataclasses.replace(rows[1], price="5")), product(workspace, "new")]
    async with database.transaction() as connection:
        changes = await upsert(connection, changed)
    assert changes.of(rows[0].id) == "unchanged"
    assert changes.of(rows[1].id) == "updated"
    assert changes.of(changed[2].id) == "created"


async def test_a_failed_transaction_leaves_nothing(database: Database, workspace: uuid.UUID) -> None:
    row = product(workspace, "gone")

    async def fail_after_writing() -> None:
        async with database.transaction() as connection:
            await upsert(connection, [row])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_writing()
    assert await database.fetch("select 1 from public.products where id = %s", row.id) == []


async def test_a_products_vector_is_asked_for_again_when_its_content_changes(
    database: Database, workspace: uuid.UUID
) -> None:
    row = product(workspace, "V1")
    async with database.transaction() as connection:
        await upsert(connection, [row])
    assert [
        item[0] for item in await list_products_to_embed(database, workspace, EngineVersion("e", "m", 1), None)
    ] == [row.id]
    vector = TextVector(row.id, np.full(1024, 1 / 32, np.float32), "m", 1, row.content_hash)
    async with database.transaction() as connection:
        await save_product_vectors(connection, [vector])
    assert await list_products_to_embed(database, workspace, EngineVersion("e", "m", 1), None) == []
    assert len(await list_products_to_embed(database, workspace, EngineVersion("e", "other model", 1), None)) == 1
    async with database.transaction() as connection:
        await upsert(connection, [seal(dataclasses.replace(row, name="Renamed"))])
    assert len(await list_products_to_embed(database, workspace, EngineVersion("e", "m", 1), None)) == 1


async def test_products_that_left_their_source_are_marked_not_deleted(database: Database, workspace: uuid.UUID) -> None:
    rows = [product(workspace, "stays"), product(workspace, "leaves")]
    async with database.transaction() as connection:
        await upsert(connection, rows)
        names = await mark_missing_products(connection, workspace, "source", [rows[0].id])
    assert names == ["Product leaves"]
    states = await database.fetch("select source_key, status from public.products where workspace_id = %s", workspace)
    assert dict(states) == {"stays": "published", "leaves": "missing"}
