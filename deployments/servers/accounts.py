"""Which operating-system account runs Postgres, and how that account gets at folders it cannot pass through.

Postgres refuses to run as root. For root it runs as a system account of its own, and nothing is opened up for it: a
data folder below a closed one (a temporary folder, /root) is handed over as an open descriptor.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from deployments.servers.processes import ServerFailedError, clean_environment

# Our own, not `postgres` or `nobody`: whoever can become this account can read the database.
SYSTEM_ACCOUNT = "quarry-postgres"


class Account(NamedTuple):
    """Who runs Postgres. `switch` tells whether we are root and have to become somebody else first."""

    uid: int
    gid: int
    switch: bool


def find_account(home: Path, data: Path) -> Account:
    """This user; for root the owner of a home that is somebody else's and has a database, else the system account."""
    user = os.geteuid()
    if user != 0:
        return Account(user, os.getegid(), switch=False)
    owner = home.stat().st_uid
    if owner != 0 and data.exists() and data.stat().st_uid == owner:
        return Account(owner, data.stat().st_gid, switch=True)
    entry = _find_system_account() or _make_system_account()
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _find_system_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        return None


def _make_system_account() -> pwd.struct_passwd:
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/bin/false", SYSTEM_ACCOUNT],
        ["adduser", "-S", "-D", "-H", "-s", "/bin/false", SYSTEM_ACCOUNT],  # BusyBox
    ):  # fmt: skip
        program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin:/sbin:/usr/bin")
        if program:
            subprocess.run([program, *command[1:]], capture_output=True, check=False)
        if entry := _find_system_account():
            return entry
    raise ServerFailedError(
        f"Postgres does not run as root, and the account {SYSTEM_ACCOUNT} could not be made: "
        "make it (useradd --system), run as another user, or set SUPABASE_DB_URL"
    )


def is_reachable(path: Path) -> bool:
    """Whether any account may pass through every folder down to `path`, `path` itself included."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def run_as(
    account: Account, command: Sequence[str | Path], *, folder: Path, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a Postgres program with `-D folder`, as `account`, in a session of its own."""
    shown, handed = _hand_over(account, folder)
    try:
        return subprocess.Popen(
            [*command, "-D", shown],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", umask=0o077, pass_fds=handed,
            start_new_session=True, env=clean_environment({"LC_ALL": "C"}),
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
        )  # fmt: skip
    except OSError as error:
        raise ServerFailedError(f"{command[0]} could not be run: {error}") from error
    finally:
        for descriptor in handed:
            os.close(descriptor)


def _hand_over(account: Account, folder: Path) -> tuple[str, tuple[int, ...]]:
    """The name under which the account finds the folder, and the descriptors that it must inherit for that."""
    if not account.switch or is_reachable(folder.parent):
        return str(folder), ()
    if not sys.platform.startswith("linux"):
        raise ServerFailedError(f"{folder} lies below a folder that {SYSTEM_ACCOUNT} may not enter: move the home")
    # Opening /proc/self/fd/N goes to the open folder itself, past the folders above it (proc(5)).
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    return f"/proc/self/fd/{descriptor}", (descriptor,)
