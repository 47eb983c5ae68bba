from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One converted image model for all tests of a session."""
    return tmp_path_factory.mktemp("models")
