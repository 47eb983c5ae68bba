"""SLIG: SigLIP2 on an endpoint. One image vector a picture; the aspect views are made here from four text vectors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.catalog import prompts
from tasks.catalog.aspects import STRATEGY_VERSION, blend_aspects
from tasks.catalog.engines import (
    IMAGE_DIMENSIONS,
    EngineVersion,
    ImageCase,
    ImageViews,
    ItemFailure,
    Vector,
    View,
)
from tasks.catalog.services import answer_key
from tasks.clients.calls import Paid, ServiceCaller
from tasks.clients.errors import ServiceError
from tasks.clients.outcomes import fail_items
from tasks.clients.pictures import SLIG_SIZE, PictureSize, UnreadableImageError, load_picture
from tasks.clients.remembered import Remembered
from tasks.clients.vector_answers import read_rows
from tasks.clients.vectors import VectorBatches


class SligOptions(NamedTuple):
    """How images are embedded."""

    images_per_request: int = 20  # first seed
    size: PictureSize = SLIG_SIZE


class SligEmbedder:
    """`engines.ImageEmbedder`: visual, color, texture, style and material (768). One per service and event loop.

    POST <endpoint> {"inputs": {"images": [base64]}} or {"texts": [...]} -> {"embeddings": [[768 numbers]]}
    """

    def __init__(self, caller: ServiceCaller, remembered: Remembered, options: SligOptions | None = None) -> None:
        self._caller = caller
        self._options = options or SligOptions()
        self._batches = VectorBatches(caller, remembered, self._options.images_per_request)

    @property
    def version(self) -> EngineVersion:
        return EngineVersion(self._caller.config.service, self._caller.config.model, STRATEGY_VERSION)

    async def embed(self, cases: Sequence[ImageCase]) -> list[ImageViews | ItemFailure]:
        """All five views of each image, or none of them; ServiceError where no image got any."""
        by_key = {self._key(case): case for case in cases}
        unreadable: dict[str, ItemFailure] = {}

        async def load(keys: Sequence[str]) -> Mapping[str, str]:
            loaded: dict[str, str] = {}
            for key in keys:
                try:
                    picture = await asyncio.to_thread(load_picture, by_key[key].path, self._options.size)
                    loaded[key] = picture.base64
                except UnreadableImageError as error:
                    unreadable[key] = ItemFailure(str(error))
            return loaded

        texts = await self._aspect_texts()
        found = await self._batches.collect(list(by_key), load, self._embed_images)
        outcomes: list[ImageViews | ItemFailure | ServiceError] = []
        for key in map(self._key, cases):
            vector = found[key]
            if key in unreadable:
                outcomes.append(unreadable[key])
            elif isinstance(vector, ServiceError):
                outcomes.append(vector)
            else:
                outcomes.append(ImageViews({"visual": vector, **blend_aspects(vector, texts)}))
        return fail_items(outcomes)

    async def _aspect_texts(self) -> dict[View, Vector]:
        """The four text vectors: asked for once per model, by whatever process comes first."""
        config = self._caller.config
        aspects: tuple[View, ...] = ("color", "texture", "style", "material")
        keys = {
            answer_key(config.service, config.model, prompts.ASPECTS_VERSION, prompts.ASPECTS[aspect]): aspect
            for aspect in aspects
        }

        async def load(missing: Sequence[str]) -> Mapping[str, str]:
            return {key: prompts.ASPECTS[keys[key]] for key in missing}

        found = await self._batches.collect(list(keys), load, self._embed_texts)
        for outcome in found.values():
            if isinstance(outcome, ServiceError):
                raise outcome
        return {keys[key]: vector for key, vector in found.items() if not isinstance(vector, ServiceError)}

    async def embed_texts(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors of texts in the images' space, for searching images by words. Raises ServiceError."""
        vectors, _ = await self._embed_texts(texts)
        good = [vector for vector in vectors if vector is not None]
        if len(good) != len(texts):
            raise ServiceError(self._caller.config.service, "no usable vector for a text")
        return good

    async def _embed_images(self, images: Sequence[str]) -> tuple[list[Vector | None], Paid]:
        return await self._post({"images": list(images)}, len(images))

    async def _embed_texts(self, texts: Sequence[str]) -> tuple[list[Vector | None], Paid]:
        return await self._post({"texts": list(texts)}, len(texts))

    async def _post(self, inputs: Mapping[str, Any], count: int) -> tuple[list[Vector | None], Paid]:
        def read(body: Any) -> list[Vector | None]:
            return read_rows(body.get("embeddings") if isinstance(body, dict) else body, count, IMAGE_DIMENSIONS)

        return await self._caller.post("", {"inputs": inputs}, read)

    def _key(self, case: ImageCase) -> str:
        config = self._caller.config
        return answer_key(config.service, config.model, "image", case.sha256, list(self._options.size))
