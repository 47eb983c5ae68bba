"""Products by rules: the embedded stand-in for a model that reads documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tasks.catalog.discovery import discover
from tasks.catalog.engines import EngineVersion
from tasks.catalog.pages import Page
from tasks.catalog.products import Discovery

VERSION = EngineVersion("rules", "rules/1", 1)


class LocalDiscoverer:
    """Reads layout, typography, tables and patterns (`tasks/catalog/discovery`)."""

    version = VERSION

    async def discover(self, pages: Sequence[Page], source: str) -> Discovery:
        """Everything the pages say of products, off the event loop."""
        return await asyncio.to_thread(discover, pages, source)
