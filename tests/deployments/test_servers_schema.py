"""The quick way of making Prefect's database against Prefect's own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from deployments.servers.prefect_schema import create_database, is_current, read_revision, remember_current

_PREFECTS_OWN = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


def read_schema(database: Path) -> dict[tuple[str, str], list[str]]:
    """The lines of each definition, sorted: alembic writes a table's constraints in the order of a set."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("select type, name, coalesce(sql, '') from sqlite_master").fetchall()
    return {(kind, name): sorted(line.strip(" \t,") for line in sql.splitlines()) for kind, name, sql in rows}


def test_database_made_quickly_is_the_one_that_prefect_makes(tmp_path: Path) -> None:
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path), "DO_NOT_TRACK": "1"}
    with subprocess.Popen([sys.executable, "-c", _PREFECTS_OWN], env=environment) as prefects_own:
        ours = tmp_path / "ours.db"
        create_database(ours)
    assert prefects_own.returncode == 0
    assert read_schema(ours) == read_schema(tmp_path / "prefect.db")
    assert read_revision(ours) == read_revision(tmp_path / "prefect.db") is not None
    assert not list(tmp_path.glob("new-*"))

    before = ours.stat().st_ino
    create_database(ours)
    assert ours.stat().st_ino == before  # never over a database that somebody uses


def test_database_is_current_only_for_the_version_and_revision_that_were_seen(tmp_path: Path) -> None:
    database, marker = tmp_path / "prefect.db", tmp_path / "schema.json"
    assert not is_current(database, marker, "3.8.8")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("create table alembic_version (version_num); insert into alembic_version values ('a')")
    assert not is_current(database, marker, "3.8.8")
    remember_current(database, marker, "3.8.8")
    assert is_current(database, marker, "3.8.8")
    assert not is_current(database, marker, "3.9.0")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("update alembic_version set version_num = 'b'")
    assert not is_current(database, marker, "3.8.8")
