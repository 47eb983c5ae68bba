"""The shop in a process of its own, for tests and benches: `with start_shop({"pages": 1000}) as shop: ...`."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class RunningShop:
    """`hosts` are authorities ("127.0.0.1:41234"), in the order of their options; all are loopback addresses."""

    def __init__(self, port: int, hosts: list[str]) -> None:
        self.port, self.hosts = port, hosts

    @property
    def urls(self) -> list[str]:
        return [f"http://{host}/" for host in self.hosts]

    @property
    def allowed(self) -> str:
        """For QUARRY_ALLOW_PRIVATE_HOSTS: these hosts on this port, and nothing else on loopback."""
        return ",".join(self.hosts)

    def stats(self, delay: float = 0.0) -> dict[str, Any]:
        """What each host saw (`ledger.HostLedger.describe`); `elsewhere` is what arrived under no host's name."""
        return dict(self._ask(f"/_stats?delay={delay}"))

    def truth(self) -> dict[str, Any]:
        return dict(self._ask("/_truth"))

    def reset(self) -> None:
        self._ask("/_reset", {})

    def configure(self, host: int, **changes: Any) -> None:
        """Set fields of `site_pages.Site`: crawl_delay, robots_status, storm, vanished, repriced, latency, ..."""
        self._ask("/_configure", {"host": host, **changes})

    def _ask(self, target: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{target}", data, timeout=30) as response:
            return json.loads(response.read())


@contextmanager
def start_shop(*hosts: dict[str, Any], port: int = 0) -> Iterator[RunningShop]:
    """One virtual host for each of `hosts` (fields of `site_pages.Site`); stopped at the end of the block."""
    command = [
        sys.executable,
        str(Path(__file__).parent / "server.py"),
        json.dumps({"hosts": list(hosts), "port": port}),
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        yield RunningShop(said["port"], said["hosts"])
    finally:
        process.kill()
        process.wait(timeout=10)
