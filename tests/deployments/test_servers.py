"""The embedded servers as their users see them, on real servers in homes of our own."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import psutil
import psycopg
import pytest

from tasks.server_state import Home, ServerName, read_state
from tasks.servers import Attachment, PrefectAddress, ServersError, attach, read_status

NOBODY = 65534
SECRET = "key-of-the-caller"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

# Another process that uses the home: says what it was given, then waits until its input ends, and leaves cleanly.
_USER = """
import json, sys
from pathlib import Path
from tasks.servers import attach
with attach(Path(sys.argv[1]), prefect=sys.argv[2] == "both", timeout_seconds=120) as held:
    prefect = held.prefect()._asdict() if sys.argv[2] == "both" else None
    print(json.dumps({"postgres": held.postgres()._asdict(), "prefect": prefect}), flush=True)
    sys.stdin.read()
"""


class User:
    def __init__(self, home: Path, servers: str = "both") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(home), servers],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "SOME_API_KEY": SECRET},
        )  # fmt: skip

    def wait_until_served(self) -> dict[str, Any]:
        assert self.process.stdout
        given: dict[str, Any] = json.loads(self.process.stdout.readline())
        return given

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def user_of(home: Path, servers: str = "both") -> Iterator[dict[str, Any]]:
    user = User(home, servers)
    try:
        yield user.wait_until_served()
    finally:
        assert user.leave() == 0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As root this lies below a folder that only root may enter, as with a user's `mktemp -d`."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def given_to_racers(home: Path) -> Iterator[list[dict[str, Any]]]:
    """What four processes got that came at the same moment to a home that had nothing."""
    racers = [User(home) for _ in range(4)]
    try:
        with ThreadPoolExecutor() as pool:
            given = list(pool.map(User.wait_until_served, racers))
        with attach(home):
            yield given
    finally:
        for racer in racers:
            racer.leave()


@pytest.fixture
def held(home: Path, given_to_racers: list[dict[str, Any]]) -> Iterator[Attachment]:
    with attach(home, timeout_seconds=120) as attachment:
        yield attachment


@pytest.fixture
def other_home(tmp_path: Path) -> Iterator[Path]:
    """A home for one test, with Postgres only."""
    yield tmp_path / "home"
    assert wait_for(lambda: not processes_of(tmp_path / "home"))


def processes_of(home: Path) -> list[psutil.Process]:
    """Every process that works in the home or was told of it; our own user processes aside."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            told = any(str(home) in word for word in words) and "-c" not in words[:2]
            if told or process.cwd().startswith(str(home)):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for(condition: Callable[[], object], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def pid_of(home: Path, server: ServerName) -> int:
    state = read_state(Home(home), server)
    assert state
    assert state.process
    return state.process.pid


def keeper_of(home: Path) -> int:
    keeper = read_status(home).keeper
    assert keeper
    return keeper.process.pid


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: not any(psutil.pid_exists(pid) and is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def query(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def query_or_nothing(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    try:
        return query(dsn, statement)
    except psycopg.OperationalError:
        return []


def call(prefect: PrefectAddress, method: str, path: str, body: object = None, password: str | None = None) -> Any:
    """Status and JSON of one call to the Prefect API."""
    address = urlsplit(prefect.api_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    token = base64.b64encode((password or prefect.auth_string).encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    connection.request(method, f"/api{path}", body=json.dumps(body) if body is not None else None, headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None


def test_processes_that_race_on_a_fresh_home_are_given_the_same_servers(
    home: Path, given_to_racers: list[dict[str, Any]]
) -> None:
    assert all(given == given_to_racers[0] for given in given_to_racers)
    log = (home / "logs" / "keeper.log").read_text()
    assert log.count("started postgres") == log.count("started prefect") == 1
    assert log.count("keeper") == 1


def test_database_is_migrated_and_has_vectors_before_it_is_given_out(held: Attachment) -> None:
    dsn = held.postgres().dsn
    assert query(dsn, "select '[1,2,3]'::vector <-> '[1,2,4]'::vector") == [(1.0,)]
    assert query(dsn, "select count(*) > 0 from supabase_migrations.schema_migrations") == [(True,)]
    assert query(dsn, "show fsync") == [("on",)]


def test_killed_user_leaves_the_others_served(home: Path, held: Attachment) -> None:
    user = User(home)
    given = user.wait_until_served()
    user.kill()
    assert query(given["postgres"]["dsn"], "select 1") == [(1,)]
    assert call(held.prefect(), "GET", "/admin/version")[0] == 200


def test_lease_survives_a_killed_prefect_server(home: Path, held: Attachment) -> None:
    prefect = held.prefect()
    assert call(prefect, "POST", "/v2/concurrency_limits/", {"name": "kept", "limit": 1})[0] in (200, 201)
    status, lease = call(
        prefect,
        "POST",
        "/v2/concurrency_limits/increment-with-lease",
        {"names": ["kept"], "slots": 1, "lease_duration": 60},
    )
    assert status == 200
    killed = pid_of(home, "prefect")
    kill(killed)
    # Asked while there is no server: the call waits for the new one instead of being refused.
    renewal = call(prefect, "POST", f"/v2/concurrency_limits/leases/{lease['lease_id']}/renew", {"lease_duration": 60})
    assert renewal[0] == 204
    assert held.prefect() == prefect
    assert pid_of(home, "prefect") != killed


def test_servers_of_a_killed_keeper_are_adopted_by_the_next(home: Path, held: Attachment) -> None:
    before = (pid_of(home, "postgres"), pid_of(home, "prefect"))
    kill(keeper_of(home))
    with user_of(home):
        assert (pid_of(home, "postgres"), pid_of(home, "prefect")) == before
        assert is_running(keeper_of(home))


def test_killed_keeper_comes_back_without_a_new_user(home: Path, held: Attachment) -> None:
    killed = keeper_of(home)
    kill(killed)
    assert wait_for(lambda: read_status(home).keeper is not None)
    assert keeper_of(home) != killed


def test_killed_postgres_comes_back_at_the_same_address_with_its_rows(home: Path, held: Attachment) -> None:
    dsn = held.postgres().dsn
    query(dsn, "create table kept (id int); insert into kept values (7)")
    killed = pid_of(home, "postgres")
    kill(killed)
    assert wait_for(lambda: query_or_nothing(dsn, "select 1"))
    assert pid_of(home, "postgres") != killed
    assert held.postgres().dsn == dsn
    assert query(dsn, "select id from kept") == [(7,)]


def test_everything_killed_at_once_recovers_at_the_next_start(home: Path, held: Attachment) -> None:
    postgres = held.postgres()
    query(postgres.dsn, "create table survivor (id int); insert into survivor values (1)")
    prefect = held.prefect()
    assert call(prefect, "POST", "/variables/", {"name": "survivor", "value": 1})[0] == 201
    user = User(home)
    user.wait_until_served()
    kill(keeper_of(home), pid_of(home, "prefect"), pid_of(home, "postgres"), user.process.pid)
    user.process.communicate()
    with user_of(home) as given:
        assert given["postgres"] == postgres._asdict()
        assert query(given["postgres"]["dsn"], "select id from survivor") == [(1,)]
        assert given["prefect"] == prefect._asdict()
        assert call(prefect, "GET", "/variables/name/survivor")[0] == 200


def test_prefect_refuses_calls_without_the_password(held: Attachment) -> None:
    prefect = held.prefect()
    assert call(prefect, "GET", "/admin/version", password="quarry:wrong")[0] == 401
    assert call(prefect, "POST", "/flow_runs/filter", {}, password="quarry:")[0] == 401
    assert call(prefect, "POST", "/flow_runs/filter", {})[0] == 200
    assert prefect.auth_string not in repr(prefect)
    assert prefect.auth_string not in repr(read_status(held.home))


def test_prefect_serves_its_user_interface_to_its_own_origin_only(held: Attachment) -> None:
    address = urlsplit(held.prefect().ui_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)

    def allowed(origin: str) -> str | None:
        connection.request("GET", "/api/health", headers={"Origin": origin})
        answer = connection.getresponse()
        answer.read()
        return answer.getheader("access-control-allow-origin")

    assert allowed("https://elsewhere.example") is None
    assert allowed(held.prefect().ui_url) == held.prefect().ui_url
    connection.close()
    page = urlopen(Request(held.prefect().ui_url, headers={"Accept": "text/html"}), timeout=60)
    assert b"<!DOCTYPE html>" in page.read()


def test_prefect_lets_busy_clients_wait_for_each_other_instead_of_refusing_them(held: Attachment) -> None:
    prefect = held.prefect()
    call(prefect, "POST", "/v2/concurrency_limits/", {"name": "busy", "limit": 1000})
    lease = {"names": ["busy"], "slots": 1, "lease_duration": 60}

    def acquire(_: int) -> int:
        return int(call(prefect, "POST", "/v2/concurrency_limits/increment-with-lease", lease)[0])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(acquire, range(80))) == {200}


def test_prefect_runs_schedules_and_automations(held: Attachment) -> None:
    """Its background services work; they broke unseen with an SQLAlchemy that Prefect's metadata allows."""
    prefect = held.prefect()
    flow = call(prefect, "POST", "/flows/", {"name": "nightly"})[1]
    schedule = {"schedule": {"interval": 3600}, "active": True}
    _, deployment = call(
        prefect, "POST", "/deployments/", {"name": "nightly", "flow_id": flow["id"], "schedules": [schedule]}
    )
    run_it = {"type": "run-deployment", "source": "selected", "deployment_id": deployment["id"]}
    on_event = {"type": "event", "posture": "Reactive", "expect": ["delivery"], "threshold": 1, "within": 0}
    automation = {"name": "on delivery", "trigger": on_event, "actions": [run_it]}
    assert call(prefect, "POST", "/automations/", automation)[0] == 201

    def planned() -> set[bool]:
        # Sent again each time: the triggers of a server that has just started may not hear the first event.
        event = {"occurred": datetime.now(UTC).isoformat(), "event": "delivery", "payload": {}, "id": str(uuid4())}
        call(prefect, "POST", "/events", [{**event, "resource": {"prefect.resource.id": "quarry.test"}}])
        time.sleep(1)
        wanted = {"deployments": {"id": {"any_": [deployment["id"]]}}}
        return {run["auto_scheduled"] for run in call(prefect, "POST", "/flow_runs/filter", wanted)[1]}

    assert wait_for(lambda: planned() == {True, False}, seconds=90)


def test_nothing_listens_beyond_this_machine(home: Path, held: Attachment) -> None:
    held.postgres(), held.prefect()
    listening = {
        (process.pid, connection.laddr.ip)
        for process in processes_of(home)
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {ip for _, ip in listening} == {"127.0.0.1"}
    assert pid_of(home, "postgres") not in {pid for pid, _ in listening}


@needs_root
def test_no_other_account_gets_into_postgres(held: Attachment) -> None:
    address = held.postgres()
    assert "denied" in try_as(NOBODY, address.dsn)
    folder = Path(address.socket_folder)
    try:  # even if the folder and the socket were open, the server asks who is there
        folder.chmod(0o755)
        (folder / ".s.PGSQL.5432").chmod(0o777)
        assert "Peer authentication failed" in try_as(NOBODY, address.dsn)
    finally:
        folder.chmod(0o700)
        (folder / ".s.PGSQL.5432").chmod(0o700)


def try_as(user: int, dsn: str) -> str:
    """The error that this account gets when it connects; empty when it gets in."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        try:
            psycopg.connect(dsn).close()
            os.write(writing, b"")
        except psycopg.Error as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, "rb") as result:
        return result.read().decode()


def test_files_with_secrets_are_private(home: Path, held: Attachment) -> None:
    held.postgres(), held.prefect()
    places = [*(home / "run").glob("*.json"), *(home / "prefect").iterdir(), *(home / "logs").iterdir()]
    assert places
    assert all(path.stat().st_mode & 0o077 == 0 for path in places if path.is_file())
    assert (home / "postgres" / "data").stat().st_mode & 0o077 == 0


def test_servers_are_not_given_the_secrets_of_their_caller(home: Path, given_to_racers: list[dict[str, Any]]) -> None:
    assert len(processes_of(home)) >= 3
    assert not any(SECRET in process.environ().values() for process in processes_of(home))


def test_user_that_comes_while_the_servers_stop_is_served(other_home: Path) -> None:
    for _ in range(3):
        with attach(other_home, prefect=False) as first:
            first.postgres()
            closing = ThreadPoolExecutor().submit(first.close)
        with attach(other_home, prefect=False) as second:
            assert query(second.postgres().dsn, "select 1") == [(1,)]
        closing.result()


def test_last_user_leaves_no_process_and_no_folder_more_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with attach(tmp_path, prefect=False) as held:
        socket_folder = Path(held.postgres().socket_folder)
        assert processes_of(tmp_path)
    assert processes_of(tmp_path) == []
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert not (socket_folder / ".s.PGSQL.5432").exists()


def test_servers_stop_when_their_keeper_and_their_last_user_were_killed(home: Path, other_home: Path) -> None:
    user = User(other_home)  # the Prefect server looks after a lost keeper
    user.wait_until_served()
    kill(keeper_of(other_home), user.process.pid)
    user.process.communicate()
    assert wait_for(lambda: not processes_of(other_home))


def test_idle_servers_linger_for_the_next_user(other_home: Path) -> None:
    with attach(other_home, prefect=False, linger_seconds=2) as held:
        held.postgres()
        pid = pid_of(other_home, "postgres")
    with attach(other_home, prefect=False) as held:
        held.postgres()
        assert pid_of(other_home, "postgres") == pid


def test_long_path_of_a_home_is_no_obstacle(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30) / "home"
    home.parent.mkdir()
    with attach(home, prefect=False) as held:
        address = held.postgres()
        assert len(address.socket_folder) < 80
        assert query(address.dsn, "select 1") == [(1,)]
    assert not Path(address.socket_folder).exists()


@needs_root
def test_reachable_home_of_root_keeps_its_socket_inside() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with attach(Path(folder) / "home", prefect=False) as held:
            assert held.postgres().socket_folder == f"{folder}/home/run/postgres"
            assert psutil.Process(pid_of(Path(folder) / "home", "postgres")).uids().real != 0


def test_data_of_another_major_version_is_refused_and_left_alone(other_home: Path) -> None:
    data = other_home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with attach(other_home, prefect=False) as held, pytest.raises(ServersError, match=r"Postgres 12.*postgres\.log"):
        held.postgres()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_damaged_data_is_reported_and_left_alone(other_home: Path) -> None:
    with attach(other_home, prefect=False) as held:
        held.postgres()
    control = other_home / "postgres" / "data" / "global" / "pg_control"
    whole = control.read_bytes()
    control.unlink()
    with attach(other_home, prefect=False) as held:
        with pytest.raises(ServersError, match=r"Postgres does not start: .*log: "):
            held.postgres()
        assert not control.exists()
        # Repaired while the same keeper still runs: the next user is served.
        control.write_bytes(whole)
        shutil.chown(control, *owner_of(control.parent))
        with user_of(other_home, "postgres") as given:
            assert query(given["postgres"]["dsn"], "select 1") == [(1,)]


def owner_of(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


def test_start_that_was_killed_in_the_middle_of_making_the_cluster_is_repeated(other_home: Path) -> None:
    user = User(other_home, "postgres")
    assert wait_for(lambda: list(other_home.glob("postgres/new-*")))
    kill(user.process.pid, keeper_of(other_home))
    user.process.communicate()
    with attach(other_home, prefect=False) as held:
        assert query(held.postgres().dsn, "select 1") == [(1,)]
    assert not list(other_home.glob("postgres/new-*"))


def test_lock_file_with_the_number_of_another_program_is_no_obstacle(other_home: Path) -> None:
    with attach(other_home, prefect=False) as held:
        held.postgres()
    lock = other_home / "postgres" / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n1\n5432\n/tmp\n\n 1 1\nready   \n")
    shutil.chown(lock, *owner_of(lock.parent))
    with attach(other_home, prefect=False) as held:
        assert query(held.postgres().dsn, "select 1") == [(1,)]
