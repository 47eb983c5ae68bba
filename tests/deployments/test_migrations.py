"""Migrations on real databases of the embedded server."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from deployments import migrations
from tasks.storage.database import SCHEMA_VERSION, Database, DatabaseUnavailableError


@pytest.fixture
def fresh_dsn(dsn: str) -> Iterator[str]:
    """An empty database of its own on the session's server."""
    name = f"fresh_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield psycopg.conninfo.make_conninfo(dsn, dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_a_fresh_database_gets_every_migration_once(fresh_dsn: str) -> None:
    assert migrations.apply(fresh_dsn) == [migration.version for migration in migrations.list_migrations()]
    assert migrations.apply(fresh_dsn) == []


def test_an_older_schema_is_migrated_and_its_rows_stay(fresh_dsn: str, tmp_path: Path) -> None:
    *older, newest = migrations.list_migrations()
    for migration in older:
        (tmp_path / f"{migration.version}_{migration.name}.sql").write_text(migration.sql)
    migrations.apply(fresh_dsn, tmp_path)
    workspace = uuid.uuid4()
    with psycopg.connect(fresh_dsn) as connection:
        connection.execute("insert into public.workspaces (id, name) values (%s, 'kept')", (workspace,))
    assert migrations.apply(fresh_dsn) == [newest.version]
    with psycopg.connect(fresh_dsn) as connection:
        assert connection.execute("select name from public.workspaces").fetchall() == [("kept",)]


def test_a_newer_schema_is_refused_and_left_alone(fresh_dsn: str) -> None:
    migrations.apply(fresh_dsn)
    with psycopg.connect(fresh_dsn) as connection:
        connection.execute(
            "insert into supabase_migrations.schema_migrations values ('99990101000000', '{}', 'future')"
        )
    with pytest.raises(migrations.NewerSchemaError, match="99990101000000"):
        migrations.apply(fresh_dsn)


def test_a_migration_that_fails_changes_nothing(fresh_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "20260101000000_broken.sql").write_text("create table public.half (id int); select 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrations.apply(fresh_dsn, tmp_path)
    with psycopg.connect(fresh_dsn) as connection:
        assert connection.execute("select to_regclass('public.half')").fetchone() == (None,)


def test_every_table_of_ours_has_row_level_security_and_a_workspace(fresh_dsn: str) -> None:
    migrations.apply(fresh_dsn)
    with psycopg.connect(fresh_dsn) as connection:
        unprotected = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('public', 'vecs') and not rowsecurity"
        ).fetchall()
        without_workspace = connection.execute(
            "select tablename from pg_tables t where schemaname = 'public' and tablename <> 'workspaces' "
            "and not exists (select from information_schema.columns c where c.table_schema = 'public' "
            "and c.table_name = t.tablename "
            "and c.column_name = 'workspace_id')"
        ).fetchall()
    assert unprotected == []
    assert without_workspace == []


async def test_an_older_schema_is_not_written_to_and_the_remedy_is_named(fresh_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"not there yet.* run python -m deployments\.migrations"):
        await Database(fresh_dsn).__aenter__()
    *older, newest = migrations.list_migrations()
    assert newest.version == SCHEMA_VERSION
    for migration in older:
        (tmp_path / f"{migration.version}_{migration.name}.sql").write_text(migration.sql)
    migrations.apply(fresh_dsn, tmp_path)
    with pytest.raises(DatabaseUnavailableError, match=f"is at {older[-1].version}, this program needs"):
        await Database(fresh_dsn).__aenter__()
    migrations.apply(fresh_dsn)
    async with Database(fresh_dsn) as database:
        assert await database.fetch("select count(*) from public.products") == [(0,)]
