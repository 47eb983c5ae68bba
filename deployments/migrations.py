"""Apply the SQL migrations to any Postgres: `python -m deployments.migrations [DSN]`.

The files and the table of applied versions are the Supabase CLI's (`supabase/migrations/<timestamp>_name.sql`,
`supabase_migrations.schema_migrations`), so `supabase db push` and this command see each other's work. A newer schema
than this program knows is left alone and named; nothing is ever dropped.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import psycopg

MIGRATIONS_FOLDER = Path(__file__).parent / "supabase" / "migrations"
# Any constant will do; it keeps two processes from migrating the same database at once.
MIGRATION_LOCK = 0x51_75_61_72_72_79

_TABLE = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key, statements text[], name text)
"""


class Migration(NamedTuple):
    version: str
    name: str
    sql: str


class NewerSchemaError(RuntimeError):
    """The database was migrated by a newer version of this program."""


def list_migrations(folder: Path = MIGRATIONS_FOLDER) -> list[Migration]:
    """Every migration of this version, oldest first."""
    files = sorted(folder.glob("*_*.sql"))
    return [
        Migration(version, name, file.read_text(encoding="utf-8"))
        for file in files
        for version, name in [file.stem.split("_", 1)]
    ]


def apply(dsn: str, folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """Bring the database at `dsn` to this version's schema; returns the versions applied now.

    Raises `NewerSchemaError` when the database is ahead, and psycopg's errors as they are. Each migration is one
    transaction: a crash in the middle leaves the schema as it was before that file.
    """
    migrations = list_migrations(folder)
    applied_now: list[str] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        connection.execute(_TABLE)
        rows = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
        done = {str(row[0]) for row in rows}
        _refuse_newer(done, migrations)
        for migration in migrations:
            if migration.version not in done:
                _run(connection, migration)
                applied_now.append(migration.version)
    return applied_now


def _refuse_newer(done: set[str], migrations: list[Migration]) -> None:
    newest_known = max(migration.version for migration in migrations)
    newer = sorted(version for version in done if version > newest_known)
    if newer:
        raise NewerSchemaError(
            f"the database's schema is at {newer[-1]}, newer than this program's {newest_known}: update the program"
        )


def _run(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.sql.encode())
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)",
            (migration.version, [migration.sql], migration.name),
        )


def _configured_dsn() -> str:
    from tasks.resources import database_dsn  # settings are read only where no argument was given

    return database_dsn()


def main() -> int:
    """Migrate the given DSN, or the configured database."""
    versions = apply(sys.argv[1] if len(sys.argv) > 1 else _configured_dsn())
    print(f"applied {', '.join(versions)}" if versions else "the schema is up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
