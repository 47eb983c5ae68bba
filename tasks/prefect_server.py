"""Point this process and its children at the Prefect server of the home, unless another one is configured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from tasks import resources
from tasks.settings import load_settings


@contextmanager
def use_home_server() -> Iterator[None]:
    """Inside the block Prefect talks to the home's server; waits until that answers."""
    if load_settings().prefect_api_url:
        yield
        return
    server = resources.attachment().prefect()
    # Children (Dask workers, a Prefect worker's runs) find it in their environment.
    os.environ["PREFECT_API_URL"] = server.api_url
    os.environ["PREFECT_API_AUTH_STRING"] = server.auth_string
    with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_API_AUTH_STRING: server.auth_string}):
        yield
