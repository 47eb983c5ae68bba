"""How the run of an ingest begins, whatever its source: its job is opened, or taken up where it was interrupted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from prefect.runtime import deployment

from flows.children import PARENT
from tasks import resources
from tasks.catalog import ids
from tasks.catalog.redaction import redact
from tasks.jobs import Job, JobKind, open_job
from tasks.sources import allowed_roots, is_folder, list_sources


class IngestParams(Protocol):
    """What the parameters of every ingest have."""

    @property
    def sources(self) -> list[str]: ...

    @property
    def workspace(self) -> str: ...

    @property
    def max_cost_usd(self) -> float | None: ...

    def model_dump(self, *, mode: str) -> dict[str, Any]: ...


def show_file(source: str) -> str:
    """A source by its last part."""
    return Path(redact(source)).name


def show_address(source: str) -> str:
    """An address without its scheme."""
    return redact(source).partition("://")[2].rstrip("/")


def name_run(prefix: str, sources: list[str], show: Callable[[str], str] = show_file) -> str:
    """What the run is called in the Prefect UI."""
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    return f"{prefix}-{show(sources[0])}{more}"


async def open_ingest(
    kind: JobKind, run_id: uuid.UUID, params: IngestParams, fingerprint: str, show: Callable[[str], str] = show_file
) -> Job:
    """The job of this run; `fingerprint` says what it is about."""
    return await open_job(
        kind,
        run_id=run_id,
        workspace_id=ids.workspace_id(params.workspace),
        workspace=params.workspace,
        source=", ".join(params.sources),
        label=show(params.sources[0]),
        fingerprint=fingerprint,
        parameters={**params.model_dump(mode="json"), "sources": [redact(source) for source in params.sources]},
        parent=PARENT.get(),
        max_cost_usd=params.max_cost_usd,
    )


def is_deployed() -> bool:
    """Whether this run was started from a deployment (the UI, a schedule, an API call), not from a shell."""
    return deployment.id is not None


def has_several(params: IngestParams) -> bool:
    """Whether the run has a child for each source. Looks at the disk."""
    return len(params.sources) > 1 or is_folder(params.sources[0], is_deployed())


def list_files(params: IngestParams, suffixes: str | tuple[str, ...]) -> list[str]:
    """The sources that the run may read: any from the command line, those in configured folders for a deployment."""
    roots = allowed_roots(resources.current().settings) if is_deployed() else None
    return list_sources(params.sources, suffixes, roots)
