"""Being a user of a home, without any server."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tasks.servers import HomeError, ServersError, attach, read_status


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_importing_brings_in_nothing_heavy() -> None:
    script = "import sys, tasks.servers; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"prefect", "pydantic", "psycopg", "httpx", "asyncio", "deployments"} & set(loaded)


def test_home_that_is_made_is_private(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    attach(home, postgres=False, prefect=False).close()
    assert mode_of(home) == (0o711 if os.geteuid() == 0 else 0o700)
    assert all(mode_of(path) & 0o066 == 0 for path in home.rglob("*"))


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_home_that_exists_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    attach(tmp_path, postgres=False, prefect=False).close()
    assert mode_of(tmp_path) == mode


def test_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o777)
    with pytest.raises(HomeError, match="written to by other users"):
        attach(tmp_path, postgres=False, prefect=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_home_of_another_user_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        attach(Path(folder), postgres=False, prefect=False).close()
        assert error_as_nobody(Path(folder)) == "another user"


def error_as_nobody(home: Path) -> str:
    """What another user is told who attaches: the words that matter, or where it went wrong."""
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            attach(home, postgres=False, prefect=False)
        except HomeError as error:
            os._exit(0 if "another user" in str(error) else 1)
        except BaseException:
            os._exit(2)
        os._exit(3)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ("another user", "another HomeError", "another error", "no error")[code]


def test_home_is_in_use_until_the_last_user_leaves(tmp_path: Path) -> None:
    first = attach(tmp_path, postgres=False, prefect=False)
    second = attach(tmp_path, postgres=False, prefect=False)
    first.close()
    first.close()
    assert read_status(tmp_path).in_use
    second.close()
    assert not read_status(tmp_path).in_use


def test_forked_child_does_not_keep_the_home_in_use(tmp_path: Path) -> None:
    held = attach(tmp_path, postgres=False, prefect=False)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)  # until the parent closes its end
        os._exit(0)
    os.close(reading)
    assert read_status(tmp_path).in_use  # the child's letting go is not the parent's
    held.close()
    assert not read_status(tmp_path).in_use
    os.close(writing)
    os.waitpid(child, 0)


def test_started_program_does_not_keep_the_home_in_use(tmp_path: Path) -> None:
    held = attach(tmp_path, postgres=False, prefect=False)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False) as program:
        held.close()
        assert not read_status(tmp_path).in_use
        assert program.poll() is None
        program.kill()


def test_closed_attachment_gives_no_address(tmp_path: Path) -> None:
    held = attach(tmp_path, postgres=False, prefect=False)
    held.close()
    with pytest.raises(ServersError, match="closed"):
        held.postgres()


def test_keeper_that_does_not_start_is_an_error_that_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ServersError, match=r"could not be started .*keeper\.log"):
        attach(tmp_path)
    assert not read_status(tmp_path).in_use


def test_status_of_a_folder_makes_nothing_in_it(tmp_path: Path) -> None:
    status = read_status(tmp_path)
    assert (status.keeper, status.in_use) == (None, False)
    assert not list(tmp_path.iterdir())
