"""What the embedded servers of a home leave on disk for each other and for their users: folders, locks, states.

Shared by the client side (`tasks/servers.py`) and the keeper (`deployments/servers`). Standard library only, so that it
imports in milliseconds. Linux and macOS.

    run/users.lock     shared flock of every process that uses the home; the kernel drops it even on kill -9
    run/keeper.lock    exclusive flock of the keeper; `run/keeper.json` says who that is
    run/start.lock     held while somebody starts a keeper, so that only one does
    run/NAME.wanted    a request for a server; the keeper removes it once it has taken it
    run/NAME.json      state of a server (0600: it holds what a client needs to get in)
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, get_args

ServerName = Literal["postgres", "prefect"]
Status = Literal["starting", "ready", "failed"]

SERVER_NAMES: tuple[ServerName, ...] = get_args(ServerName)
# A log larger than this is moved aside to NAME.log.1 at the next start.
LOG_MAX_BYTES = 10_000_000


class HomeError(RuntimeError):
    """The home cannot be used by this user."""


class ProcessId(NamedTuple):
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    born: str


class ServerState(NamedTuple):
    """What is known of one server. `address` is what a client needs; `detail` the reason when it failed."""

    status: Status
    keeper: ProcessId
    process: ProcessId | None = None
    address: dict[str, str] = {}
    detail: str = ""


class KeeperState(NamedTuple):
    process: ProcessId
    linger_seconds: float


class Home(NamedTuple):
    """Where things are under a `QUARRY_HOME`."""

    root: Path

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def users_lock(self) -> Path:
        return self.run / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.run / "keeper.lock"

    @property
    def start_lock(self) -> Path:
        return self.run / "start.lock"

    @property
    def keeper_file(self) -> Path:
        return self.run / "keeper.json"

    def state_file(self, server: ServerName) -> Path:
        return self.run / f"{server}.json"

    def wanted_file(self, server: ServerName) -> Path:
        return self.run / f"{server}.wanted"

    def log_file(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders that are missing; a folder that exists keeps its permissions.

        Root's folders may be passed through by the account that runs Postgres for it, but not listed (0711).
        """
        private = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            make_folder(self.root, private)
            make_folder(self.run, private)
            make_folder(self.logs, 0o700)
        except OSError as error:
            raise HomeError(f"{self.root} cannot be used: {error}") from error
        require_own_folder(self.run)


def make_folder(path: Path, mode: int) -> None:
    """Make a folder with exactly these permissions; leave one that is there as it is."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=mode)
        path.chmod(mode)


def require_own_folder(path: Path) -> None:
    """Raise `HomeError` unless the folder is a real one that only this user (or root) can write to."""
    found = path.lstat()
    user = os.geteuid()
    if not stat.S_ISDIR(found.st_mode):
        raise HomeError(f"{path} is not a folder")
    if user != 0 and found.st_uid != user:
        raise HomeError(f"{path} belongs to another user (uid {found.st_uid}): choose another QUARRY_HOME")
    if found.st_mode & 0o022:
        raise HomeError(f"{path} can be written to by other users: run chmod go-w on it")


def identify(pid: int) -> ProcessId | None:
    """The process with this number, None when there is none or only its zombie is left."""
    if not sys.platform.startswith("linux"):
        return _identify_elsewhere(pid)
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in brackets may hold spaces and brackets; state is field 3, start in ticks since boot field 22 (proc(5)).
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else ProcessId(pid, fields[19])


def _identify_elsewhere(pid: int) -> ProcessId | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else ProcessId(pid, str(process.create_time()))
    except psutil.Error:
        return None


def is_alive(process: ProcessId | None) -> bool:
    return process is not None and identify(process.pid) == process


class FileLock:
    """An flock on a file of ours. Never inherited by a program started from here; freed when the process dies."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except PermissionError as error:
            raise HomeError(f"{path} cannot be opened by this user: choose another QUARRY_HOME") from error

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take it alone. A shared hold is given up first, and is lost when this fails (flock(2))."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go. Closing in a forked child does not free the parent's hold; `release` would."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def write_json(path: Path, content: object) -> None:
    """Replace a file (0600) in one step: a reader sees the old content or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)
    draft.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """The object in a file; empty when it is missing or no object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_state(home: Home, server: ServerName, state: ServerState) -> None:
    write_json(home.state_file(server), state._asdict())


def read_state(home: Home, server: ServerName) -> ServerState | None:
    """The last state that was written, whoever wrote it; None when there is none that this version understands."""
    content = read_json(home.state_file(server))
    try:
        state = ServerState(**content)  # type: ignore[arg-type]  # checked by the next line, on use
        process = ProcessId(*state.process) if state.process else None
        return state._replace(keeper=ProcessId(*state.keeper), process=process)
    except TypeError:
        return None


def write_keeper(home: Home, state: KeeperState) -> None:
    write_json(home.keeper_file, state._asdict())


def read_keeper(home: Home) -> KeeperState | None:
    """The running keeper; None when there is none."""
    content = read_json(home.keeper_file)
    try:
        state = KeeperState(**content)  # type: ignore[arg-type]  # checked by the next line, on use
        process = ProcessId(*state.process)
    except TypeError:
        return None
    return state._replace(process=process) if is_alive(process) else None


def open_log(home: Home, name: str) -> BinaryIO:
    """The log file to append to (0600), after moving a long one aside."""
    path = home.log_file(name)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
