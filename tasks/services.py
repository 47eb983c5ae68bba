"""The outside AI services of this process: one HTTP client, journal and breaker, a caller for each service.

Every request holds its cap (`tasks/limits.py`) for its own length. Whose budget and figures count is the job's account,
which a context variable carries.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cached_property, partial

import httpx
from pydantic import SecretStr

from tasks.accounts import ACCOUNT
from tasks.catalog.breaker import BreakerRules
from tasks.clients.calls import ServiceCaller, ServiceConfig, open_http
from tasks.clients.chat import Patience
from tasks.clients.claude import MessagesChat, claude_headers
from tasks.clients.discoverer import DiscoveryOptions, ModelDiscoverer
from tasks.clients.examiner import ExaminerOptions, ModelExaminer
from tasks.clients.mapping_suggester import MappingSuggester, SuggesterOptions
from tasks.clients.openai import CompletionsChat
from tasks.clients.page_discoverer import PageDiscoverer, PageOptions
from tasks.clients.pricing import Price
from tasks.clients.remembered import Remembered
from tasks.clients.slig import SligEmbedder, SligOptions
from tasks.clients.text_embedders import RemoteTextEmbedder, TextOptions
from tasks.limits import hold
from tasks.settings import Settings
from tasks.storage.answers import AnswerTable
from tasks.storage.database import Database
from tasks.storage.service_breakers import BreakerTable

# The limit that a service's requests hold, where it is not the service's own name.
_LIMIT_OF = {"qwen": "qwen-requests", "openai-chat": "openai", "openai-text": "openai"}

_PAGE_RETRIES = 2  # after the first attempt: discovery on pages has three (origin)


class Services:
    """Clients by service, made when first asked for. One per process and event loop."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._journal = AnswerTable(database)
        rules = BreakerRules(failures=settings.breaker_failures, recovery_seconds=settings.breaker_open_seconds)
        self.breaker = BreakerTable(database, rules)

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        return open_http()

    @cached_property
    def qwen(self) -> ModelExaminer:
        settings = self._settings
        price = Price(gpu_hour=settings.qwen_gpu_hour_usd)
        caller = self._caller("qwen", settings.qwen_endpoint or "", settings.qwen_model, settings.qwen_key, price)
        options = ExaminerOptions(images_per_request=settings.classify_batch)
        return ModelExaminer(CompletionsChat(caller), Remembered(self._journal), options)

    @cached_property
    def claude(self) -> ModelExaminer:
        options = ExaminerOptions(images_per_request=self._settings.claude_batch)
        return ModelExaminer(self._claude_chat, Remembered(self._journal), options)

    @cached_property
    def claude_discoverer(self) -> ModelDiscoverer:
        return ModelDiscoverer(self._claude_chat, Remembered(self._journal), self._discovery_options)

    @cached_property
    def claude_suggester(self) -> MappingSuggester:
        options = SuggesterOptions(least_confidence=self._settings.feed_mapping_confidence)
        return MappingSuggester(self._claude_chat, Remembered(self._journal), options)

    @cached_property
    def claude_pages(self) -> PageDiscoverer:
        return PageDiscoverer(self._ask_claude(_PAGE_RETRIES), Remembered(self._journal), self._page_options)

    @cached_property
    def openai_pages(self) -> PageDiscoverer:
        return PageDiscoverer(self._ask_openai(_PAGE_RETRIES), Remembered(self._journal), self._page_options)

    @cached_property
    def slig(self) -> SligEmbedder:
        settings = self._settings
        price = Price(gpu_hour=settings.slig_gpu_hour_usd)
        caller = self._caller("slig", settings.slig_endpoint or "", settings.slig_model, settings.slig_key, price)
        return SligEmbedder(caller, Remembered(self._journal), SligOptions(settings.image_batch))

    @cached_property
    def voyage(self) -> RemoteTextEmbedder:
        settings = self._settings
        price = Price(settings.voyage_input_usd)
        caller = self._caller("voyage", settings.voyage_endpoint, settings.voyage_model, settings.voyage_key, price)
        return RemoteTextEmbedder(caller, Remembered(self._journal), "voyage", TextOptions(settings.text_batch))

    @cached_property
    def openai_discoverer(self) -> ModelDiscoverer:
        return ModelDiscoverer(self._ask_openai(), Remembered(self._journal), self._discovery_options)

    @cached_property
    def openai_texts(self) -> RemoteTextEmbedder:
        settings = self._settings
        caller = self._caller(
            "openai-text",
            settings.openai_endpoint,
            settings.openai_text_model,
            settings.openai_key,
            Price(settings.openai_text_input_usd),
        )
        return RemoteTextEmbedder(caller, Remembered(self._journal), "openai", TextOptions(settings.text_batch))

    @cached_property
    def _claude_chat(self) -> MessagesChat:
        return self._ask_claude()

    def _ask_claude(self, retries: int | None = None) -> MessagesChat:
        settings = self._settings
        key = settings.claude_key or SecretStr("")
        price = Price(settings.claude_input_usd, settings.claude_output_usd)
        caller = self._caller(
            "claude", settings.claude_endpoint, settings.claude_model, key, price, claude_headers(key), retries
        )
        return MessagesChat(caller)

    def _ask_openai(self, retries: int | None = None) -> CompletionsChat:
        settings = self._settings
        price = Price(settings.openai_chat_input_usd, settings.openai_chat_output_usd)
        caller = self._caller(
            "openai-chat",
            settings.openai_endpoint,
            settings.openai_chat_model,
            settings.openai_key,
            price,
            None,
            retries,
        )
        return CompletionsChat(caller)

    @property
    def _page_options(self) -> PageOptions:
        settings = self._settings
        return PageOptions(
            batch_characters=settings.discovery_characters,
            seconds=Patience(settings.discovery_seconds, settings.discovery_seconds * 2 / 3),
        )

    @property
    def _discovery_options(self) -> DiscoveryOptions:
        settings = self._settings
        return DiscoveryOptions(
            batch_characters=settings.discovery_characters,
            list_seconds=Patience(settings.discovery_seconds, settings.discovery_seconds * 2 / 3),
            details_seconds=Patience(settings.product_seconds, settings.product_seconds * 3 / 4),
        )

    def _caller(
        self,
        service: str,
        endpoint: str,
        model: str,
        key: SecretStr | None,
        price: Price,
        headers: dict[str, str] | None = None,
        retries: int | None = None,
    ) -> ServiceCaller:
        settings = self._settings
        slot: Callable[[], AbstractAsyncContextManager[object]] = partial(hold, _LIMIT_OF.get(service, service))
        return ServiceCaller(
            ServiceConfig(
                service,
                endpoint,
                model,
                key,
                price,
                deadline_seconds=settings.call_seconds,
                request_seconds=settings.call_attempt_seconds,
                retries=settings.call_retries if retries is None else min(retries, settings.call_retries),
                wake_seconds=settings.wake_seconds,
            ),
            http=self._http,
            slot=slot,
            breaker=self.breaker,
            account=ACCOUNT.get,
            headers=headers,
        )
