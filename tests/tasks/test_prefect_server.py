"""Pointing Prefect at the home's server, and the certificates that its clients read for nothing."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_SSL_CERT_FILE

from tasks.prefect_server import use_home_server
from tasks.settings import load_settings


async def test_the_home_server_answers_clients_that_trust_no_authority(dsn: str) -> None:
    with use_home_server():
        file = Path(str(PREFECT_API_SSL_CERT_FILE.value()))
        assert os.environ["PREFECT_API_SSL_CERT_FILE"] == str(file)  # a Dask worker's clients read it from there
        assert ssl.create_default_context(cafile=file).get_ca_certs() == []
        async with get_client() as client:
            assert await client.api_healthcheck() is None


def test_a_configured_server_keeps_its_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example/api")
    monkeypatch.delenv("PREFECT_API_SSL_CERT_FILE", raising=False)
    load_settings.cache_clear()
    try:
        with use_home_server():
            assert "PREFECT_API_SSL_CERT_FILE" not in os.environ
    finally:
        load_settings.cache_clear()
