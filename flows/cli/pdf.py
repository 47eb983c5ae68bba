"""The command line of `python -m flows.pdf`."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli import run
from flows.cli.checks import check_export, check_workspace
from flows.cli.display import fail, stderr_console
from flows.cli.ending import end_command
from tasks.catalog.redaction import redact

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def ingest(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="PDF files, folders of them, or URLs")],
    as_json: Annotated[bool, typer.Option("--json", help="The job report as one line of JSON on stdout")] = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the job's products to FILE as JSON Lines", callback=check_export),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.pdf",
            help="Write a copy of the document with what was understood drawn over its pages",
            callback=check_export,
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read only the first N pages of each document")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing")] = False,
    no_enrich: Annotated[bool, typer.Option("--no-enrich", help="Rows and images only: no vectors")] = False,
    force: Annotated[bool, typer.Option("--force", help="Read again what the library already has")] = False,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="USD", help="Stop paying for AI calls here; the rest stays pending")
    ] = None,
    workspace: Annotated[str | None, typer.Option(help="Tenant to write to", callback=check_workspace)] = None,
    password: Annotated[
        str | None, typer.Option(help="Password of encrypted documents (or QUARRY_PDF_PASSWORD)", show_default=False)
    ] = None,
) -> None:
    """Turn PDF catalogs into products, images, chunks and vectors."""
    if password is not None:
        os.environ["QUARRY_PDF_PASSWORD"] = password  # read by the settings; never a parameter of the flow
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    options = {
        "sources": [source if "://" in source else os.path.abspath(Path(source).expanduser()) for source in sources],
        "workspace": workspace or settings.workspace,
        "limit": limit,
        "enrich": not no_enrich,
        "force": force,
        "max_cost_usd": max_cost,
    }
    if dry_run:
        from flows.cli.plan import print_plan

        raise typer.Exit(print_plan(options, as_json))
    drawing = Drawing(annotate)
    result = run.run_command(
        "flows.pdf", lambda module: _start(module, options, drawing), with_workers=True, export=export
    )
    code = end_command(result, as_json)
    raise typer.Exit(max(code, drawing.tell()) if code in (run.DONE, run.PARTIAL) else code)


class Drawing:
    """The annotated copies that were asked for, and what became of them."""

    def __init__(self, target: Path | None) -> None:
        self._target = target
        self._written: list[Path] = []
        self._problem: str | None = None

    async def draw(self, job: uuid.UUID) -> None:
        """Write the copies of a job that has ended, while the library is open."""
        from tasks.annotations import annotate_job
        from tasks.catalog.pdf.document import DocumentError
        from tasks.local.page_reader import PageFailed

        if self._target is None:
            return
        try:
            self._written = await annotate_job(job, self._target)
        except (DocumentError, PageFailed, OSError) as error:  # the job itself is done
            self._problem = redact(f"{self._target}: not written: {error}")

    def tell(self) -> int:
        """Name the files on stderr; the exit code."""
        if self._problem:
            fail(self._problem)
            return run.PARTIAL
        for path in self._written:
            stderr_console().print(f"annotated copy: {path}", markup=False, soft_wrap=True)
        return run.DONE


async def _start(module: Any, options: dict[str, Any], drawing: Drawing) -> uuid.UUID:
    from prefect import tags

    from flows.resume import run_or_resume
    from tasks.catalog.ids import workspace_id

    params = module.PdfIngest(**options)
    with tags("source:pdf"):
        job = await run_or_resume(module.ingest_pdf, params, module.fingerprint(params), workspace_id(params.workspace))
    await drawing.draw(job)
    return job


def main() -> None:
    """Run the command; ends the process with the documented exit code."""
    app()
