"""Text embeddings, as Voyage and OpenAI serve them under v1/embeddings."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from rehearsal.protocol import (
    OPENAI_NO_CREDITS,
    Answer,
    Call,
    Json,
    Luck,
    RefusalError,
    Request,
    count_tokens,
    fingerprint,
    has_bearer,
    openai_error,
)
from rehearsal.vectors import text_vector

VOYAGE_DIMENSIONS = (256, 512, 1024, 2048)  # of voyage-3.5; the first default is 1024
_DEFAULT = {"voyage": 1024, "openai": 1536}
_VOYAGE_TEXTS, _VOYAGE_TOKENS = 1000, 320_000  # of voyage-3.5 in one request


class Embeddings:
    """POST v1/embeddings."""

    def __init__(self, service: str) -> None:
        self.service = service

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return has_bearer(headers)

    def read(self, request: Request) -> Call:
        asked = request.json()
        given = asked.get("input")
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise RefusalError(400, "'input' must be a text or a list of texts, none of them empty")
        if not isinstance(asked.get("model"), str):
            raise RefusalError(400, "'model' is required")
        dimensions = self._dimensions(asked)
        tokens = sum(map(count_tokens, texts))
        if self.service == "voyage":
            self._check_voyage(asked, texts, tokens)
        # The same text as query and as document is two different vectors to the client's cache.
        hashes = [fingerprint(f"{asked['model']}|{asked.get('input_type')}|{text}".encode()) for text in texts]
        return Call(hashes, lambda luck: self._answer(asked, texts, dimensions, tokens, hashes, luck))

    def _dimensions(self, asked: Json) -> int:
        name = "output_dimension" if self.service == "voyage" else "dimensions"
        dimensions = asked.get(name) or _DEFAULT[self.service]
        if self.service == "voyage" and dimensions not in VOYAGE_DIMENSIONS:
            raise RefusalError(400, f"output_dimension {dimensions} is not one of {VOYAGE_DIMENSIONS}")
        return int(dimensions)

    def _check_voyage(self, asked: Json, texts: list[str], tokens: int) -> None:
        if asked.get("input_type") not in (None, "document", "query"):
            raise RefusalError(400, "input_type must be null, 'query' or 'document'")
        if len(texts) > _VOYAGE_TEXTS:
            raise RefusalError(400, f"the batch size limit is {_VOYAGE_TEXTS}; your batch size is {len(texts)}")
        if tokens > _VOYAGE_TOKENS:
            raise RefusalError(400, f"the max allowed tokens per batch is {_VOYAGE_TOKENS}; yours has {tokens}")

    def _answer(
        self, asked: Json, texts: list[str], dimensions: int, tokens: int, hashes: list[str], luck: Luck
    ) -> Answer:
        rows = []
        for index, text in enumerate(texts):
            vector = text_vector(text, dimensions)
            coded = asked.get("encoding_format") == "base64"
            embedding = base64.b64encode(vector.astype("<f4").tobytes()).decode() if coded else vector.tolist()
            rows.append({"object": "embedding", "index": index, "embedding": embedding})
        usage = {"total_tokens": tokens, **({} if self.service == "voyage" else {"prompt_tokens": tokens})}
        body: Json = {"object": "list", "data": rows, "model": asked["model"], "usage": usage}
        if luck.meets("malformed"):
            # One vector too few, or of the wrong length.
            short = luck.draws.number("broken") < 0.5
            body["data"] = rows[:-1] if short else [{**row, "embedding": [0.5, 0.5]} for row in rows]
            return Answer(body, (), False, tokens)
        return Answer(body, hashes, True, tokens)

    def error(self, status: int, message: str) -> Json:
        if self.service == "voyage":
            return {"detail": message}
        return openai_error(status, message)

    def no_credits(self) -> RefusalError:
        if self.service == "voyage":
            return RefusalError(402, "Your account has no credits left: add a payment method on the billing page")
        return RefusalError(429, OPENAI_NO_CREDITS)
