"""`--dry-run` of a crawl: what robots.txt and sitemaps say, what the library knows, how long it takes at least.

It asks for robots.txt and, with --from-sitemap, for sitemaps; nothing is written but the turns at the hosts, which are
everybody's. A home that is not there yet is not made: then turns are this process's own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from flows.cli.display import fail, stderr_console
from flows.cli.run import DONE, PARTIAL, print_json
from flows.cli.summary import open_console
from tasks.catalog.ids import workspace_id
from tasks.catalog.redaction import redact
from tasks.catalog.web.scope import Scope
from tasks.catalog.web.urls import PageUrl
from tasks.resources import open_resources
from tasks.settings import Settings, load_settings
from tasks.storage.web_memory import count_known
from tasks.web_rehearsal import Rehearsal, open_rehearsal


@dataclass
class SitePlan:
    """What crawling one origin would mean. `pages` None: links decide, up to `max_pages` of the whole crawl."""

    origin: str
    robots: str
    delay_seconds: float
    sitemaps: list[str] = field(default_factory=list)
    pages: int | None = None
    refused: dict[str, str] = field(default_factory=dict)  # address that was named -> why it is not taken
    known_pages: int = 0
    known_products: int = 0
    floor_seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def print_web_plan(options: Mapping[str, Any], as_json: bool) -> int:
    """Print what crawling the sources would mean; returns the exit code."""
    stderr_console().print("asking for robots.txt" + (" and sitemaps" if options["from_sitemap"] else ""))
    plans = asyncio.run(_plan(options))
    for plan in plans:
        for problem in plan.problems:
            fail(problem)
    if as_json:
        print_json({"dry_run": True, "sites": [asdict(plan) for plan in plans]})
    open_console(stderr=as_json).print(_table(plans))
    return PARTIAL if any(plan.problems or plan.refused for plan in plans) else DONE


async def _plan(options: Mapping[str, Any]) -> list[SitePlan]:
    from flows.web import WebIngest, read_options

    settings = load_settings()
    crawl = read_options(WebIngest(**options), settings)
    depth = settings.web_max_depth if crawl.depth is None else crawl.depth
    scope = Scope(seeds=crawl.seeds, include=crawl.include, exclude=crawl.exclude, max_depth=depth)
    origins: dict[str, list[PageUrl]] = {}
    for seed in crawl.seeds:
        origins.setdefault(seed.origin, []).append(seed)
    async with AsyncExitStack() as stack:
        known = settings.supabase_db_url or settings.home.exists()
        database = (await stack.enter_async_context(open_resources())).database if known else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quarry-plan-")))
        rehearsal = await stack.enter_async_context(open_rehearsal(settings, folder))
        plans = []
        for origin, seeds in origins.items():
            plan = await _plan_site(rehearsal, origin, seeds, scope, settings, crawl.from_sitemap)
            if database is not None:
                host = seeds[0].host
                plan.known_pages, plan.known_products = await count_known(
                    database, workspace_id(options["workspace"]), host
                )
            _set_floor(plan, crawl.max_pages, len(seeds), crawl.pages_only)
            plans.append(plan)
    return plans


async def _plan_site(
    rehearsal: Rehearsal, origin: str, seeds: list[PageUrl], scope: Scope, settings: Settings, from_sitemap: bool
) -> SitePlan:
    rules = await rehearsal.ask_robots(origin)
    delay = max(settings.web_delay_seconds, min(rules.crawl_delay or 0.0, settings.web_max_delay_seconds))
    said = {"rules": "has rules", "all": "allows everything", "none": "cannot be read: nothing is fetched"}
    plan = SitePlan(origin, f"{said[rules.verdict]} (answered {rules.status})", delay)
    for seed in seeds:
        if reason := scope.explain_refusal(seed, 0) or rules.explain_refusal(seed.url):
            plan.refused[redact(seed.url)] = reason
    plan.sitemaps = list(rules.list_sitemaps(f"{origin}/robots.txt"))
    if from_sitemap and not rules.is_temporary:
        found = await rehearsal.read_sitemaps(seeds, rules, delay)
        plan.problems = found.problems
        allowed = [
            page
            for page in found.pages.values()
            if not scope.explain_refusal(page, 1) and not rules.explain_refusal(page.url)
        ]
        plan.pages = len(allowed)
    return plan


def _set_floor(plan: SitePlan, max_pages: int, seeds: int, pages_only: bool) -> None:
    if pages_only:
        plan.pages = seeds - len(plan.refused)
    most = max_pages if plan.pages is None else min(plan.pages, max_pages)
    plan.floor_seconds = most * plan.delay_seconds


def _table(plans: list[SitePlan]) -> Table:
    table = Table(title="What would be done", title_justify="left", box=SIMPLE_HEAD)
    for name in ("shop", "robots.txt", "sitemaps", "pages", "known pages", "known products", "delay", "at least"):
        table.add_column(name, justify="left" if name in ("shop", "robots.txt") else "right")
    for plan in plans:
        pages = "as linked" if plan.pages is None else str(plan.pages)
        counts = (str(len(plan.sitemaps)), pages, str(plan.known_pages), str(plan.known_products))
        times = (f"{plan.delay_seconds:g} s", f"{plan.floor_seconds:.0f} s")
        table.add_row(Text(plan.origin), Text(plan.robots), *counts, *times)
        for address, reason in plan.refused.items():
            table.add_row(Text(f"  {address}"), Text(f"not taken: {reason}"))
    return table
