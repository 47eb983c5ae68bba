"""Feeds of formats that Quarry has not been built with, written out from their specifications and from practice.

`supplier_feeds/*.yaml` hold for each feed its head, the template of a record and its tail, and what has to be read of a
record: fields of the product, attributes by name, values that have to be kept somewhere, fields that must stay empty.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from custom_feeds import draw_values

RECORDS = 8
_FOLDER = Path(__file__).with_suffix("")
_ROOMS = ("Living room > Sofas", "Bedroom > Beds")
_MAKERS = ("Casa Lume", "Forma 9")
_WOHNEN = ("Wohnen > Sofas", "Wohnen > Sessel", "Schlafen")
_CATEGORIES = "".join(f"<category><id>{n}</id><name>Категорія {n}</name></category>" for n in range(1, 5))
_SKAPIEC_CATEGORIES = "".join(
    f"<catitem><catid>{n}</catid><catname>Kategoria {n}</catname></catitem>" for n in range(1, 5)
)

Truth = dict[str, Any]


class SupplierFeed(NamedTuple):
    """A feed's parts, and the truth of each record by the templates of its fields."""

    name: str
    language: str
    head: str
    record: str
    tail: str
    truth: Truth
    records: int = RECORDS
    encoding: str = "utf-8"
    between: dict[int, str] = {}  # what stands before the record of that number

    def write(self) -> bytes:
        """The feed in its encoding."""
        values = list(self._draw())
        outer = {
            "categories_hotline": _CATEGORIES,
            "categories_skapiec": _SKAPIEC_CATEGORIES,
            "tail_prices": "".join(f'<price product_id="{v["n"]}" currency="EUR">{v["p"]}</price>' for v in values),
            "tail_items": "".join(
                f"<Item><StyleNo>{v['sku']}</StyleNo><Size>M</Size><Qty>{v['qty1']}</Qty></Item>" for v in values
            ),
            "tail_stocks": "".join(f'<stock product_id="{v["n"]}" quantity="{v["qty1"]}"/>' for v in values),
        }
        rows = [self.between.get(n, "") + self.record.format_map(v) for n, v in enumerate(values)]
        text = self.head.format_map(outer) + "".join(rows) + self.tail.format_map(outer)
        declared = f'<?xml version="1.0" encoding="{self.encoding}"?>\n'
        return (declared + text).encode(self.encoding, "xmlcharrefreplace")

    def truths(self) -> Iterator[Truth]:
        """What has to be read of each record, in order."""
        for values in self._draw():
            plain = {name: html.unescape(value) for name, value in values.items()}
            yield {field: _fill(value, plain) for field, value in self.truth.items()}

    def _draw(self) -> Iterator[dict[str, str]]:
        for n, values in enumerate(draw_values(self.language, self.records)):
            yield values | _more_values(n, values, self.records)


def load_feeds() -> list[SupplierFeed]:
    """Every feed of the data."""
    entries = [entry for path in sorted(_FOLDER.glob("*.yaml")) for entry in yaml.safe_load(path.read_text("utf-8"))]
    return [SupplierFeed(**entry) for entry in entries]


def _fill(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _fill(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [_fill(one, values) for one in value]
    return value.format_map(values) if isinstance(value, str) else value


def _more_values(n: int, values: dict[str, str], records: int) -> dict[str, str]:
    """Amounts of thousands as countries write them, stock that is never nothing, the group that a record stands in."""
    more = {"qty1": str(2 + n * 3), "catno": str(1 + n % 4), "room": _ROOMS[n >= records // 2]}
    more["maker_room"] = _MAKERS[n >= records // 2]
    more["wohnen"] = _WOHNEN[3 * n // records]
    more["kgc"] = values["kg"].replace(".", ",")
    more["t_net"] = f"{1000 + n * 37}.30"
    for name, amount in (("t", 1249 + n * 37), ("t_old", 1500 + n * 37), ("t_sale", 1100 + n * 37)):
        thousands, rest = divmod(amount, 1000)
        more |= {
            name: f"{amount}.90",
            f"{name}_dot": f"{thousands}.{rest:03},90",
            f"{name}_comma": f"{thousands},{rest:03}.90",
            f"{name}_space": f"{thousands}\u00a0{rest:03},90",
        }
    return more
