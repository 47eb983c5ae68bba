"""What a person reads at the end of a command: the products, the sums, what is not well, and where things are."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.catalog.report import ITEM_KINDS

PRODUCTS_SHOWN = 30
PROBLEMS_SHOWN = 10
PLAIN_WIDTH = 140
_HASH = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Export:
    """Products as JSON Lines, a line as it comes; what was there is replaced only once all lines are written.

    Without a path it only remembers the first products, for the table.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.shown: list[dict[str, Any]] = []

    async def take(self, products: AsyncIterator[dict[str, Any]]) -> None:
        """Write them all, or look at the first ones."""
        partial = self._path.with_name(f".{self._path.name}.partial") if self._path else Path(os.devnull)
        with partial.open("w", encoding="utf-8") as file:
            async for product in products:
                if len(self.shown) < PRODUCTS_SHOWN:
                    self.shown.append(product)
                elif not self._path:
                    break
                file.write(json.dumps(product, ensure_ascii=False) + "\n")
        if self._path:
            partial.replace(self._path)


def open_console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal; elsewhere (a file, a pipe) wide enough for whole tables."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH)


def print_summary(
    job: dict[str, Any],
    products: list[dict[str, Any]],
    home: Path,
    *,
    to_stderr: bool,
    children: Sequence[dict[str, Any]] = (),
) -> None:
    """The short tables at the end. Text from sources is printed as it is, never as markup."""
    console = open_console(stderr=to_stderr)
    report = job["report"] or {}
    if products:
        console.print(_product_table(products))
        if (more := _count_products(report) - len(products)) > 0:
            console.print(f"... and {more} more products", markup=False)
    if children:
        console.print(_children_table(children))
    if report.get("items"):
        console.print(item_table(report["items"]))
    if report.get("calls"):
        console.print(_call_table(report["calls"]))
    for problem in report.get("problems", [])[:PROBLEMS_SHOWN]:
        line = (
            f"{problem['status']}: {problem['kind']} {_shorten(problem['key'])} at {problem['stage']}: "
            f"{problem['reason']}"
        )
        console.print(line, markup=False, soft_wrap=True)
    if len(report.get("problems", [])) > PROBLEMS_SHOWN:
        console.print(f"... and {len(report['problems']) - PROBLEMS_SHOWN} more problems", markup=False)
    console.print(describe_end(job), markup=False, soft_wrap=True)
    console.print(f"job {job['id']}; library, files and logs are in {home}", markup=False, soft_wrap=True)


def _count_products(report: dict[str, Any]) -> int:
    counts = report.get("items", {}).get("product", {})
    return sum(counts.get(change, 0) for change in ("created", "updated", "unchanged"))


def describe_end(job: dict[str, Any]) -> str:
    """One line: how the job ended and why."""
    reason = (job["completion_reason"] or "").replace("_", " ")
    resumed = ", taken up after an interruption" if (job["report"] or {}).get("resumed") else ""
    return f"{job['source']}: {job['status']}{' (' + reason + ')' if reason else ''}{resumed}"


def _shorten(key: str) -> str:
    """A hash or id by its first characters, whatever stands before it; an address or a supplier's key whole."""
    *before, last = key.rsplit(": ", 1)
    return ": ".join([*before, last[:12] if _HASH.fullmatch(last) else last])


def _children_table(children: Sequence[dict[str, Any]]) -> Table:
    table = Table(title="Sources", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("source", no_wrap=True, overflow="ellipsis")
    for name in ("pages", "products", "images"):
        table.add_column(name, justify="right")
    table.add_column("outcome")
    for child in children:
        items = (child["report"] or {}).get("items", {})
        counts = (items.get(kind, {}).get("declared", 0) for kind in ("page", "product", "image"))
        reason = child["error"] or (child["completion_reason"] or "").replace("_", " ")
        outcome = f"{child['status']}: {reason}" if reason else child["status"]
        table.add_row(Text(Path(child["source"]).name), *map(str, counts), Text(outcome))
    return table


def _product_table(products: list[dict[str, Any]]) -> Table:
    table = Table(title="Products", title_justify="left", box=SIMPLE_HEAD)
    for name, justify in (
        ("page", "right"),
        ("name", "left"),
        ("SKU", "left"),
        ("price", "right"),
        ("attributes", "left"),
    ):
        table.add_column(name, justify=justify, overflow="ellipsis", no_wrap=name != "attributes")  # type: ignore[arg-type]  # rich's literal type
    table.add_column("images", justify="right")
    for product in products:
        price = describe_price(product)
        table.add_row(
            str(product["pages"][0]) if product["pages"] else "",
            Text(product["name"]),
            Text(product["sku"] or ""),
            Text(price),
            Text(_describe_attributes(product["attributes"])),
            str(len(product["images"])),
        )
    return table


def describe_price(product: dict[str, Any]) -> str:
    """The price with its currency; where a list has several columns only, the lowest of them."""
    columns = sorted(map(Decimal, product["prices"].values()))
    price = str(product["price"]) if product["price"] else f"from {columns[0]}" if columns else ""
    return " ".join(filter(None, [price, product["currency"]])) if price else ""


def _describe_attributes(attributes: dict[str, Any], most: int = 4) -> str:
    parts = []
    for name, value in list(attributes.items())[:most]:
        if isinstance(value, dict):
            value = " ".join(filter(None, [value.get("value"), value.get("unit")]))
        elif isinstance(value, list):
            value = ", ".join(map(str, value))
        parts.append(f"{name} {value}")
    return ", ".join(parts) + (", ..." if len(attributes) > most else "")


def _call_table(calls: dict[str, dict[str, Any]]) -> Table:
    """What services were asked, and how close this process came to their caps."""
    names = ["requests", "cached", "retries", "most at once", "most in 60 s", "cap used", "USD"]
    table = Table("service", *names, title="Calls", title_justify="left", box=SIMPLE_HEAD)
    for name, one in calls.items():
        counts = (one["requests"], one["cached"], one["retries"], one["max_in_flight"], one["max_per_60s"])
        table.add_row(name, *map(str, counts), f"{one['utilisation']:.0%}", f"{one['cost_usd']:.4f}")
    return table


def item_table(items: dict[str, dict[str, int]]) -> Table:
    names = ["declared", "created", "updated", "unchanged", "skipped", "pending", "failed"]
    table = Table("items", *names, title="Items", title_justify="left", box=SIMPLE_HEAD)
    for kind in ITEM_KINDS:
        table.add_row(kind, *(str(items[kind][name]) for name in names))
    return table
