"""Many inputs, one vector each: remembered one by one, asked for in batches that shrink when a batch is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from tasks.catalog.engines import Vector
from tasks.catalog.services import Answer
from tasks.clients.calls import Paid, ServiceCaller
from tasks.clients.errors import ServiceError, TransientServiceError
from tasks.clients.remembered import Keep, Remembered
from tasks.clients.replies import RefusedRequestError
from tasks.clients.vector_answers import pack, unpack

Input = TypeVar("Input")
# Asks for the vectors of some inputs in one request; None where the service gave none for one.
Request = Callable[[Sequence[Input]], Awaitable[tuple[list[Vector | None], Paid]]]


class VectorBatches:
    """What the embedding clients share."""

    def __init__(self, caller: ServiceCaller, remembered: Remembered, batch: int) -> None:
        self._caller = caller
        self._remembered = remembered
        self._batch = batch

    async def collect(
        self,
        keys: Sequence[str],
        load: Callable[[Sequence[str]], Awaitable[Mapping[str, Input]]],
        request: Request[Input],
    ) -> dict[str, Vector | ServiceError]:
        """A vector or an error for each key. `load` makes the inputs of the keys that are not remembered.

        A key that `load` leaves out gets an error.
        """

        async def ask(missing: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
            inputs = await load(missing)
            parts = self._split(inputs, self._batch)
            found = await asyncio.gather(*(self._ask(part, request, keep) for part in parts))
            errors: dict[str, ServiceError] = {key: error for part in found for key, error in part.items()}
            service = self._caller.config.service
            absent = {key: ServiceError(service, "the input cannot be read") for key in missing if key not in inputs}
            return errors | absent

        figures = self._caller.figures

        def count(cached: int) -> None:
            figures.cached += cached

        found = await self._remembered.collect(keys, ask, count_cached=count)
        return {key: one if isinstance(one, ServiceError) else unpack(one) for key, one in found.items()}

    async def _ask(self, inputs: Mapping[str, Input], request: Request[Input], keep: Keep) -> dict[str, ServiceError]:
        config, keys = self._caller.config, list(inputs)
        try:
            vectors, paid = await request(list(inputs.values()))
        except RefusedRequestError as error:
            if len(keys) == 1:
                return {keys[0]: error}
            halves = self._split(inputs, -(-len(keys) // 2))
            found = await asyncio.gather(*(self._ask(half, request, keep) for half in halves))
            return {key: each for half in found for key, each in half.items()}
        except ServiceError as error:
            return dict.fromkeys(keys, error)
        good = {key: vector for key, vector in zip(keys, vectors, strict=True) if vector is not None}
        share = max(1, len(good))
        cost, tokens = paid.cost_usd / share, paid.usage.input_tokens // share
        await keep([Answer(key, config.service, config.model, pack(one), cost, tokens) for key, one in good.items()])
        bad = TransientServiceError(config.service, "the service gave no usable vector for this item")
        return {key: bad for key in keys if key not in good}

    @staticmethod
    def _split(inputs: Mapping[str, Input], size: int) -> list[dict[str, Input]]:
        items = list(inputs.items())
        return [dict(items[start : start + size]) for start in range(0, len(items), size)]
