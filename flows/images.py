"""Images of a source on their way through the tail, while later ones are still read or fetched.

Stored first; then, where each image can be judged by itself, labelled and analysed, and embedded if it shows a product;
with an examiner that needs the whole document, embedded at once and examined after discovery (`examine_images`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flows.batches import Stage
from tasks import resources
from tasks.embeddings import IMAGE_STAGE, ImageToEmbed, embed_images
from tasks.engines import get_engines
from tasks.images import CLASSIFY_STAGE, STORE_STAGE, SeenImage, examine_images, store_images
from tasks.jobs import Job
from tasks.storage import library


class ImageTail:
    """Takes images as they are read. `add` holds the reading back while batches wait for their turn.

    `document` is None for images of feeds and shops; of those all is known that there is to know (`uses_known`).
    """

    def __init__(self, job: Job, document: uuid.UUID | None, *, enrich: bool, uses_known: bool = False) -> None:
        settings, engines = resources.current().settings, get_engines()
        self._job, self._document, self._enrich = job, document, enrich
        self._examines = enrich and (uses_known or not engines.examiner.needs_document)
        self._seen: set[str] = set()
        self.stored: set[str] = set()
        self._store: Stage[SeenImage, None] = Stage(
            job, STORE_STAGE, "image", settings.image_batch, self._store_batch, _key, at_once=engines.store_at_once
        )
        self._examine: Stage[SeenImage, None] = Stage(
            job,
            CLASSIFY_STAGE,
            "image",
            settings.classify_batch,
            self._examine_batch,
            _key,
            at_once=engines.examiner_at_once,
            bound=engines.examiner.version.engine,
        )
        self._embed: Stage[SeenImage, None] = Stage(
            job,
            IMAGE_STAGE,
            "image",
            settings.image_batch,
            self._embed_batch,
            _key,
            at_once=engines.images_at_once,
            bound=engines.images.version.engine,
        )

    @property
    def declared(self) -> int:
        """How many different images came in."""
        return len(self._seen)

    @property
    def examined(self) -> bool:
        """Whether the tail examines the images itself."""
        return self._examines

    async def add(self, images: Sequence[SeenImage]) -> None:
        """Take images; those that the source showed before are known."""
        fresh = {seen.sha256: seen for seen in images if seen.sha256 not in self._seen}
        self._seen.update(fresh)
        await self._store.put(fresh.values())

    async def pass_on(self, images: Sequence[SeenImage]) -> None:
        """Take images that are stored already."""
        fresh = {seen.sha256: seen for seen in images if seen.sha256 not in self._seen}
        self._seen.update(fresh)
        await self._pass_on(list(fresh.values()))

    async def wait_stored(self) -> None:
        """Wait until every image has its bytes and its row; `stored` then holds those that do."""
        await self._store.finish()

    async def finish(self) -> None:
        """Wait until every image is through."""
        for stage in (self._store, self._examine, self._embed):
            await stage.finish()

    async def stop(self) -> None:
        """Give up what runs and waits; for a run that ends early."""
        for stage in (self._store, self._examine, self._embed):
            await stage.stop()

    async def _store_batch(self, batch: Sequence[SeenImage], number: int, total: int | None) -> None:
        await store_images(self._job, self._document, batch, number)
        self.stored.update(map(_key, batch))
        await self._pass_on(batch)

    async def _pass_on(self, batch: Sequence[SeenImage]) -> None:
        if self._examines:
            await self._examine.put(batch)
        elif self._enrich:
            await self._embed.put(batch)

    async def _examine_batch(self, batch: Sequence[SeenImage], number: int, total: int | None) -> None:
        known = await library.list_examined(
            self._job.database, [seen.row.id for seen in batch], get_engines().examiner.version
        )
        cases = [seen.case for seen in batch if seen.row.id not in known]
        shown = {image for image, label in known.items() if label in library.PRODUCT_LABELS}
        if cases:
            shown |= await examine_images(self._job, cases, number, total)
        await self._embed.put([seen for seen in batch if seen.row.id in shown])

    async def _embed_batch(self, batch: Sequence[SeenImage], number: int, total: int | None) -> None:
        items = [self._image_to_embed(seen) for seen in batch]
        version = get_engines().images.version
        known = await library.list_embedded(self._job.database, [item.id for item in items], version)
        if missing := [item for item in items if item.id not in known]:
            await embed_images(self._job, missing, number)

    def _image_to_embed(self, seen: SeenImage) -> ImageToEmbed:
        return ImageToEmbed(seen.row.id, seen.sha256, seen.path, self._document, seen.page_number)


def _key(seen: SeenImage) -> str:
    return seen.sha256
