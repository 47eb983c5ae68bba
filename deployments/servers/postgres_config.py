"""How the embedded Postgres is set up: a small instance on a machine that does other work, safe against power cuts."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from deployments.servers.processes import ServerFailedError

SETTINGS_FILE = "quarry.conf"
IDENT_MAP = "quarry"

# Rewritten at each start. An operator's own settings go below the include in postgresql.conf and win.
_SETTINGS = """\
# Written by Quarry at each start. Put your own settings at the end of postgresql.conf.
max_connections = 200                  # several flows with a pool each
shared_buffers = 128MB
min_dynamic_shared_memory = 128MB      # parallel index builds would need /dev/shm, which containers limit to 64 MB
maintenance_work_mem = 64MB
max_wal_size = 1GB
wal_compression = on
random_page_cost = 1.1                 # solid-state disks
jit = off                              # short queries; compiling them costs more than it saves
log_checkpoints = off
log_min_duration_statement = 5s
password_encryption = scram-sha-256
"""

_INCLUDE = f"""
# Quarry's defaults; settings below this line win over them.
include_if_exists '{SETTINGS_FILE}'
"""


def initdb_options(superuser: str) -> list[str]:
    """UTF-8 with the built-in C.UTF-8 order: the same on every machine, and no library update can corrupt an index."""
    return [
        f"--username={superuser}", "--auth=peer", "--encoding=UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
    ]  # fmt: skip


def write_config(data: Path, owner: int) -> None:
    """Write settings and access rules of a data folder; postgresql.conf is touched once, to include ours.

    Only the user who runs Quarry, and root, may connect, as any role (peer authentication with a map).
    """
    users = sorted({"root", _name_of(os.geteuid())})
    rules = "".join(f'{IDENT_MAP} "{name}" all\n' for name in users)
    _write(data / SETTINGS_FILE, _SETTINGS, owner)
    _write(data / "pg_hba.conf", f"local all all peer map={IDENT_MAP}\n", owner)
    _write(data / "pg_ident.conf", rules, owner)
    main = data / "postgresql.conf"
    content = main.read_text(encoding="utf-8")
    if _INCLUDE not in content:
        _write(main, content + _INCLUDE, owner)


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        raise ServerFailedError(
            f"Postgres cannot run for uid {user}, which has no account: add one to /etc/passwd, or set SUPABASE_DB_URL"
        ) from None


def _write(path: Path, content: str, owner: int) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:
        os.chown(draft, owner, -1)
    draft.replace(path)
