"""Sources as a user names them (paths, folders, URLs) become local files that were looked at before anything else."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import unquote, urlsplit

from tasks import limits, resources
from tasks.catalog.redaction import redact
from tasks.clients.errors import ServiceError
from tasks.clients.web import WebClient
from tasks.clients.web_answers import NotModified, Validators
from tasks.settings import Settings, load_settings

_HASH_BLOCK_BYTES = 1 << 20


class SourceError(ValueError):
    """A source that cannot be used; the message names it and the remedy, in one line, without secrets."""


class LocalSource(NamedTuple):
    """A source as a file on this machine. `origin` is what the user named, without secrets."""

    origin: str
    filename: str
    path: Path
    sha256: str
    bytes: int
    validators: Validators = Validators()  # what a server said of this version


def is_url(source: str) -> bool:
    return urlsplit(source).scheme in ("http", "https")


def list_sources(named: Iterable[str], suffixes: str | tuple[str, ...], roots: Iterable[Path] | None) -> list[str]:
    """Each named source, folders replaced by the files in them that end so, sorted, without repeats.

    With `roots`, files outside them are refused (`SourceError`): deployment runs may not read any file of the machine.
    A relative path is below the home there, for such runs have no working folder of their own.
    """
    found: dict[str, None] = {}
    for source in named:
        if is_url(source):
            found[source] = None
            continue
        path = resolve_source(source, below_home=roots is not None)
        if roots is not None and not any(path.is_relative_to(root.resolve()) for root in roots):
            raise SourceError(
                f"{source}: runs of a deployment read files only below {', '.join(map(str, roots))}; "
                "put it there or add its folder to QUARRY_SOURCE_ROOTS"
            )
        for file in _files_of(path, suffixes):
            found[str(file)] = None
    return list(found)


def fingerprint_sources(kind: str, named: Iterable[str], options: str) -> str:
    """A hash of what a job is about: local files by their bytes, anything else by its name, and the options."""
    parts = [kind, options]
    for source in sorted(named):
        path = Path(source).expanduser()
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        parts += [_identity(file, source) for file in files if not file.is_dir()]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _identity(path: Path, source: str) -> str:
    try:
        return source if is_url(source) else hash_file(path)
    except OSError:
        return str(path)


def resolve_source(source: str, *, below_home: bool) -> Path:
    """The absolute path that `source` means, links followed."""
    path = Path(source).expanduser()
    return (load_settings().home / path).resolve() if below_home else path.resolve()


def is_folder(source: str, below_home: bool) -> bool:
    return not is_url(source) and resolve_source(source, below_home=below_home).is_dir()


def _files_of(path: Path, suffixes: str | tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.name.lower().endswith(suffixes))


def allowed_roots(settings: Settings) -> list[Path]:
    """The folders that deployment runs may read from."""
    return [settings.home / "inbox", *settings.source_roots]


async def receive(source: str, folder: Path, max_bytes: int, setting: str) -> LocalSource:
    """The source as a local file with its hash: a path is used where it is, a URL is fetched into `folder`.

    Raises `SourceError` when it is missing, unreadable, empty or larger than `max_bytes` (which `setting` raises), or
    cannot be fetched.
    """
    received = await receive_if_changed(source, folder, max_bytes, Validators(), setting)
    assert received is not None, "without validators there is no version to be unchanged"
    return received


def _look_at(source: str, max_bytes: int, setting: str) -> LocalSource:
    path = Path(source)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise SourceError(f"{source}: not a file")
        if size > max_bytes:
            raise SourceError(
                f"{source}: {size / 1e6:.0f} MB is more than the {max_bytes / 1e6:.0f} MB allowed ({setting} raises it)"
            )
        return LocalSource(source, path.name, path, hash_file(path), size)
    except FileNotFoundError:
        raise SourceError(f"{source}: no such file") from None
    except OSError as error:
        raise SourceError(f"{source}: cannot be read ({error.strerror})") from None


async def receive_if_changed(
    source: str, folder: Path, max_bytes: int, known: Validators, setting: str
) -> LocalSource | None:
    """As `receive`; None when a URL's server says that the version `known` is still the one."""
    if is_url(source):
        return await _fetch(source, folder, max_bytes, known)
    return await asyncio.to_thread(_look_at, source, max_bytes, setting)


async def _fetch(source: str, folder: Path, max_bytes: int, known: Validators) -> LocalSource | None:
    settings = resources.current().settings
    try:
        async with WebClient(allow_private_hosts=settings.allow_private_hosts) as client:
            fetched = await client.fetch_file(
                source,
                folder,
                validators=known,
                max_bytes=max_bytes,
                deadline_seconds=settings.fetch_timeout_seconds,
                max_redirects=settings.fetch_max_redirects,
                slot=lambda: limits.hold("downloads"),
            )
    except ServiceError as error:
        raise SourceError(f"{redact(source)}: {error.reason}") from None
    if isinstance(fetched, NotModified):
        return None
    name = Path(unquote(urlsplit(fetched.final_url).path)).name or "download"
    validators = Validators(fetched.etag, fetched.last_modified)
    return LocalSource(redact(source), name, fetched.path, fetched.sha256, fetched.bytes, validators)


def spool(stream: IO[bytes], folder: Path, max_bytes: int) -> Path:
    """What comes from a pipe, as a file of `folder` named by its hash; SourceError when it is empty or too large."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, partial = hashlib.sha256(), 0, folder / f".{uuid.uuid4().hex}"
    try:
        with partial.open("wb") as file:
            while block := stream.read(_HASH_BLOCK_BYTES):
                size += len(block)
                if size > max_bytes:
                    raise SourceError(f"standard input: more than the {max_bytes / 1e6:.0f} MB allowed")
                digest.update(block)
                file.write(block)
        if not size:
            raise SourceError("standard input: empty")
        return partial.replace(folder / f"{digest.hexdigest()}.xml")
    finally:
        partial.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
