"""Point this process and its children at the Prefect server of the home, unless another one is configured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    temporary_settings,
)

from tasks import resources
from tasks.settings import load_settings

# Every client of Prefect's, one a task on a Dask worker, reads the certificates of all authorities (21 ms of CPU time),
# for an http:// address on loopback, too. Reading this one, which nobody is trusted by, takes 0.5 ms.
_TRUSTS_NOBODY = Path(__file__).parent / "trusts_nobody.txt"


@contextmanager
def use_home_server() -> Iterator[None]:
    """Inside the block Prefect talks to the home's server; waits until that answers."""
    if load_settings().prefect_api_url:
        yield
        return
    server = resources.attachment().prefect()
    settings = {PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: server.auth_string}
    if server.api_url.startswith("http://"):
        settings[PREFECT_API_SSL_CERT_FILE] = str(_TRUSTS_NOBODY)
    # Children (Dask workers, a Prefect worker's runs) find them in their environment.
    os.environ.update({setting.name: value for setting, value in settings.items()})
    with temporary_settings(settings):
        yield
