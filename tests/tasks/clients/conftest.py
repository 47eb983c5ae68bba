"""A process's worth of what clients take, against the rehearsed services and the real database."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

PATHS = {"qwen": "/qwen/v1", "claude": "/claude", "slig": "/slig", "voyage": "/voyage/v1", "openai": "/openai/v1"}


class Lab:
    """A process's worth of what clients take, on the real database. Model names are this test's own."""

    def __init__(self, database: Any, url: str, model: str) -> None:
        from tasks.clients.accounts import Account
        from tasks.clients.calls import open_http
        from tasks.storage.answers import AnswerTable
        from tasks.storage.service_breakers import BreakerTable

        self.url, self.model = url, model
        self.http = open_http()
        self.journal = AnswerTable(database)
        self.breaker = BreakerTable(database)
        self.account = Account()
        self.held = self.most_held = 0

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        self.held += 1
        self.most_held = max(self.most_held, self.held)
        try:
            yield
        finally:
            self.held -= 1

    def figures(self, service: str) -> Any:
        return self.account.figures[f"{service}-{self.model}"]

    def caller(self, service: str, *, slot: Any = None, breaker: Any = None, **config: Any) -> Any:
        """A caller of the rehearsed service; waits are short unless `config` says otherwise."""
        from pydantic import SecretStr

        from tasks.clients.calls import ServiceCaller, ServiceConfig
        from tasks.clients.claude import claude_headers

        base: dict[str, Any] = {
            "service": f"{service}-{self.model}",
            "endpoint": f"{self.url}{PATHS[service]}",
            "model": self.model,
            "key": SecretStr("test-key"),
            "first_wait_seconds": 0.01,
            "poll_seconds": 0.2,
        }
        return ServiceCaller(
            ServiceConfig(**{**base, **config}),
            http=self.http,
            slot=slot or self.slot,
            breaker=breaker or self.breaker,
            account=lambda: self.account,
            headers=claude_headers(SecretStr("test-key")) if service == "claude" else None,
        )

    def remembered(self) -> Any:
        from tasks.clients.remembered import Remembered

        return Remembered(self.journal)

    def examiner(self, service: str = "qwen", options: Any = None, **config: Any) -> Any:
        from tasks.clients.claude import MessagesChat
        from tasks.clients.examiner import ModelExaminer
        from tasks.clients.openai import CompletionsChat

        chat = MessagesChat if service == "claude" else CompletionsChat
        return ModelExaminer(chat(self.caller(service, **config)), self.remembered(), options)


@pytest.fixture
async def make_lab(database: Any, rehearsal_server: Any) -> AsyncIterator[Callable[..., Lab]]:
    """Labs of one test: each is as a process of its own, on the same database."""
    labs: list[Lab] = []
    model = f"model-{uuid.uuid4().hex[:12]}"

    def make() -> Lab:
        labs.append(Lab(database, rehearsal_server.url, model))
        return labs[-1]

    yield make
    for lab in labs:
        await lab.http.aclose()


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    return make_lab()


@pytest.fixture
def make_cases(tmp_path: Path) -> Callable[..., list[Any]]:
    """`count` different pictures as image cases."""

    def make(count: int, *, seed: int = 0, side: int = 96) -> list[Any]:
        import hashlib

        import numpy as np
        from PIL import Image

        from tasks.catalog.engines import ImageCase

        random, cases = np.random.default_rng(seed), []
        for number in range(count):
            path = tmp_path / f"{seed}-{number}.png"
            pixels = random.integers(0, 255, (6, 6, 3)).astype("uint8")
            Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC).save(path)
            cases.append(ImageCase(hashlib.sha256(path.read_bytes()).hexdigest(), path))
        return cases

    return make
