"""Products of several sources against the real database: merged, linked, taken apart, the same in any order."""

import itertools
import uuid
from typing import Any

import pytest

from tasks.catalog import ids
from tasks.catalog.queries import QueryTerm
from tasks.storage.database import Database
from tasks.storage.documents import register_workspace
from tasks.storage.matches import undo_matches
from tasks.storage.search import ProductFilter, find_called, find_keywords

from .conftest import Deliver

CHAIR, TABLE = "4006381333931", "4002051694692"
SOURCES: dict[str, dict[str, dict[str, Any]]] = {
    "a": {"1": {"gtin": CHAIR, "name": "Oak chair"}, "2": {"brand": "Hay GmbH", "sku": "AB-12"}},
    "b": {
        "1": {"gtin": CHAIR, "name": "Chair, oak"},
        "2": {"brand": "Other", "supplier": "HAY", "sku": "ΑΒ 12"},
    },
    "c": {"1": {"gtin": CHAIR}, "2": {"gtin": CHAIR}, "3": {"brand": "hay", "sku": "ab12", "gtin": TABLE}},
}


async def read_groups(database: Database, workspace: uuid.UUID) -> dict[str, str]:
    """source/key of each merged product -> that of its canonical one."""
    rows = await database.fetch(
        "select p.source || p.source_key, c.source || c.source_key from public.products p "
        "join public.products c on c.id = p.merged_into where p.workspace_id = %s",
        workspace,
    )
    return dict(rows)


async def count_active(database: Database, workspace: uuid.UUID) -> dict[str, int]:
    rows = await database.fetch(
        "select kind, count(*) from public.product_matches where workspace_id = %s and ended_at is null group by kind",
        workspace,
    )
    return {kind: int(count) for kind, count in rows}


async def test_what_two_sources_share_is_merged_and_reported(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    assert (await deliver("a", SOURCES["a"])).matches == []
    second = await deliver("b", SOURCES["b"])
    assert {(m.product_id, m.canonical_id, m.rule, m.key, m.kind) for m in second.matches} == {
        (_id(workspace, "b", "1"), _id(workspace, "a", "1"), "gtin", f"0{CHAIR}", "merged"),
        (_id(workspace, "b", "2"), _id(workspace, "a", "2"), "maker_sku", "hay ab12", "merged"),
    }
    assert await read_groups(database, workspace) == {"b1": "a1", "b2": "a2"}
    third = await deliver("c", SOURCES["c"])
    assert {(m.product_id, m.kind, m.reason) for m in third.matches} == {
        (_id(workspace, "c", "1"), "linked", "several in one source"),
        (_id(workspace, "c", "2"), "linked", "several in one source"),
        (_id(workspace, "c", "3"), "merged", None),
    }


def _id(workspace: uuid.UUID, source: str, key: str) -> uuid.UUID:
    return ids.product_id(workspace, source, key)


async def test_a_second_delivery_of_the_same_writes_no_match(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    for source in "ab":
        await deliver(source, SOURCES[source])
    before = await database.fetch(
        "select m.*, m.xmin::text from public.product_matches m where workspace_id = %s order by id", workspace
    )
    for source in "ba":
        assert (await deliver(source, SOURCES[source], version="v2")).matches == []
    after = await database.fetch(
        "select m.*, m.xmin::text from public.product_matches m where workspace_id = %s order by id", workspace
    )
    assert before == after


@pytest.mark.parametrize("order", ["".join(order) for order in itertools.permutations("abc")])
async def test_the_groups_are_the_same_in_any_order_and_the_oldest_row_leads(
    database: Database, workspace: uuid.UUID, deliver: Deliver, order: str
) -> None:
    for source in order:
        await deliver(source, SOURCES[source])
    groups = await read_groups(database, workspace)
    members = {
        canonical: {canonical} | {p for p, c in groups.items() if c == canonical} for canonical in groups.values()
    }
    assert sorted(map(sorted, members.values())) == [["a1", "b1"], ["a2", "b2", "c3"]]
    assert {canonical[0] for canonical in members} <= {order[0], order[1]}
    assert (await count_active(database, workspace)) == {"merged": 3, "linked": 2}


async def test_a_merge_ends_when_the_keys_no_longer_say_so(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("a", {"1": {"gtin": CHAIR}})
    await deliver("b", {"1": {"gtin": CHAIR}})
    await deliver("b", {"1": {"gtin": TABLE}})
    assert (await read_groups(database, workspace), await count_active(database, workspace)) == ({}, {})
    assert len((await deliver("b", {"1": {"gtin": CHAIR}})).matches) == 1
    assert await read_groups(database, workspace) == {"b1": "a1"}


@pytest.mark.parametrize("policy", ["mark", "delete"])
async def test_a_group_goes_on_when_its_canonical_product_leaves(
    database: Database, workspace: uuid.UUID, deliver: Deliver, policy: str
) -> None:
    for source in "abc":
        await deliver(source, {"1": {"gtin": CHAIR}})
    assert await read_groups(database, workspace) == {"b1": "a1", "c1": "a1"}
    await deliver("a", {"2": {}}, policy=policy)
    assert await read_groups(database, workspace) == {"c1": "b1"}


async def test_what_was_undone_is_not_merged_again(database: Database, workspace: uuid.UUID, deliver: Deliver) -> None:
    for source in "abc":
        last = await deliver(source, {"1": {"gtin": CHAIR}})
    assert await undo_matches(database, workspace, job=last.job) == 1
    assert await read_groups(database, workspace) == {"b1": "a1"}
    for version in ("v2", "v3"):
        for source in "cab":
            await deliver(source, {"1": {"gtin": CHAIR, "price": version[1]}}, version=version)
    assert await read_groups(database, workspace) == {"b1": "a1"}
    assert await undo_matches(database, workspace, job=last.job) == 0


async def test_the_canonical_product_can_be_taken_out_of_its_group(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    for source in "abc":
        await deliver(source, {"1": {"gtin": CHAIR}})
    assert await undo_matches(database, workspace, product=_id(workspace, "a", "1")) == 1
    assert await read_groups(database, workspace) == {"c1": "b1"}
    assert await undo_matches(database, workspace, product=_id(workspace, "a", "1")) == 0


async def test_another_workspace_has_its_own_products(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    await deliver("a", {"1": {"gtin": CHAIR}})
    other = uuid.uuid4()
    await register_workspace(database, other, f"other-{other}")
    await database.execute(
        "update public.products set workspace_id = %s where workspace_id = %s", other, workspace
    )  # the same row, elsewhere
    assert (await deliver("b", {"1": {"gtin": CHAIR}})).matches == []


async def test_search_finds_a_merged_product_by_any_of_its_sources_once(
    database: Database, workspace: uuid.UUID, deliver: Deliver
) -> None:
    for source, name in (("a", "Oak chair"), ("b", "Eichenstuhl oak")):
        await deliver(source, {"1": {"gtin": CHAIR, "name": name}})
    canonical, wanted = _id(workspace, "a", "1"), ProductFilter(workspace)
    for word in ("chair", "eichenstuhl", "oak"):
        hits = await find_keywords(database, wanted, [QueryTerm(word, (word,), ())], None)
        assert [hit.product_id for hit in hits] == [canonical]
        known = await find_keywords(database, wanted, [QueryTerm(word, (word,), ())], [canonical])
        assert [hit.matches for hit in known] == [(3,)]
    assert await find_called(database, wanted, "eichenstuhl oak") == {canonical: ("name", "Eichenstuhl oak")}


async def test_a_thousand_products_of_two_sources(database: Database, workspace: uuid.UUID, deliver: Deliver) -> None:
    records = {str(index): {"brand": "Hay", "sku": f"AB-{index:04d}"} for index in range(1000)}
    await deliver("a", records)
    assert len((await deliver("b", records)).matches) == 1000
    assert len(await read_groups(database, workspace)) == 1000
