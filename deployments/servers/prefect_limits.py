"""Counts of limits that stay exact on the home's own server, through switching off and through being killed.

Prefect keeps a limit's count of used slots in its database, the leases in files. It grants and releases slots of a
limit that is switched off without counting them, so that the count is wrong once it is switched on again. And a server
killed between the two writes leaves a slot that nobody can free, or one that is freed twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import uuid
from collections import Counter
from pathlib import Path
from typing import Any


def count_inactive_limits() -> None:
    """Have the server hand out nothing of a limit that is switched off, and count what comes back."""
    import sqlalchemy
    from fastapi import HTTPException
    from prefect.server.api import concurrency_limits_v2 as api
    from prefect.server.database import provide_database_interface
    from prefect.server.models import concurrency_limits_v2 as models
    from prefect.server.services import repossessor

    acquire = api._acquire_concurrency_slots
    decrement: Any = models.bulk_decrement_active_slots

    async def acquire_active(session: Any, names: list[str], slots: int, mode: Any) -> Any:
        limits, acquired = await acquire(session=session, names=names, slots=slots, mode=mode)
        off = [limit.name for limit in limits if not limit.active and not _is_prefects_own(limit.name)]
        if off:
            await session.rollback()
            raise HTTPException(423, f"switched off: {', '.join(off)}", {"Retry-After": "5"})
        return limits, acquired

    async def decrement_all(session: Any, concurrency_limit_ids: list[Any], slots: int, **more: Any) -> Any:
        table = provide_database_interface().ConcurrencyLimitV2
        left = table.active_slots - slots
        await session.execute(
            sqlalchemy.update(table)
            .where(
                table.id.in_(concurrency_limit_ids), table.active == False, table.slot_decay_per_second == 0  # noqa: E712
            )
            .values(active_slots=sqlalchemy.case((left < 0, 0), else_=left))
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        return await decrement(session=session, concurrency_limit_ids=concurrency_limit_ids, slots=slots, **more)

    api._acquire_concurrency_slots = acquire_active
    for module in (models, repossessor):  # the second has imported it by name
        module.bulk_decrement_active_slots = decrement_all  # type: ignore[attr-defined]


def _is_prefects_own(name: str) -> bool:
    """Limits of tags and deployments: switched off, they are no limit, as Prefect documents it."""
    return name.startswith(("tag:", "deployment:"))


def repair_counts(database: Path, leases: Path) -> None:
    """Before the server starts: count each limit's slots anew from its leases, and list every lease for expiry.

    A lease that was being given back counts until it ends, so that its slot is free late rather than twice.
    """
    if not database.exists():
        return
    used, expirations = _read_leases(leases)
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        rows = connection.execute(
            "select id, active_slots from concurrency_limit_v2 where slot_decay_per_second = 0"
        ).fetchall()
        wrong = [(used[_normal(key)], key) for key, count in rows if used[_normal(key)] != count]
        connection.executemany("update concurrency_limit_v2 set active_slots = ? where id = ?", wrong)
    if expirations:
        _write_json(leases / "expirations.json", expirations)


def _read_leases(folder: Path) -> tuple[Counter[str], dict[str, str]]:
    """Leased slots by limit, and when each lease ends."""
    used: Counter[str] = Counter()
    expirations: dict[str, str] = {}
    for file in folder.glob("*-*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            lease = json.loads(file.read_text())
            expirations[lease["id"]] = lease["expiration"]
            for limit in lease["resource_ids"]:
                used[_normal(limit)] += lease["metadata"]["slots"]
    return used, expirations


def _normal(identifier: str) -> str:
    return uuid.UUID(identifier).hex


def _write_json(path: Path, content: dict[str, str]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    os.replace(draft, path)
