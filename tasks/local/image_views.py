"""Five views of every image without a network: visual, colour, texture, material and style.

Each has a content of its own and answers another "like this": `color_view`, `texture_view`, and three layers of
EfficientNet-Lite0 (`efficientnet`). How well each finds its own kind is measured by tests/accuracy/views.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tasks.catalog.engines import EngineVersion, ImageCase, ImageViews, ItemFailure
from tasks.local.efficientnet_session import ENGINE, MODEL, SCHEMA_VERSION
from tasks.local.image_files import MAX_MEGAPIXELS
from tasks.local.image_readings import Reading, read_files

VERSION = EngineVersion(ENGINE, MODEL, SCHEMA_VERSION)


class LocalImageEmbedder:
    """An `ImageEmbedder` that needs no network. `cache_dir` keeps the converted model; threads are onnxruntime's.

    Images of more than `max_megapixels` are refused, not decoded.
    """

    def __init__(self, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS) -> None:
        self._cache_dir, self._threads, self._max_megapixels = cache_dir, threads, max_megapixels

    @property
    def version(self) -> EngineVersion:
        return VERSION

    async def embed(self, cases: Sequence[ImageCase]) -> list[ImageViews | ItemFailure]:
        """One answer a case, in their order; an image that cannot be read is its own failure.

        Raises ModelUnavailableError when the network's weights are not installed.
        """
        return await asyncio.to_thread(
            embed_views,
            [case.path for case in cases],
            cache_dir=self._cache_dir,
            threads=self._threads,
            max_megapixels=self._max_megapixels,
        )


def embed_views(
    paths: Sequence[Path], *, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS
) -> list[ImageViews | ItemFailure]:
    """The five views of each file, each float32 (768,) of unit length, or why it has none."""
    found = read_files(paths, cache_dir=cache_dir, threads=threads, max_megapixels=max_megapixels)
    return [ImageViews(item.views) if isinstance(item, Reading) else ItemFailure(str(item)) for item in found]
