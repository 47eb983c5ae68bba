"""The report every job ends with, and the rule that its sums must close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from tasks.catalog.pages import Frozen

REPORT_SCHEMA_VERSION: Literal[1] = 1

ItemKind = Literal["page", "product", "image", "chunk"]
ItemStatus = Literal["created", "updated", "unchanged", "skipped", "pending", "failed"]
ITEM_KINDS: tuple[ItemKind, ...] = ("page", "product", "image", "chunk")
ITEM_STATUSES: tuple[ItemStatus, ...] = ("created", "updated", "unchanged", "skipped", "pending", "failed")


class ItemCounts(Frozen):
    """How the items of one kind ended."""

    declared: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    pending: int = 0
    failed: int = 0

    @property
    def accounted(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped + self.pending + self.failed


class StageTime(Frozen):
    name: str
    seconds: float
    items: int


class Problem(Frozen):
    """One item that is not well: skipped, pending or failed, and why."""

    kind: ItemKind
    key: str
    stage: str
    status: ItemStatus
    reason: str


class ServiceCalls(Frozen):
    """What one outside service was asked, and how close to its caps."""

    requests: int = 0
    cached: int = 0
    retries: int = 0
    max_in_flight: int = 0
    max_per_60s: int = 0
    utilisation: float = 0.0
    cost_usd: float = 0.0


class ChangedField(Frozen):
    """A field's value before and after, as text; None where there was or is none."""

    field: str
    before: str | None
    after: str | None


class ProductChange(Frozen):
    """A product that a delivery makes or changes. Of a new one no fields are listed."""

    key: str
    name: str
    change: Literal["created", "updated"]
    fields: tuple[ChangedField, ...] = ()


class Merge(Frozen):
    """A product that is the same as one of another source: by which rule, and whether the two are one now."""

    product_id: str
    product: str
    canonical_id: str
    canonical_source: str
    rule: str
    key: str
    kind: Literal["linked", "merged"]
    reason: str | None = None


class JobReport(Frozen):
    """Version 1 of the report; one JSON object on one line with `--json`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    version: Literal[1] = Field(REPORT_SCHEMA_VERSION, alias="schema")
    job_id: str
    job_type: str
    status: str
    completion_reason: str | None = None
    source: str
    started_at: str
    finished_at: str
    resumed: bool = False
    children: tuple[str, ...] = ()
    items: dict[ItemKind, ItemCounts] = {}
    missing: tuple[str, ...] = ()
    changes: tuple[ProductChange, ...] = ()
    merged: tuple[Merge, ...] = ()
    vectors: dict[str, int] = {}
    calls: dict[str, ServiceCalls] = {}
    stages: tuple[StageTime, ...] = ()
    frontier: dict[str, int] = {}  # of a crawl: why pages that it found were not taken -> how many
    problems: tuple[Problem, ...] = ()
    error: str | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        return self.model_dump_json(by_alias=True)


class SumsDoNotCloseError(RuntimeError):
    """Items were lost between what the source declared and what the ledger holds."""


def count_items(
    declared: Mapping[ItemKind, int], statuses: Mapping[tuple[str, str], int]
) -> dict[ItemKind, ItemCounts]:
    """Counts by kind from what was declared and the ledger's (kind, status) -> n."""
    return {
        kind: ItemCounts(
            declared=declared.get(kind, 0), **{status: statuses.get((kind, status), 0) for status in ITEM_STATUSES}
        )
        for kind in ITEM_KINDS
    }


def leave_pending(items: Mapping[ItemKind, ItemCounts]) -> dict[ItemKind, ItemCounts]:
    """The counts of a job that was ended early: declared items without a line are pending, and all lines declared."""
    closed = {}
    for kind, counts in items.items():
        declared = max(counts.declared, counts.accounted)
        pending = counts.pending + declared - counts.accounted
        closed[kind] = counts.model_copy(update={"declared": declared, "pending": pending})
    return closed


def check_sums(items: Mapping[ItemKind, ItemCounts]) -> None:
    """Raise `SumsDoNotCloseError` unless every kind's declared items are all accounted for."""
    open_sums = [
        f"{kind}: {counts.declared} declared, {counts.accounted} accounted for"
        for kind, counts in items.items()
        if counts.declared != counts.accounted
    ]
    if open_sums:
        raise SumsDoNotCloseError("the job's sums do not close (" + "; ".join(open_sums) + ")")


class Outcome(Frozen):
    """How a job ends: the state it deserves and why."""

    failed: bool
    completion_reason: str | None


def judge(items: Mapping[ItemKind, ItemCounts], empty_reason: str | None) -> Outcome:
    """The outcome of closed sums. Everything failed is a failure; some of it is a completion that says so."""
    declared = sum(counts.declared for counts in items.values())
    failed = sum(counts.failed for counts in items.values())
    pending = sum(counts.pending for counts in items.values())
    pages = items.get("page", ItemCounts())
    if declared and (failed == declared or (pages.declared and pages.failed == pages.declared)):
        return Outcome(failed=True, completion_reason="all_items_failed")
    if failed:
        return Outcome(failed=False, completion_reason="completed_with_failures")
    if pending:
        return Outcome(failed=False, completion_reason="completed_with_pending")
    return Outcome(failed=False, completion_reason=empty_reason)
