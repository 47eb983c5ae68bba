"""The journal and the breakers on the real database."""

import asyncio
import uuid

import psycopg
import pytest

from tasks.catalog.breaker import BreakerRules
from tasks.catalog.services import Answer, Permit, Refusal
from tasks.storage.answers import AnswerTable
from tasks.storage.database import Database
from tasks.storage.service_breakers import BreakerTable


@pytest.fixture
def service() -> str:
    return f"service-{uuid.uuid4().hex[:8]}"


async def test_answers_come_back_as_they_were_put(database: Database, service: str) -> None:
    journal = AnswerTable(database)
    answers = [Answer(f"{service}-{n}", service, "m", {"n": n, "text": "ΜΑΡΜΑΡΟ"}, 0.25, 10, 2) for n in range(3)]
    await journal.put([*answers, answers[0]])
    found = await journal.get([f"{service}-0", f"{service}-2", f"{service}-9"])
    assert found == {f"{service}-0": answers[0].answer, f"{service}-2": answers[2].answer}
    assert await journal.total_cost(service) == 0.75


async def test_an_answer_put_again_replaces_the_one_before(database: Database, service: str) -> None:
    journal = AnswerTable(database)
    for number in (5, 3):
        await journal.put([Answer(service, service, "m", {"images": number})])
    assert (await journal.get([service]))[service] == {"images": 3}


async def test_writers_of_the_same_keys_do_not_lock_each_other_out(database: Database, service: str) -> None:
    answers = [Answer(f"{service}-{n}", service, "m", {"n": n}) for n in range(50)]
    journal = AnswerTable(database)
    await asyncio.gather(*(journal.put(answers if turn % 2 else answers[::-1]) for turn in range(8)))
    assert len(await journal.get([one.key for one in answers])) == 50


async def test_failures_of_several_processes_add_up(database: Database, service: str) -> None:
    one, two = BreakerTable(database), BreakerTable(database)
    await asyncio.gather(*(table.fail(service, Permit()) for table in (one, two, one, two)))
    assert (await two.read(service)).status == "closed"
    await one.fail(service, Permit())
    verdict = await two.ask(service)
    assert isinstance(verdict, Refusal)
    assert 55 < verdict.wait_seconds <= 60  # the server's clock


async def test_only_one_of_many_askers_gets_the_probe(database: Database, service: str) -> None:
    now = [0.0]
    tables = [BreakerTable(database, BreakerRules(failures=1), now=lambda: now[0]) for _ in range(4)]
    await tables[0].fail(service, Permit())
    now[0] = 60.0
    verdicts = await asyncio.gather(*(table.ask(service) for table in tables for _ in range(3)))
    assert [isinstance(verdict, Permit) for verdict in verdicts].count(True) == 1


async def test_a_breaker_is_closed_by_hand(database: Database, service: str) -> None:
    table = BreakerTable(database, BreakerRules(failures=1))
    await table.fail(service, Permit())
    await table.reset(service)
    assert await table.ask(service) == Permit()


def test_nobody_but_the_service_reads_the_journal(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select tablename, rowsecurity from pg_tables where schemaname = 'quarry' and tablename like 'service_%'"
        ).fetchall()
        policies = connection.execute(
            "select count(*) from pg_policies where schemaname = 'quarry' and tablename like 'service_%'"
        ).fetchone()
    assert sorted(rows) == [("service_answers", True), ("service_breakers", True)]
    assert policies == (0,)
