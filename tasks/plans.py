"""What ingesting a document would do, found out without writing to the library (`--dry-run`)."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tasks.catalog import ids
from tasks.catalog.chunk_products import locate_products
from tasks.catalog.chunking import chunk_pages
from tasks.catalog.discovery import discover
from tasks.catalog.pages import Frozen, Page
from tasks.catalog.products import Discovery
from tasks.documents import PDF_LIMIT, read_options
from tasks.limit_table import LIMITS
from tasks.local.page_reader import PageChild, PageFailed, inspect_in_child, page_path
from tasks.settings import Settings
from tasks.sources import LocalSource, receive
from tasks.storage.database import Database
from tasks.storage.library import list_product_keys

# Measured on one core (`make bench NAME=engines`): what the local engines take to embed an image,
# to label and describe it, and to embed a chunk.
IMAGE_SECONDS = 0.033
EXAMINE_SECONDS = 0.081
TEXT_SECONDS = 0.025


class DocumentPlan(Frozen):
    """The items of one document, what would become of its products, and the least time it takes."""

    source: str
    pages: int
    unreadable_pages: int
    images: int
    chunks: int
    products: dict[str, int]  # new, known, missing
    reason: str | None
    calls: dict[str, int] = {}  # least calls to paid services; validations and retries come on top
    floor_seconds: float
    bound: str = "CPU"


async def plan_document(
    source: str,
    settings: Settings,
    database: Database | None,
    workspace: str,
    limit: int | None,
    tell: Callable[[int, int], None],
) -> DocumentPlan:
    """Read and understand the document in a temporary folder and compare it with the library, if there is one.

    Raises `SourceError` and `DocumentError` as an ingest would. `tell(done, total)` hears of each page.
    """
    with tempfile.TemporaryDirectory(prefix="quarry-plan-") as folder:
        local = await receive(source, Path(folder), int(settings.pdf_max_mb * 1e6), PDF_LIMIT)
        started = time.monotonic()
        pages, failed = await asyncio.to_thread(_read, local, settings, Path(folder), limit, tell)
        seconds = (time.monotonic() - started) / settings.page_workers
    discovery = await asyncio.to_thread(discover, pages, local.filename)
    images = len({image.sha256 for page in pages for image in page.images})
    chunks = len(chunk_pages(pages, locate_products(discovery.products)).chunks)
    texts = chunks + len(discovery.products)
    calls = _count_calls(settings, pages, images, chunks, len(discovery.products))
    here = seconds + _seconds_here(settings, images, texts)
    window = LIMITS["qwen-requests"]
    by_rate = window.window_seconds * (max(0, calls.get("qwen", 0) - 1) // window.slots)
    return DocumentPlan(
        source=local.origin,
        pages=len(pages) + failed,
        unreadable_pages=failed,
        images=images,
        chunks=chunks,
        products=await _compare(database, workspace, local, discovery),
        reason=discovery.reason,
        calls=calls,
        floor_seconds=round(max(here, by_rate), 1),
        bound="CPU" if here >= by_rate else f"qwen-requests ({window.rate})",
    )


def _seconds_here(settings: Settings, images: int, texts: int) -> float:
    """What this machine's engines take."""
    seconds = 0.0
    seconds += images * IMAGE_SECONDS * (settings.embeds_images == "local")
    seconds += images * EXAMINE_SECONDS * (settings.examines == "local")
    return seconds + texts * TEXT_SECONDS * (settings.embeds_texts == "local")


def _count_calls(settings: Settings, pages: Sequence[Page], images: int, chunks: int, products: int) -> dict[str, int]:
    """Calls to the configured services, when nothing is known from before: by service, without those of none."""
    calls: Counter[str] = Counter()
    size = settings.classify_batch if settings.examines == "qwen" else settings.claude_batch
    calls[settings.examines] += -(-images // size)
    calls[settings.embeds_images] += -(-images // settings.image_batch)
    calls[settings.embeds_texts] += sum(-(-count // settings.text_batch) for count in (images, chunks, products))
    characters = sum(len(page.text) for page in pages)
    calls[settings.discovers] += -(-characters // settings.discovery_characters) + products
    del calls["local"]
    return {service: count for service, count in sorted(calls.items()) if count}


def _read(
    local: LocalSource, settings: Settings, folder: Path, limit: int | None, tell: Callable[[int, int], None]
) -> tuple[list[Page], int]:
    memory = settings.page_memory_mb << 20
    facts = inspect_in_child(local.path, settings.pdf_password, memory_bytes=memory)
    facts.check(local.filename, max_pages=settings.pdf_max_pages)
    count = min(limit or facts.page_count, facts.page_count)
    pages, failed = [], 0
    with PageChild(
        local.path.absolute(),
        folder,
        options=read_options(settings),
        password=settings.pdf_password,
        memory_bytes=memory,
    ) as child:
        for number in range(1, count + 1):
            try:
                child.read(number, deadline_seconds=settings.page_deadline_seconds)
                pages.append(Page.model_validate_json(page_path(folder, number).read_bytes()))
            except PageFailed:
                failed += 1
            tell(number, count)
    return pages, failed


async def _compare(
    database: Database | None, workspace: str, local: LocalSource, discovery: Discovery
) -> dict[str, int]:
    keys = {product.key for product in discovery.products}
    known: Sequence[str] = ()
    if database is not None:
        document = ids.document_id(ids.workspace_id(workspace), local.sha256)
        known = await list_product_keys(database, document)
    return {"new": len(keys - set(known)), "known": len(keys & set(known)), "missing": len(set(known) - keys)}
