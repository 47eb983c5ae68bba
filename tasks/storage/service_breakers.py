"""Circuit breakers of outside services: one row a service, so that all processes and machines share their state.

While a breaker is closed and no failure is on record, a call costs one read; transitions are made under the row's lock.
"""

from __future__ import annotations

from collections.abc import Callable

from psycopg.types.json import Jsonb

from tasks.catalog import breaker
from tasks.catalog.breaker import CLOSED, BreakerRules, BreakerState
from tasks.catalog.services import Permit, Refusal
from tasks.storage.database import Database

_COLUMNS = "state, failures, opened_at, probe_until"
_NOW = "extract(epoch from clock_timestamp())::float8"  # the server's clock: machines disagree about theirs


class BreakerTable:
    """`catalog.services.Breaker` on Postgres. `now` replaces the server's clock (seconds), for rehearsals and tests."""

    def __init__(
        self, database: Database, rules: BreakerRules | None = None, *, now: Callable[[], float] | None = None
    ) -> None:
        self._database = database
        self._rules = rules or BreakerRules()
        self._now = now

    async def ask(self, service: str) -> Permit | Refusal:
        if (await self.read(service)).status == "closed":
            return Permit()
        verdict: Permit | Refusal = Permit()

        def step(state: BreakerState, now: float) -> BreakerState:
            nonlocal verdict
            state, verdict = breaker.ask(state, now, self._rules)
            return state

        await self._change(service, step)
        return verdict

    async def succeed(self, service: str, permit: Permit) -> None:
        if permit.probe is not None or (await self.read(service)).failures:
            await self._change(service, lambda state, _now: breaker.succeed(state, permit))

    async def fail(self, service: str, permit: Permit) -> None:
        await self._change(service, lambda state, now: breaker.fail(state, permit, now, self._rules))

    async def release(self, service: str, permit: Permit) -> None:
        if permit.probe is not None:
            await self._change(service, lambda state, _now: breaker.release(state, permit))

    async def read(self, service: str) -> BreakerState:
        """The state as stored (a breaker whose recovery time is over still reads as open until somebody asks)."""
        rows = await self._database.fetch(f"select {_COLUMNS} from quarry.service_breakers where service = %s", service)
        return _state(rows[0]) if rows else CLOSED

    async def reset(self, service: str) -> None:
        """Close the breaker by hand."""
        await self._database.execute("delete from quarry.service_breakers where service = %s", service)

    async def _change(self, service: str, step: Callable[[BreakerState, float], BreakerState]) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                "insert into quarry.service_breakers (service) values (%s) on conflict do nothing", (service,)
            )
            cursor = await connection.execute(
                f"select {_NOW}, {_COLUMNS} from quarry.service_breakers where service = %s for update".encode(),
                (service,),
            )
            row = await cursor.fetchone()
            assert row is not None, "the row was inserted above"
            before = _state(row[1:])
            after = step(before, self._now() if self._now else float(row[0]))
            if after != before:
                await connection.execute(
                    "update quarry.service_breakers set state = %s, failures = %s, opened_at = %s, probe_until = %s, "
                    "updated_at = now() where service = %s",
                    (after.status, Jsonb(list(after.failures)), after.opened_at, after.probe_until, service),
                )


async def list_breakers(database: Database) -> dict[str, str]:
    """service -> closed, open or half-open, for every service that was ever called."""
    return dict(await database.fetch("select service, state from quarry.service_breakers"))


def _state(row: tuple[object, ...]) -> BreakerState:
    status, failures, opened_at, probe_until = row
    return BreakerState(status, tuple(failures), opened_at, probe_until)  # type: ignore[arg-type]  # checked by the table
