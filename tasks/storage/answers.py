"""The journal of paid answers: written before an answer is used, read before a call is made, shared by all workspaces.

A key is a hash of the input's bytes, so only who has the bytes can ask for the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from tasks.catalog.services import Answer
from tasks.storage.database import Database

_PUT = (
    "insert into quarry.service_answers (key, service, model, answer, cost_usd, input_tokens, output_tokens) "
    "select * from unnest(%s::text[], %s::text[], %s::text[], %s::jsonb[], %s::float8[], %s::bigint[], %s::bigint[]) "
    "on conflict (key) do update set answer = excluded.answer, cost_usd = excluded.cost_usd, "
    "input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, created_at = now()"
)


class AnswerTable:
    """`catalog.services.Journal` on Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        if not keys:
            return {}
        rows = await self._database.fetch(
            "select key, answer from quarry.service_answers where key = any(%s)", list(keys)
        )
        return dict(rows)

    async def put(self, answers: Sequence[Answer]) -> None:
        # Two batches may hold one key; the order keeps two writers from locking each other out.
        rows = sorted({one.key: one for one in answers}.values(), key=lambda one: one.key)
        if rows:
            values = [list(column) for column in zip(*rows, strict=True)]
            values[3] = [Jsonb(answer) for answer in values[3]]
            await self._database.execute(_PUT, *values)

    async def total_cost(self, service: str | None = None) -> float:
        """US dollars paid so far, of one service or of all."""
        query = "select coalesce(sum(cost_usd), 0)::float8 from quarry.service_answers"
        rows = await (
            self._database.fetch(f"{query} where service = %s", service) if service else self._database.fetch(query)
        )
        return float(rows[0][0])
