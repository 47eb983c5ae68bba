"""The embedded Postgres of a home: made once, started, adopted, migrated, stopped.

It listens on a Unix socket only. The socket's folder lets in its owner (and root), and the server asks the kernel who
connects (peer authentication), so there is no password to leak. fsync stays on. An existing data folder is never
deleted or changed by us: what cannot be used is an error.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import logging
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import psutil

from deployments.servers.accounts import Account, find_account, is_reachable, run_as
from deployments.servers.binaries import POSTGRES_MAJOR, find_programs
from deployments.servers.postgres_config import initdb_options, write_config
from deployments.servers.processes import (
    ServerFailedError,
    Step,
    identify_child,
    read_last_error,
    stop_process,
)
from deployments.servers.supervisor import Announce
from tasks.server_state import (
    Home,
    ProcessId,
    ServerName,
    ServerState,
    identify,
    is_alive,
    make_folder,
    open_log,
    read_json,
    write_json,
)

logger = logging.getLogger(__name__)

SUPERUSER = "postgres"
DATABASE = "postgres"
# By name: the migrations are another module's business, and a keeper without them still serves.
MIGRATIONS_MODULE = "deployments.migrations"
# sun_path holds 104 bytes on macOS, 108 on Linux (unix(7)); the server adds "/.s.PGSQL.5432" and, briefly, ".lock".
SOCKET_FOLDER_MAX_BYTES = 104 - len("/.s.PGSQL.5432.lock") - 1
# Folders with these in their names cannot be given to unix_socket_directories, which is a list.
_LIST_CHARACTERS = ",\"'"
_POLL_SECONDS = 0.01
_REMOVE_TRIES, _REMOVE_WAIT_SECONDS = 100, 0.1
# Backends of a server that was killed hold its shared memory for a moment longer.
_LEFTOVER_SECONDS = 20.0
_LEFTOVER_MARKS = ("is still in use", "already exists")
# SIGINT: fast shutdown with a checkpoint. SIGQUIT: at once, recovery at the next start. (postgres(1))
_STOP_STEPS = (Step(signal.SIGINT, 20.0), Step(signal.SIGQUIT, 5.0), Step(signal.SIGKILL, 5.0))


class PostgresServer:
    name: ServerName = "postgres"

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = home.root / "postgres"
        self._data = self._folder / "data"
        self._socket_folder: Path | None = None
        self._socket_record = self._folder / "socket.json"
        self._log = home.log_file("postgres")

    def address(self) -> dict[str, str]:
        folder = str(self._socket_folder)
        return {"dsn": f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(folder, safe='/')}", "socket_folder": folder}

    def adopt(self, left: ServerState) -> ProcessId | None:
        folder = left.address.get("socket_folder")
        if left.status != "ready" or not folder or left.process != self._find_postmaster() or not self._is_ready():
            return None
        self._socket_folder = Path(folder)
        self._migrate()
        return left.process

    def start(self, announce: Announce, stopping: threading.Event) -> ProcessId:
        make_folder(self._folder, 0o711 if os.geteuid() == 0 else 0o700)
        account = find_account(self._home.root, self._data)
        programs = find_programs(account)
        self._stop_leftover()
        if not self._data.exists():
            self._make_data(account, programs)
        self._check_data(account)
        self._socket_folder = self._make_socket_folder(account)
        write_config(self._data, account.uid)
        process = self._launch(account, programs, announce, stopping)
        if not stopping.is_set():
            self._migrate()
        return process

    def stop(self, process: ProcessId) -> None:
        stop_process(process, _STOP_STEPS)
        if self._socket_folder and self._socket_folder.parent == Path("/tmp"):
            with contextlib.suppress(OSError):
                self._socket_folder.rmdir()

    def _make_data(self, account: Account, programs: Path) -> None:
        """A new cluster, made aside and moved into place in one step: a crash leaves none or a whole one."""
        for rest in self._folder.glob("new-*"):  # ours, of a start that was killed: never finished, never used
            _remove(rest)
        draft = Path(tempfile.mkdtemp(prefix="new-", dir=self._folder))
        os.chown(draft, account.uid, account.gid)
        with open_log(self._home, "postgres") as output:
            start = self._log.stat().st_size
            child = run_as(account, [programs / "initdb", *initdb_options(SUPERUSER)], folder=draft, output=output)
            _preload_migrations()
            if child.wait():
                reason = read_last_error(self._log, start, ("initdb: error:", "FATAL:", "PANIC:"))
                raise ServerFailedError(f"the database could not be made: {reason}")
        draft.rename(self._data)
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)  # or a power cut brings the draft's name back, and the next start takes it for a rest
        os.close(folder)

    def _check_data(self, account: Account) -> None:
        version = self._data / "PG_VERSION"
        if not version.exists():
            raise ServerFailedError(f"{self._data} is not a Postgres data folder: PG_VERSION is missing; left as is")
        major = version.read_text(encoding="ascii", errors="replace").strip()
        if major != str(POSTGRES_MAJOR):
            raise ServerFailedError(
                f"{self._data} was made by Postgres {major}, this is Postgres {POSTGRES_MAJOR}: "
                "dump it with the old version and load it with this one; left as is"
            )
        owner = self._data.stat().st_uid
        if owner == account.uid:
            return
        if not account.switch:
            raise ServerFailedError(f"{self._data} belongs to another user (uid {owner})")
        # A home that came from another machine, where the account had another number.
        for folder, _, names in os.walk(self._data):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)

    def _make_socket_folder(self, account: Account) -> Path:
        """`run/postgres`, or a folder of our own in /tmp when that name is too long or the account cannot get there."""
        folder = self._home.run / "postgres"
        usable = len(os.fsencode(folder)) <= SOCKET_FOLDER_MAX_BYTES and not set(_LIST_CHARACTERS) & set(str(folder))
        if usable and (not account.switch or is_reachable(folder.parent)):
            folder.mkdir(mode=0o700, exist_ok=True)
        elif kept := self._find_temporary_folder(account):
            folder = kept
        else:
            folder = Path(tempfile.mkdtemp(prefix="quarry-", dir="/tmp"))
            write_json(self._socket_record, {"socket_folder": str(folder)})
        os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
        for stale in folder.glob(".s.PGSQL.*"):  # of a server that was killed; none runs now
            stale.unlink()
        return folder

    def _find_temporary_folder(self, account: Account) -> Path | None:
        """The folder in /tmp of a start before, which clients may know; None when it is no longer ours."""
        folder = Path(str(read_json(self._socket_record).get("socket_folder", "")))
        with contextlib.suppress(OSError):
            found = folder.lstat()
            if folder.parent == Path("/tmp") and stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid:
                return folder
        return None

    def _launch(self, account: Account, programs: Path, announce: Announce, stopping: threading.Event) -> ProcessId:
        """Start the server and wait until it takes connections, through recovery if need be."""
        deadline = time.monotonic() + _LEFTOVER_SECONDS
        command = [
            str(programs / "postgres"),
            "-c", "listen_addresses=",
            "-c", f"unix_socket_directories={self._socket_folder}",
            "-c", "unix_socket_permissions=0700",
        ]  # fmt: skip
        while True:
            with open_log(self._home, "postgres") as output:
                start = self._log.stat().st_size
                child = run_as(account, command, folder=self._data, output=output)
            process = identify_child(child.pid)
            announce(process)
            if self._wait_until_ready(child, stopping):
                return process
            reason = read_last_error(self._log, start, ("FATAL:", "PANIC:"))
            if time.monotonic() > deadline or not any(mark in reason for mark in _LEFTOVER_MARKS):
                raise ServerFailedError(f"Postgres does not start: {reason}")
            self._stop_leftover()
            time.sleep(1)

    def _wait_until_ready(self, child: subprocess.Popen[bytes], stopping: threading.Event) -> bool:
        """False when the server ended. No deadline: recovery takes as long as it takes, and the clients have theirs."""
        while not stopping.is_set():
            if self._read_postmaster() == child.pid and self._is_ready():
                return True
            if child.poll() is not None:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _migrate(self) -> None:
        module = _preload_migrations()
        if not module:
            return
        try:
            applied = module.apply(self.address()["dsn"])
        except Exception as error:  # whatever the migrations raise, the clients must hear it
            raise ServerFailedError(f"the database could not be migrated: {error}") from error
        if applied:
            logger.info("postgres: applied %s", applied)

    def _read_lock_file(self) -> list[str]:
        """The lines of postmaster.pid: number, data folder, start, port, socket folder, address, memory, status."""
        try:
            return (self._data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    def _read_postmaster(self) -> int | None:
        lines = self._read_lock_file()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _is_ready(self) -> bool:
        lines = self._read_lock_file()
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _find_postmaster(self) -> ProcessId | None:
        """The live server of this data folder; a number in the lock file may by now be another program's."""
        number = self._read_postmaster()
        return identify(number) if number is not None and self._works_here(number) else None

    def _works_here(self, number: int) -> bool:
        try:
            process = psutil.Process(number)
            return process.name() == "postgres" and Path(process.cwd()) == self._data
        except psutil.Error:
            return False

    def _stop_leftover(self) -> None:
        """Stop a server that could not be adopted, and backends that outlived theirs; forget a stale lock file."""
        if postmaster := self._find_postmaster():
            logger.warning("postgres: stopping pid %d, which an earlier keeper left", postmaster.pid)
            stop_process(postmaster, _STOP_STEPS)
        if not (self._data / "postmaster.pid").exists():
            return
        for number in psutil.pids():
            if self._works_here(number) and (rest := identify(number)):
                stop_process(rest, (Step(signal.SIGKILL, 5.0),))
        named = self._read_postmaster()
        # The server itself takes any live process of the same user for its predecessor.
        if named is None or (is_alive(identify(named)) and not self._works_here(named)):
            (self._data / "postmaster.pid").unlink(missing_ok=True)


def _preload_migrations() -> ModuleType | None:
    """The migrations' module, loaded while initdb runs; None where it is not installed."""
    if importlib.util.find_spec(MIGRATIONS_MODULE) is None:
        return None
    try:
        return importlib.import_module(MIGRATIONS_MODULE)
    except ImportError as error:
        raise ServerFailedError(f"the migrations cannot be loaded: {error}") from error


def _remove(folder: Path) -> None:
    """Delete a folder that a killed start's initdb may still be writing to: it gives up once its files are gone."""
    for _ in range(_REMOVE_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_REMOVE_WAIT_SECONDS)
