"""Products in the words of a web page by a chat model: one call for a page, remembered."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any, NamedTuple

from tasks.catalog.document_text import BATCH_CHARACTERS, OVERLAP_CHARACTERS, split_text
from tasks.catalog.products import Product
from tasks.catalog.prompts import fence
from tasks.catalog.web.text_answers import PAGE_PRODUCTS, PageProductsForm, read_page_products
from tasks.catalog.web.text_pages import TextPage
from tasks.clients.asked_forms import FormAsker, Wanted
from tasks.clients.chat import Chat, Patience, Question
from tasks.clients.remembered import Remembered

logger = logging.getLogger(__name__)


class PageOptions(NamedTuple):
    """How a page is read; characters, seconds and tokens."""

    batch_characters: int = BATCH_CHARACTERS
    overlap_characters: int = OVERLAP_CHARACTERS
    smallest_batch_characters: int = 4_000  # an answer that ran out of tokens is asked again in halves, down to this
    max_batches: int = 3  # of one page: markdown ends at 200,000 characters anyway
    tokens: int = 16_000
    answer_attempts: int = 2  # for an answer that is no list
    seconds: Patience = Patience(300.0, 200.0)  # first seed: discovery


class PageDiscoverer:
    """Reads web pages with any `Chat`. One per service and event loop."""

    def __init__(self, chat: Chat, remembered: Remembered, options: PageOptions | None = None) -> None:
        self._chat = chat
        self._options = options or PageOptions()
        self._asker = FormAsker(chat, remembered, self._options.answer_attempts)

    @property
    def engine(self) -> str:
        """As in `products.engine`: the service and the prompt's version."""
        return f"{self._chat.config.service}/{PAGE_PRODUCTS.version}"

    async def discover(self, page: TextPage) -> tuple[Product, ...]:
        """The products that the page offers, each value printed there; ServiceError where that could not be learnt."""
        options = self._options
        batches = split_text(page.text, options.batch_characters, options.overlap_characters)[: options.max_batches]
        values = [value for found in await asyncio.gather(*map(self._list, batches)) for value in found]
        dropped: Counter[str] = Counter()
        products = await asyncio.to_thread(read_page_products, values, page, self.engine, dropped)
        self._chat.figures.dropped.update(dropped)
        if kept := {reason: count for reason, count in dropped.items() if count}:
            logger.warning("%s: parts of the answers were dropped: %s", self._chat.config.service, kept)
        return products

    async def _list(self, text: str) -> list[Any]:
        """The lists that a text gives: one, or those of its halves where one answer cannot hold it."""
        options = self._options
        question = Question(PAGE_PRODUCTS, (fence(text),), PageProductsForm, options.tokens)
        wanted = Wanted("products", may_split=len(text) > options.smallest_batch_characters)
        answer = await self._asker.ask(question, text, wanted, options.seconds)
        if not answer.get("split"):
            return [answer["value"]]
        halves = split_text(text, -(-len(text) // 2), min(options.overlap_characters, len(text) // 20))
        return [value for found in await asyncio.gather(*map(self._list, halves)) for value in found]
