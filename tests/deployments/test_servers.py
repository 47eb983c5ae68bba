"""The embedded servers as their users see them, on real servers in a home of our own."""

from __future__ import annotations

import base64
import http.client
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import psutil
import psycopg
import pytest
from server_homes import (
    SECRET,
    User,
    is_running,
    keeper_of,
    kill,
    pid_of,
    processes_of,
    query,
    query_or_nothing,
    user_of,
    wait_for,
)

from tasks.servers import Attachment, PrefectAddress, attach, read_status

NOBODY = 65534


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


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
