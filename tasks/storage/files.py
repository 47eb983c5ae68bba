"""Files of the library: images by content, sources by content. A folder here; a bucket has the same methods."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from pathlib import Path
from typing import Protocol


class FileStore(Protocol):
    """Where images and source documents are kept. Paths are relative, the same on every kind of store."""

    async def put(self, path: str, local: Path) -> None:
        """Store the bytes of `local` under `path`; what is already there under that name is the same and stays."""
        ...

    async def fetch(self, path: str, local: Path) -> None:
        """Bring the file at `path` to `local`; FileNotFoundError when it is not stored."""
        ...


def image_path(workspace: str, sha256: str, extension: str) -> str:
    return f"{workspace}/images/{sha256[:2]}/{sha256}.{extension}"


def source_path(workspace: str, sha256: str, extension: str) -> str:
    return f"{workspace}/sources/{sha256[:2]}/{sha256}.{extension}"


class FolderStore:
    """Files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, path: str, local: Path) -> None:
        await asyncio.to_thread(self._put, path, local)

    async def fetch(self, path: str, local: Path) -> None:
        await asyncio.to_thread(_copy_atomically, self.root / path, local)

    def local_path(self, path: str) -> Path:
        """Where the file is on this machine."""
        return self.root / path

    def _put(self, path: str, local: Path) -> None:
        target = self.root / path
        # Names carry the content's hash, so a file of that name and size is that content.
        if not target.exists() or target.stat().st_size != local.stat().st_size:
            _copy_atomically(local, target)


def _copy_atomically(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        shutil.copyfile(source, partial)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
