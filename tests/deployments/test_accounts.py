"""The system account that runs Postgres for root, made on the machine itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from deployments.servers.accounts import find_entry

_MAKE = """
import sys
from deployments.servers.accounts import make_entry
print("ready", flush=True)
sys.stdin.readline()
print(make_entry(sys.argv[1]).pw_uid)
"""


@pytest.fixture
def unused_name() -> Iterator[str]:
    if os.geteuid() != 0 or not shutil.which("useradd") or not shutil.which("userdel"):
        pytest.skip("accounts are made by root with useradd")
    name = f"quarry-test-{uuid.uuid4().hex[:8]}"
    yield name
    subprocess.run(["userdel", name], capture_output=True, check=False)


def test_processes_that_make_the_account_at_once_get_the_same_one(unused_name: str) -> None:
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", _MAKE, unused_name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for maker in makers:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "ready\n"
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("\n")
        maker.stdin.flush()
    uids = {int(maker.communicate()[0]) for maker in makers}
    entry = find_entry(unused_name)
    assert entry is not None
    assert uids == {entry.pw_uid}
