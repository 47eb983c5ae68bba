"""Which operating-system account runs Postgres, and how that account gets at folders it cannot pass through.

Postgres refuses to run as root. For root it runs as a system account of its own, and nothing is opened up for it: a
data folder below a closed one (a temporary folder, /root) is handed over as an open descriptor.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    entry = find_entry(SYSTEM_ACCOUNT) or make_entry(SYSTEM_ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def find_entry(name: str) -> pwd.struct_passwd | None:
    """The system's entry for an account; None where there is none."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def make_entry(name: str) -> pwd.struct_passwd:
    """The entry of a system account, which is made if nobody has made it since; ServerFailedError where it cannot be.

    One process at a time: `useradd` looks for the name before it waits for its lock, and of two at once the second
    replaces the first one's entry, whose uid has no account any more.
    """
    with _only_maker():
        if entry := find_entry(name):
            return entry
        for command in (
            ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
             "--shell", "/bin/false", name],
            ["adduser", "-S", "-D", "-H", "-s", "/bin/false", name],  # BusyBox
        ):  # fmt: skip
            program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin:/sbin:/usr/bin")
            if program:
                subprocess.run([program, *command[1:]], capture_output=True, check=False)
            if entry := find_entry(name):
                return entry
    raise ServerFailedError(
        f"Postgres does not run as root, and the account {name} could not be made: "
        "make it (useradd --system), run as another user, or set SUPABASE_DB_URL"
    )


@contextmanager
def _only_maker() -> Iterator[None]:
    """Hold the machine's lock on making accounts: one on the folder of the accounts, which leaves no file behind."""
    folder = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


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
