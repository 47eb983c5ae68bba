"""Text vectors (1024) from Voyage or OpenAI: one wire format but for how the kind and the length are asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from tasks.catalog.engines import TEXT_DIMENSIONS, EngineVersion, ItemFailure, TextKind, Vector
from tasks.catalog.services import answer_key
from tasks.clients.calls import Paid, ServiceCaller
from tasks.clients.errors import ServiceError
from tasks.clients.outcomes import fail_items
from tasks.clients.remembered import Remembered
from tasks.clients.vector_answers import read_rows
from tasks.clients.vectors import VectorBatches

SCHEMA_VERSION = 1  # of our cleaning of texts


class TextOptions(NamedTuple):
    """How texts are embedded."""

    texts_per_request: int = 128  # Voyage takes 1000 texts and 320,000 tokens
    max_characters: int = 60_000  # about 15,000 tokens, half of what either model reads


class _Row(BaseModel):
    index: int
    embedding: list[Any]


class _Rows(BaseModel):
    data: list[_Row]


class RemoteTextEmbedder:
    """`engines.TextEmbedder` over POST <endpoint>/embeddings (the endpoint ends in /v1).

    One per service and event loop. Queries and documents share a space; Voyage tells the kinds apart, OpenAI does not.
    """

    def __init__(
        self,
        caller: ServiceCaller,
        remembered: Remembered,
        flavour: Literal["voyage", "openai"] = "voyage",
        options: TextOptions | None = None,
    ) -> None:
        self._caller = caller
        self._flavour = flavour
        self._options = options or TextOptions()
        self._batches = VectorBatches(caller, remembered, self._options.texts_per_request)

    @property
    def version(self) -> EngineVersion:
        return EngineVersion(self._caller.config.service, self._caller.config.model, SCHEMA_VERSION)

    async def embed(self, texts: Sequence[str], kind: TextKind) -> list[Vector | ItemFailure]:
        """A vector for each text; an empty one fails alone. ServiceError where no text got one."""
        cleaned = [clean_text(text)[: self._options.max_characters] for text in texts]
        keys = {text: self._key(text, kind) for text in cleaned if text}
        by_key = {key: text for text, key in keys.items()}

        async def load(missing: Sequence[str]) -> Mapping[str, str]:
            return {key: by_key[key] for key in missing}

        async def request(batch: Sequence[str]) -> tuple[list[Vector | None], Paid]:
            return await self._caller.post("/embeddings", self._body(batch, kind), lambda body: _read(body, len(batch)))

        found = await self._batches.collect(list(by_key), load, request) if by_key else {}
        empty = ItemFailure("the text is empty")
        outcomes: list[Vector | ItemFailure | ServiceError] = [found[keys[text]] if text else empty for text in cleaned]
        return fail_items(outcomes)

    def _body(self, texts: Sequence[str], kind: TextKind) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self._caller.config.model, "input": list(texts)}
        if self._flavour == "voyage":
            return body | {"input_type": kind, "output_dimension": TEXT_DIMENSIONS, "truncation": True}
        return body | {"dimensions": TEXT_DIMENSIONS, "encoding_format": "float"}

    def _key(self, text: str, kind: TextKind) -> str:
        config = self._caller.config
        parameters = [kind if self._flavour == "voyage" else "any", TEXT_DIMENSIONS]
        return answer_key(config.service, config.model, "text", text, parameters)


def clean_text(text: str) -> str:
    """No control characters and no halves of surrogate pairs (from broken fonts), which services refuse."""
    kept = "".join(char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") else " " for char in text)
    return kept.strip()


def _read(body: Any, count: int) -> list[Vector | None]:
    rows = sorted(_Rows.model_validate(body).data, key=lambda row: row.index)
    if [row.index for row in rows] != list(range(count)):
        raise ValueError(f"{len(rows)} vectors came for {count} texts")
    return read_rows([row.embedding for row in rows], count, TEXT_DIMENSIONS)
