"""Deliveries against the real database: what is new, changed, unchanged, gone and back."""

import uuid
from typing import Any

import pytest

from tasks.catalog import ids
from tasks.catalog.changes import FieldChange, diff_products
from tasks.catalog.queries import QueryTerm
from tasks.storage import jobs
from tasks.storage.database import Database
from tasks.storage.deliveries import DeliveryCounts, DuplicateKeysError, open_delivery
from tasks.storage.feed_sources import FeedSource, find_feed_source, save_feed_source
from tasks.storage.keywords import index_keywords
from tasks.storage.search import ProductFilter, count_keywords, find_keywords

from .conftest import Deliver, make_row


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
    assert first.counts == DeliveryCounts(1000, 0, 0, 0, 0, 0)
    assert first.recorded == {"created": 1000, "updated": 0, "unchanged": 0}

    before = await dump(database, workspace)
    second = await deliver("feed", records)
    assert (second.counts, second.read) == (DeliveryCounts(0, 0, 1000, 0, 0, 1000), 0)
    assert second.recorded == {"created": 0, "updated": 0, "unchanged": 1000}
    assert await dump(database, workspace) == before

    changed = {key: {**fields, "price": "9.00"} for key, fields in list(records.items())[:10]}
    third_records = {**{key: records[key] for key in list(records)[:990]}, **changed, "NEW": {"name": "New"}}
    third = await deliver("feed", third_records)
    assert (third.counts, third.read) == (DeliveryCounts(1, 10, 980, 0, 10, 1000), 11)
    assert third.recorded == {"created": 1, "updated": 10, "unchanged": 980}
    assert [one.key for one in third.missing] == list(records)[990:]
    assert await jobs.count_statuses(database, third.job) == {
        ("product", "created"): 1, ("product", "updated"): 10, ("product", "unchanged"): 980,
    }  # fmt: skip

    again = await deliver("feed", third_records)
    assert again.counts == DeliveryCounts(0, 0, 991, 0, 0, 991)
    back = await deliver("feed", third_records | records)
    assert back.counts == DeliveryCounts(0, 10, 981, 10, 0, 991)
    assert back.recorded == {"created": 0, "updated": 20, "unchanged": 981}
    assert set((await read_statuses(database, workspace)).values()) == {"published"}


async def test_a_row_comes_back_as_it_was_written(database: Database, workspace: uuid.UUID, deliver: Deliver) -> None:
    fields = {
        "name": 'Back\\slash \\N "quote"\ttab\nline\r\nend',
        "description": "control \x1f\x1e characters",
        "external_sku": "\\.",
        "attributes": {"width": {"value": "60", "unit": "cm"}, "note": 'a "b" \\ \n ü'},
        "variants": [{"sku": "x"}],
        "images": [{"url": "https://shop.example/a%20b.jpg"}],
        "pages": (3, 4),
        "price": "1299.90",
        "supplier": "Lieferant GmbH",
        "gtin": "4006381333931",
    }
    await deliver("feed %s 100%", {"k\t1\\": fields})
    [stored] = await database.fetch_dicts("select * from public.products where workspace_id = %s", workspace)
    assert stored["id"] == ids.product_id(workspace, "feed %s 100%", "k\t1\\")
    assert stored["description"] == "control  characters"
    assert format(stored["price"], "f") == "1299.90"
    assert stored["pages"] == [3, 4]
    assert (stored["gtin14"], stored["supplier_folded"]) == ("04006381333931", "lieferant")
    for name in ("name", "external_sku", "attributes", "variants", "images"):
        assert stored[name] == fields[name]
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


async def test_two_records_with_one_key_are_refused_and_nothing_is_written(
    database: Database, workspace: uuid.UUID
) -> None:
    async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
        await delivery.stage([(0, "same", b"1"), (1, "same", b"2")])
        with pytest.raises(DuplicateKeysError, match="'same'"):
            await delivery.compare("v1")


async def test_a_failure_while_rows_are_sent_leaves_nothing_and_a_usable_connection(
    database: Database, workspace: uuid.UUID
) -> None:
    async def fail_between_batches() -> None:
        async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
            await delivery.stage([(0, "a", b"1"), (1, "b", b"2")])
            await delivery.compare("v1")
            await delivery.write([make_row(workspace, "feed", "a", 0, {})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_between_batches()
    assert await dump(database, workspace) == []


async def test_what_changes_is_told_before_it_is_written(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("feed", {"a": {"price": "10.00"}})
    after = make_row(workspace, "feed", "a", 0, {"price": "12.00"})
    async with database.transaction() as connection, open_delivery(connection, workspace, "feed") as delivery:
        stored = await delivery.read_stored([after.id, uuid.uuid4()])
    assert list(stored) == [after.id]
    [change] = diff_products(stored[after.id], {**stored[after.id], "price": after.price})
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
