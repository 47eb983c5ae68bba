"""How the embedded servers of a home start, stop and come back: each test in a home of its own."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from server_homes import (
    User,
    keeper_of,
    kill,
    owner_of,
    pid_of,
    processes_of,
    query,
    user_of,
    wait_for,
)

from tasks.servers import ServersError, attach

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def other_home(tmp_path: Path) -> Iterator[Path]:
    """A home for one test, with Postgres only."""
    yield tmp_path / "home"
    assert wait_for(lambda: not processes_of(tmp_path / "home"))


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
