import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "endpoints" / "misbehaving_server.py"


@pytest.fixture(scope="session")
def misbehaving_port() -> Iterator[int]:
    """The port of `tests/endpoints/misbehaving_server.py` on 127.0.0.1."""
    process = subprocess.Popen([sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait(timeout=10)
