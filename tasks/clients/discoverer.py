"""Products of a document by a chat model: a list over all its text, then the details of each product."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from tasks.catalog import prompts
from tasks.catalog.discovery import link_images
from tasks.catalog.discovery.context import Context, read_context, read_page_texts
from tasks.catalog.discovery.cover import guess_brand, guess_title
from tasks.catalog.discovery.page_kinds import kind_without_products
from tasks.catalog.discovery.terms import read_offer
from tasks.catalog.document_text import BATCH_CHARACTERS, OVERLAP_CHARACTERS, TextIndex, join_pages, split_text
from tasks.catalog.engines import EngineVersion
from tasks.catalog.model_forms import DetailsForm, ProductsForm, read_details
from tasks.catalog.model_products import FoundProduct, make_products, merge_found, read_products
from tasks.catalog.pages import Page
from tasks.catalog.products import PRODUCT_SCHEMA_VERSION, Discovery, Product
from tasks.catalog.prompts import Prompt
from tasks.clients.asked_forms import FormAsker, Wanted
from tasks.clients.chat import Chat, Patience, Question
from tasks.clients.errors import BudgetReachedError, ServiceError, ServiceParkedError
from tasks.clients.remembered import Remembered

logger = logging.getLogger(__name__)


class DiscoveryOptions(NamedTuple):
    """How a document is read; characters, seconds and tokens."""

    batch_characters: int = BATCH_CHARACTERS
    overlap_characters: int = OVERLAP_CHARACTERS
    smallest_batch_characters: int = 4_000  # an answer that ran out of tokens is asked again in halves, down to this
    max_batches: int = 50  # the field's usual bound
    parallel_batches: int = 2  # as many as Claude's cap lets through
    idle_batches: int = 2  # stop after so many in a row with nothing new ...
    least_characters: int = 200_000  # ... but not before so much is read
    list_tokens: int = 16_000
    details_tokens: int = 4_000
    details_characters: int = 60_000  # of the pages that tell of one product
    details: bool = True
    answer_attempts: int = 2  # for an answer that is no list or form
    list_seconds: Patience = Patience(300.0, 200.0)  # first seed: discovery
    details_seconds: Patience = Patience(60.0, 45.0)  # first seed: per product


class ModelDiscoverer:
    """`engines.ProductDiscoverer` on any `Chat`. One per service and event loop.

    Every answer is remembered, so a document whose discovery was stopped goes on where it was.
    """

    def __init__(self, chat: Chat, remembered: Remembered, options: DiscoveryOptions | None = None) -> None:
        self._chat = chat
        self._options = options or DiscoveryOptions()
        self._asker = FormAsker(chat, remembered, self._options.answer_attempts)

    @property
    def version(self) -> EngineVersion:
        return EngineVersion(self._chat.config.service, self._chat.config.model, PRODUCT_SCHEMA_VERSION)

    async def discover(self, pages: Sequence[Page], source: str) -> Discovery:
        """The products with their image links; ServiceError where the text could not be read to its end."""
        index = TextIndex(pages)
        dropped: Counter[str] = Counter()
        found = await self._find(pages, index, dropped)
        details = await self._read_all_details(found, pages)
        context = await asyncio.to_thread(read_context, pages, source)
        products = await asyncio.to_thread(make_products, found, details, index, context, dropped)
        self._chat.figures.dropped.update(dropped)
        if kept := {reason: count for reason, count in dropped.items() if count}:
            logger.warning("%s: parts of the answers were dropped: %s", self._chat.config.service, kept)
        return await asyncio.to_thread(self._assemble, pages, products, context)

    def _assemble(self, pages: Sequence[Page], products: Sequence[Product], context: Context) -> Discovery:
        linked = link_images(products, pages)
        texts = read_page_texts(pages)
        shown = {number for product in linked for number in product.pages}
        title, offer = guess_title(pages, linked), read_offer(pages, context)
        empty = "no text could be read on any page" if not join_pages(pages) else "the model found no product"
        return Discovery(
            products=linked,
            page_kinds={
                text.number: "products" if text.number in shown else kind_without_products(text, len(texts))
                for text in texts
            },
            title=title,
            brand=guess_brand(pages, title, linked),
            currency=context.currency,
            reason=None if linked else empty,
            valid_from=offer.valid_from,
            valid_until=offer.valid_until,
            validity=offer.validity,
            terms=offer.terms,
            engine=f"{self._chat.config.service}/{prompts.PRODUCTS.version.rpartition('/')[2]}",
        )

    async def _find(self, pages: Sequence[Page], index: TextIndex, dropped: Counter[str]) -> list[FoundProduct]:
        """The list of products, batch after batch, some at a time, until nothing new comes."""
        options, batches = self._options, self._batches(pages)
        found: list[FoundProduct] = []
        idle = read = 0
        for start in range(0, len(batches), options.parallel_batches):
            part = batches[start : start + options.parallel_batches]
            for batch, values in zip(part, await asyncio.gather(*map(self._list, part)), strict=True):
                before = len(found)
                for value in values:
                    found = merge_found([*found, *read_products(value, index, dropped)])
                read += len(batch)
                idle = 0 if len(found) > before else idle + 1
            if idle >= options.idle_batches and read >= options.least_characters:
                break
        return found

    def _batches(self, pages: Sequence[Page]) -> list[str]:
        options = self._options
        batches = split_text(join_pages(pages), options.batch_characters, options.overlap_characters)
        if len(batches) > options.max_batches:
            logger.error("the document's text makes %d batches; only %d are read", len(batches), options.max_batches)
            self._chat.figures.dropped["batches of text beyond the most"] += len(batches) - options.max_batches
        return batches[: options.max_batches]

    async def _list(self, text: str) -> list[Any]:
        """The lists that a text gives: one, or those of its halves where one answer cannot hold it."""
        answer = await self._answer(
            prompts.PRODUCTS, (prompts.fence(text),), text, ProductsForm, self._options.list_tokens,
            self._options.list_seconds,
        )  # fmt: skip
        if not answer.get("split"):
            return [answer["value"]]
        halves = split_text(text, -(-len(text) // 2), min(self._options.overlap_characters, len(text) // 20))
        return [value for found in await asyncio.gather(*map(self._list, halves)) for value in found]

    async def _read_all_details(self, found: Sequence[FoundProduct], pages: Sequence[Page]) -> list[DetailsForm | None]:
        """The details of each product; None where they could not be had."""
        if not self._options.details:
            return [None] * len(found)
        by_number = {page.number: page for page in pages}
        return list(await asyncio.gather(*(self._read_details(one, by_number) for one in found)))

    async def _read_details(self, found: FoundProduct, pages: Mapping[int, Page]) -> DetailsForm | None:
        text = join_pages(pages[number] for number in found.pages)[: self._options.details_characters]
        asked = f"The product is {prompts.fence(found.name + (f' ({found.sku})' if found.sku else ''))}"
        try:
            answer = await self._answer(
                prompts.DETAILS, (asked, prompts.fence(text)), [found.name, found.sku, text], DetailsForm,
                self._options.details_tokens, self._options.details_seconds,
            )  # fmt: skip
        except (ServiceParkedError, BudgetReachedError):
            raise  # all others would meet the same; what is answered is remembered
        except ServiceError as error:
            self._chat.figures.dropped["products without details"] += 1
            logger.warning("the details of a product are missing: %s", error)
            return None
        return read_details(answer.get("value"))

    async def _answer(
        self, prompt: Prompt, parts: tuple[str, ...], inputs: object, form: type[BaseModel], tokens: int,
        patience: Patience,
    ) -> Mapping[str, Any]:  # fmt: skip
        """{"value": ...}, or {"split": true} for a text that is too much for one answer. Remembered."""
        may_split = isinstance(inputs, str) and len(inputs) > self._options.smallest_batch_characters
        wanted = Wanted("products", may_split) if form is ProductsForm else Wanted()
        return await self._asker.ask(Question(prompt, parts, form, tokens), inputs, wanted, patience)
