"""What a chat model would say to a prompt: verdicts on its images, else products or details read from its text."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from rehearsal.columns import find_targets
from rehearsal.pictures import Picture
from rehearsal.protocol import Luck, text_hash
from rehearsal.reading import find_details, find_products
from rehearsal.schemas import Schema, conform
from rehearsal.verdicts import judge

INVENTED_PAGE = 9999
_INDEX = re.compile(r"(?:image|index|picture)\D{0,12}(\d{1,4})\W*$", re.IGNORECASE)


class Prompt(NamedTuple):
    """What a request asks: its text, its images with their indices, and the shape of the answer."""

    text: str
    images: Sequence[tuple[int, Picture]]
    schema: Schema | None
    task: str  # the tool's or the schema's name, "" where none is given

    @property
    def items(self) -> list[str]:
        """What is paid for: the hashes of the images, else of the text."""
        return [picture.hash for _, picture in self.images] or [text_hash(self.text.encode())]


class Reply(NamedTuple):
    """The structured answer, and the hashes of the items that it serves."""

    value: Any
    delivered: Sequence[str]


def image_index(before: str, taken: Collection[int]) -> int:
    """The number that the text just before an image ends with ("Image 3:"), else the next one from 0."""
    if (stated := _INDEX.search(before)) and int(stated[1]) not in taken:
        return int(stated[1])
    return next(number for number in range(len(taken) + 1) if number not in taken)


def reply(prompt: Prompt, service: str, luck: Luck) -> Reply:
    """The answer in the asked-for schema, with those faults that lie in what it says."""
    delivered: Sequence[str] = prompt.items
    value: dict[str, Any]
    if prompt.images:
        analyse = prompt.schema is None or "analysis" in json.dumps(prompt.schema)
        verdicts, delivered = judge(prompt.images, service, luck, analyse=analyse)
        value = {"images": verdicts}
    elif "field_targets" in prompt.task:
        value = find_targets(prompt.text)
    elif "detail" in prompt.task:
        value = find_details(prompt.text)
    else:
        value = {"products": find_products(prompt.text)}
    shaped = conform(value, prompt.schema) if prompt.schema else value
    if not prompt.images and luck.meets("invented"):
        invent(shaped)
    return Reply(shaped, delivered)


def invent(value: dict[str, Any]) -> None:
    """Add what no document said: a product without a name, one beyond the last page, a field of no schema."""
    products = next((each for each in value.values() if isinstance(each, list)), None)
    if products is None or (products and not isinstance(products[0], dict)):
        value["warranty_years"] = 25
        return
    model: dict[str, Any] = products[0] if products else {"sku": "XX-0000"}
    pages = {key: [INVENTED_PAGE] for key in ("pages", "page_range") if key in model or not products}
    products.append({**model, "name": ""})
    products.append({**model, "name": "Phantom Deluxe", **pages, "warranty_years": 25})
