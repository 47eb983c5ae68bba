"""The server as a command: it says where it is, and ends with the process that started it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

SERVER = Path(__file__).parent / "rehearsal" / "server.py"


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SERVER), *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
    )


def test_it_serves_until_its_parent_is_gone() -> None:
    services = json.dumps({"qwen": {"at_once": 3}})
    process = start("--profile", "production", "--seed", "4", "--services", services, "--until-stdin-closes")
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with urllib.request.urlopen(f"{url}/stats") as response:
        stats = json.load(response)
    assert (stats["profile"], stats["seed"]) == ("production", 4)
    process.communicate(timeout=20)  # closes its stdin
    assert process.returncode == 0


def test_a_wrong_profile_is_a_usage_error() -> None:
    process = start("--profile", "perfect")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "no profile 'perfect'; there are fast, production" in errors
