"""The journal around a service that is a function here, so that every moment of a crash can be chosen."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tasks.catalog.services import Answer
from tasks.clients.errors import BudgetReachedError, ServiceError, TransientServiceError
from tasks.clients.remembered import Keep, Remembered


class Crash(BaseException):
    """The process dies."""


def answers(keys: Sequence[str]) -> list[Answer]:
    return [Answer(key, "s", "m", {"said": key}) for key in keys]


async def ask_all(keys: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
    await keep(answers(keys))
    return {}


async def ask_nobody(keys: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
    raise AssertionError(f"asked for {keys}")


async def test_what_was_put_before_a_crash_is_not_asked_again(lab: Any) -> None:
    keys = [f"{lab.model}-{number}" for number in range(3)]

    async def ask_and_crash(keys: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
        await keep(answers(keys[:2]))
        raise Crash

    with pytest.raises(Crash):
        await Remembered(lab.journal).collect(keys, ask_and_crash)
    asked: list[str] = []

    async def ask(missing: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
        asked.extend(missing)
        return await ask_all(missing, keep)

    found = await Remembered(lab.journal).collect(keys, ask)
    assert asked == keys[2:]
    assert found == {key: {"said": key} for key in keys}


async def test_an_answer_is_in_the_journal_before_anybody_has_it(lab: Any) -> None:
    key = f"{lab.model}-slow"
    remembered, order = Remembered(lab.journal), []
    put = lab.journal.put

    async def slow_put(rows: Sequence[Answer]) -> None:
        await asyncio.sleep(0.1)
        await put(rows)
        order.append("put")

    lab.journal.put = slow_put
    first = asyncio.create_task(remembered.collect([key], ask_all))
    await asyncio.sleep(0.02)
    await remembered.collect([key], ask_nobody)
    order.append("used")
    await first
    assert order == ["put", "used"]


async def test_an_error_reaches_those_who_wait_and_is_not_remembered(lab: Any) -> None:
    key, remembered = f"{lab.model}-bad", Remembered(lab.journal)

    async def refuse(keys: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
        await asyncio.sleep(0.1)
        return {key: TransientServiceError("s", "overloaded") for key in keys}

    first = asyncio.create_task(remembered.collect([key], refuse))
    await asyncio.sleep(0.02)
    second = await remembered.collect([key], ask_nobody)
    assert isinstance(second[key], TransientServiceError)
    assert await first == second
    assert await remembered.collect([key], ask_all) == {key: {"said": key}}


async def test_another_job_s_budget_does_not_stop_this_one(lab: Any) -> None:
    key, remembered = f"{lab.model}-poor", Remembered(lab.journal)

    async def too_poor(keys: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
        await asyncio.sleep(0.1)
        raise BudgetReachedError("s", "nothing left")

    first = asyncio.create_task(remembered.collect([key], too_poor))
    await asyncio.sleep(0.02)
    assert await remembered.collect([key], ask_all) == {key: {"said": key}}
    with pytest.raises(BudgetReachedError):
        await first
