"""Make a new Prefect database quickly, by Prefect's own migrations.

Prefect runs its 110 migrations through an asynchronous driver, one thread hop per statement: 10 to 12 s for a new
SQLite file. Over a plain connection the same scripts take 3 s and leave the same schema. Only a new file is made here;
a database that exists is brought up to date by Prefect.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasks.server_state import read_json, write_json


def is_current(database: Path, marker: Path, version: str) -> bool:
    """Whether this Prefect version has seen the database up to date, and it is still at that revision."""
    known = read_json(marker)
    return known.get("prefect") == version and known.get("revision") == read_revision(database) is not None


def remember_current(database: Path, marker: Path, version: str) -> None:
    write_json(marker, {"prefect": version, "revision": read_revision(database)})


def read_revision(database: Path) -> str | None:
    """The migration that the database is at; None when there is no such database."""
    if not database.exists():
        return None
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database, timeout=5)) as connection:
        row = connection.execute("select version_num from alembic_version").fetchone()
        return str(row[0]) if row else None
    return None


def create_database(database: Path) -> None:
    """Make the file, whole or not at all; does nothing when somebody else has made it meanwhile."""
    descriptor, name = tempfile.mkstemp(prefix="new-", suffix=".db", dir=database.parent)
    os.close(descriptor)
    draft = Path(name)
    try:
        _run_migrations(draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, database)  # unlike a rename, never over a database in use
    finally:
        draft.unlink(missing_ok=True)


def _run_migrations(draft: Path) -> None:
    import prefect.server.database
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from prefect.server.database.orm_models import Base

    folder = Path(prefect.server.database.__file__).parent
    config = Config(folder / "alembic.ini")
    script = ScriptDirectory.from_config(config)
    script.version_locations = [str(folder / "_migrations" / "versions" / "sqlite")]

    def upgrade(revision: Any, context: Any) -> Any:
        return script._upgrade_revs("head", revision)  # what alembic's own upgrade command calls

    with warnings.catch_warnings(), EnvironmentContext(config, script, fn=upgrade) as environment:
        warnings.simplefilter("ignore")  # reflection of indexes that SQLite knows and SQLAlchemy does not
        with _connect(draft) as connection:
            environment.configure(
                connection=connection,
                target_metadata=Base.metadata,  # its naming conventions become names of constraints
                include_schemas=True,
                render_as_batch=True,
                transaction_per_migration=True,
            )
            with environment.begin_transaction():
                environment.run_migrations()


@contextlib.contextmanager
def _connect(draft: Path) -> Iterator[Any]:
    """As Prefect's own engine is set up for migrations, but synchronous, and without syncing an unfinished file."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"sqlite:///{draft}")

    @sqlalchemy.event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys = OFF", "legacy_alter_table = OFF", "synchronous = OFF", "journal_mode = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @sqlalchemy.event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
