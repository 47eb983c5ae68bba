"""Deliveries against the real database: what is new, changed, unchanged, gone and back."""

import dataclasses
import uuid
from typing import Any

import pytest

from tasks.catalog import ids
from tasks.catalog.changes import FieldChange, diff_products
from tasks.catalog.queries import QueryTerm
from tasks.product_rows import product_row
from tasks.storage import jobs
from tasks.storage.bulk import upsert
from tasks.storage.database import Database
from tasks.storage.deliveries import DeliveryCounts, DuplicateKeysError, open_delivery
from tasks.storage.feed_sources import FeedSource, find_feed_source, save_feed_source
from tasks.storage.keywords import index_keywords
from tasks.storage.product_lines import COLUMNS, to_columns, write_stubs
from tasks.storage.rows import RowOrigin, seal
from tasks.storage.search import ProductFilter, count_keywords, find_keywords

from .conftest import Deliver, make_product, write_rows

EVERY_FIELD: dict[str, Any] = {
    "name": "Oak chair", "sku": "ΑΒ 12", "gtin": "4006381333931", "mpn": "M-1", "brand": "Hay GmbH",
    "supplier": "Lieferant AG", "category": "Furniture > Chairs", "description": "Sits well.\nAlways.",
    "price": "12.50", "list_price": "15.00", "prices": {"net": "10.00"}, "currency": "EUR",
    "availability": "InStock",
    "url": "https://shop.example/1", "attributes": {"width": {"value": "60", "unit": "cm"}},
    "variants": [{"sku": "x", "price": "9.00"}], "image_urls": ["https://shop.example/1.jpg"],
    "provenance": {"name": {"source": "feed.xml", "xpath": "/f/item/name"}},
}  # fmt: skip


def make_records(count: int) -> dict[str, dict[str, Any]]:
    return {f"K{index:05d}": {"name": f"Tile {index}", "price": "10.00"} for index in range(count)}


async def dump(database: Database, workspace: uuid.UUID) -> list[tuple[Any, ...]]:
    return await database.fetch(
        "select source_key, status, missing_since is not null, content_hash, xmin::text, updated_at "
        "from public.products where workspace_id = %s order by source_key",
        workspace,
    )


async def read_statuses(database: Database, workspace: uuid.UUID) -> dict[str, str]:
    rows = await database.fetch("select source_key, status from public.products where workspace_id = %s", workspace)
    return dict(rows)


async def test_a_thousand_records_over_four_deliveries(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    records = make_records(1000)
    first = await deliver("feed", records)
    assert first.counts == DeliveryCounts(1000, 0, 0, 0, 0, 0, 0)
    assert first.recorded == {"created": 1000, "updated": 0, "unchanged": 0}

    before = await dump(database, workspace)
    second = await deliver("feed", records)
    assert (second.counts, second.read) == (DeliveryCounts(0, 0, 1000, 0, 0, 1000, 0), 0)
    assert second.recorded == {"created": 0, "updated": 0, "unchanged": 1000}
    assert await dump(database, workspace) == before

    changed = {key: {**fields, "price": "9.00"} for key, fields in list(records.items())[:10]}
    third_records = {**{key: records[key] for key in list(records)[:990]}, **changed, "NEW": {"name": "New"}}
    third = await deliver("feed", third_records)
    assert (third.counts, third.read) == (DeliveryCounts(1, 10, 980, 0, 10, 1000, 10), 11)
    assert third.recorded == {"created": 1, "updated": 10, "unchanged": 980}
    assert [one.key for one in third.missing] == list(records)[990:]
    assert await jobs.count_statuses(database, third.job) == {
        ("product", "created"): 1, ("product", "updated"): 10, ("product", "unchanged"): 980,
    }  # fmt: skip

    again = await deliver("feed", third_records)
    assert again.counts == DeliveryCounts(0, 0, 991, 0, 0, 991, 10)
    back = await deliver("feed", third_records | records)
    assert back.counts == DeliveryCounts(0, 10, 981, 10, 0, 991, 0)
    assert back.recorded == {"created": 0, "updated": 20, "unchanged": 981}
    assert set((await read_statuses(database, workspace)).values()) == {"published"}


async def test_a_row_comes_back_as_it_was_written(database: Database, workspace: uuid.UUID, deliver: Deliver) -> None:
    fields = {
        "name": 'Back\\slash \\N "quote"\ttab\nline\r\nend',
        "description": "control \x1f\x1e characters",
        "sku": "\\.",
        "attributes": {"width": {"value": "60", "unit": "cm"}, "note": 'a "b" \\ \n ü'},
        "variants": [{"sku": "x"}],
        "image_urls": ["https://shop.example/a%20b.jpg"],
        "price": "1299.90",
        "supplier": "Lieferant GmbH",
        "gtin": "4006381333931",
    }
    await deliver("feed %s 100%", {"k\t1\\": fields})
    [stored] = await database.fetch_dicts("select * from public.products where workspace_id = %s", workspace)
    assert stored["id"] == ids.product_id(workspace, "feed %s 100%", "k\t1\\")
    assert stored["description"] == "control  characters"
    assert format(stored["price"], "f") == "1299.90"
    assert (stored["gtin14"], stored["supplier_folded"]) == ("04006381333931", "lieferant")
    assert (stored["name"], stored["external_sku"], stored["attributes"]) == (
        fields["name"], fields["sku"], fields["attributes"],
    )  # fmt: skip
    assert [variant["sku"] for variant in stored["variants"]] == ["x"]
    assert [image["url"] for image in stored["images"]] == fields["image_urls"]
    assert (await deliver("feed %s 100%", {"k\t1\\": fields})).counts.unchanged == 1


@pytest.mark.parametrize(
    ("policy", "status"), [("mark", "missing"), ("draft", "draft"), ("keep", "published"), ("delete", None)]
)
async def test_what_left_is_treated_as_told_and_returns(
    database: Database, workspace: uuid.UUID, deliver: Deliver, policy: str, status: str | None
) -> None:
    both = {"stays": {}, "leaves": {}}
    await deliver("feed", both)
    await deliver("other", {"leaves": {}})
    gone = await deliver("feed", {"stays": {}}, policy=policy)
    assert gone.counts.missing == 1
    rows = await database.fetch(
        "select status from public.products where workspace_id = %s and source = 'feed' and source_key = 'leaves'",
        workspace,
    )
    assert [row[0] for row in rows] == ([status] if status else [])
    before = await dump(database, workspace)
    assert (await deliver("feed", {"stays": {}}, policy=policy)).counts.missing == 0
    assert await dump(database, workspace) == before
    back = await deliver("feed", both)
    assert back.recorded == (
        {"created": 0, "updated": 1, "unchanged": 1} if status else {"created": 1, "updated": 0, "unchanged": 1}
    )
    assert (await read_statuses(database, workspace))["leaves"] == "published"


async def test_another_policy_is_carried_out_on_what_left_before(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("feed", {"stays": {}, "leaves": {}})
    await deliver("feed", {"stays": {}}, policy="mark")
    assert (await deliver("feed", {"stays": {}}, policy="delete")).counts.missing == 0
    assert await read_statuses(database, workspace) == {"stays": "published"}


async def test_a_part_of_a_delivery_touches_nothing_else(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("feed", make_records(20))
    part = await deliver("feed", dict(list(make_records(20).items())[:5]), policy=None)
    assert part.recorded == {"created": 0, "updated": 0, "unchanged": 5}
    assert set((await read_statuses(database, workspace)).values()) == {"published"}


async def test_another_mapping_reads_all_again_and_writes_what_differs(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("feed", make_records(5))
    again = await deliver("feed", make_records(5), version="v2")
    assert (again.read, again.recorded) == (5, {"created": 0, "updated": 0, "unchanged": 5})
    assert (await deliver("feed", make_records(5), version="v2")).read == 0


async def test_a_product_that_moves_in_its_feed_is_unchanged(deliver: Deliver) -> None:
    records = make_records(5)
    await deliver("feed", records)
    moved = dict(reversed(records.items()))
    assert (await deliver("feed", moved, version="v2")).recorded["unchanged"] == 5


async def test_a_line_says_what_a_row_says(database: Database, workspace: uuid.UUID, deliver: Deliver) -> None:
    product = make_product("k", EVERY_FIELD)
    await deliver("feed", {"k": EVERY_FIELD})
    [line] = await database.fetch_dicts("select * from public.products where workspace_id = %s", workspace)
    async with database.transaction() as connection:
        row = product_row(product, 0, RowOrigin(workspace, line["source_job_id"], "feed", "feed", "feed/1", "v1"))
        await upsert(connection, [seal(dataclasses.replace(row, variants=[one.model_dump() for one in product.variants],
            attributes={"width": {"value": "60", "unit": "cm"}}, provenance=line["provenance"]))])  # fmt: skip
    [row_read] = await database.fetch_dicts("select * from public.products where workspace_id = %s", workspace)
    of_the_write = {"content_hash", "updated_at", "record_hash", "keywords"}
    differ = {name for name in line if line[name] != row_read[name]}
    assert differ <= of_the_write
    assert all(line[name] is not None for name in COLUMNS if name != "source_document_id")


async def test_the_first_delivery_of_a_source_is_written_as_it_comes(database: Database, workspace: uuid.UUID) -> None:
    origin = RowOrigin(workspace, workspace, "feed", "feed", "feed/1", "before")
    await jobs.open_job(database, jobs.JobRow(workspace, workspace, "feed", "feed", "feed", {}))
    async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
        assert await delivery.is_first()
        delivery.record_with_rows(workspace, "save-records")
        for position in range(3):
            rows = write_rows(origin, [(position, make_product(str(position), {}), b"1")], range(3))
            await delivery.send(rows)
        await delivery.renew_version("before", "after")
    async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
        assert not await delivery.is_first()
        await delivery.stage(write_stubs([(0, "0", b"1"), (1, "1", b"2"), (2, "2", b"1"), (3, "3", b"1")]))
        assert await delivery.compare("after") == DeliveryCounts(1, 1, 2, 0, 0, 3, 0)
    assert await jobs.count_statuses(database, workspace) == {("product", "created"): 3}


async def test_two_records_with_one_key_are_refused_and_nothing_is_written(
    database: Database, workspace: uuid.UUID
) -> None:
    async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
        await delivery.stage(write_stubs([(0, "same", b"1"), (1, "same", b"2")]))
        with pytest.raises(DuplicateKeysError, match="'same'"):
            await delivery.compare("v1")


async def test_a_failure_while_rows_are_sent_leaves_nothing_and_a_usable_connection(
    database: Database, workspace: uuid.UUID
) -> None:
    async def fail_between_batches() -> None:
        async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
            await delivery.stage(write_stubs([(0, "a", b"1"), (1, "b", b"2")]))
            await delivery.compare("v1")
            origin = RowOrigin(workspace, workspace, "feed", "feed", "feed/1", "v1")
            await delivery.send(write_rows(origin, [(0, make_product("a", {}), b"1")], {0}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_between_batches()
    assert await dump(database, workspace) == []


async def test_what_changes_is_told_before_it_is_written(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("feed", {"a": {"price": "10.00"}})
    after = to_columns(make_product("a", {"price": "12.00"}), workspace, "feed")
    identity = uuid.UUID(after["id"])
    async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
        stored = await delivery.read_stored([identity, uuid.uuid4()])
    assert list(stored) == [identity]
    [change] = diff_products(stored[identity], after)
    assert change == FieldChange("price", "10", "12")


async def test_words_are_found_before_and_after_they_are_indexed(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    term, wanted = QueryTerm("oak", ("oak",), ()), ProductFilter(workspace)
    await deliver("feed", {"a": {"name": "Oak table"}, "b": {"name": "Pine table"}})

    async def find() -> tuple[list[Any], list[int]]:
        hits = await find_keywords(database, wanted, [term], None)
        return [hit.product_id for hit in hits], await count_keywords(database, wanted, [term])

    expected = [ids.product_id(workspace, "feed", "a")], [1, 2]
    assert await find() == expected
    assert [await index_keywords(database, workspace, 1) for _ in range(3)] == [1, 1, 0]
    assert await find() == expected
    await deliver("feed", {"a": {"name": "Ash table"}, "b": {"name": "Pine table"}})
    assert await find() == ([], [0, 2])


async def test_what_is_known_of_a_feed_is_kept(database: Database, workspace: uuid.UUID) -> None:
    assert await find_feed_source(database, workspace, "feed") is None
    feed = FeedSource(
        workspace_id=workspace, source="feed", profile="google", mapping={"fields": {"name": ["title"]}},
        mapping_digest="m1", context_digest="c1", etag='"e"', last_modified=None, sha256="0" * 64, records=3,
        source_job_id=uuid.uuid4(),
    )  # fmt: skip
    for records in (3, 4):
        async with database.transaction() as connection:
            await save_feed_source(connection, FeedSource(**{**_fields(feed), "records": records}))
        found = await find_feed_source(database, workspace, "feed")
        assert found == FeedSource(**{**_fields(feed), "records": records})


def _fields(feed: FeedSource) -> dict[str, Any]:
    return {name: getattr(feed, name) for name in feed.__dataclass_fields__}
