"""How a job ends: every way out of a flow becomes the Prefect state, the report and the artifact that say so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prefect import get_run_logger
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.catalog.redaction import redact
from tasks.catalog.report import ITEM_STATUSES, JobReport, Outcome
from tasks.jobs import BAD_CREDENTIALS, Job


async def conclude(job: Job, work: Callable[[], Awaitable[tuple[JobReport, Outcome]]]) -> State[None]:
    """Run the job's work and return the state it deserves; the report is on the job row and in an artifact.

    This is the job's edge: whatever goes wrong inside becomes a Failed state with one line, the details in the log.
    Interruptions (signals, cancellation) pass through: they are not outcomes.
    """
    try:
        report, outcome = await work()
    except Exception as error:  # the job's edge: a job never ends without saying why
        message = _one_line(error)
        get_run_logger().error("the job failed: %s", message, exc_info=None if _is_ours(error) else error)
        report = await job.fail(message, BAD_CREDENTIALS if getattr(error, "status", None) in (401, 403) else None)
        await publish(report)
        return Failed(message=message)
    await publish(report)
    message = summarize(report)
    return Failed(message=message) if outcome.failed else Completed(message=message)


def _is_ours(error: Exception) -> bool:
    """Whether the error was raised on purpose, with a message that says everything; others need their traceback."""
    return type(error).__module__.split(".")[0] in ("tasks", "flows")


def _one_line(error: Exception) -> str:
    text = str(error).strip()
    first = text.splitlines()[0] if text else type(error).__name__
    return redact(first if _is_ours(error) else f"{type(error).__name__}: {first}")


def summarize(report: JobReport) -> str:
    """One line: how many products, and what is not well."""
    if report.completion_reason and not any(counts.declared for counts in report.items.values()):
        return report.completion_reason.replace("_", " ")
    parts = [
        f"{counts.accounted} {kind}{'s' if counts.accounted != 1 else ''}" for kind, counts in report.items.items()
    ]
    text = ", ".join(parts)
    return f"{text} ({report.completion_reason.replace('_', ' ')})" if report.completion_reason else text


async def publish(report: JobReport) -> None:
    """Put the report where the Prefect UI shows it."""
    await acreate_markdown_artifact(
        key=f"job-{report.job_id}", markdown=render_markdown(report), description=f"Report of {report.source}"
    )


def render_markdown(report: JobReport) -> str:
    """The report as a page for the Prefect UI; text from the source is escaped."""
    head = f"# {_escape(report.source)}\n\n**{report.status}**"
    reason = report.error or (report.completion_reason or "").replace("_", " ")
    lines = [head + (f": {_escape(reason)}" if reason else ""), "", "| items | declared | " + " | ".join(ITEM_STATUSES)]
    lines[-1] += " |"
    lines.append("|---" * (len(ITEM_STATUSES) + 2) + "|")
    for kind, counts in report.items.items():
        values = [counts.declared, *(getattr(counts, status) for status in ITEM_STATUSES)]
        lines.append(f"| {kind} | " + " | ".join(map(str, values)) + " |")
    if report.stages:
        lines += ["", "| stage | seconds | items |", "|---|---|---|"]
        lines += [f"| {stage.name} | {stage.seconds:.2f} | {stage.items} |" for stage in report.stages]
    if report.calls:
        lines += ["", "| service | requests | cached | retries | most at once | most in 60 s | cap used | USD |"]
        lines.append("|---" * 8 + "|")
        lines += [
            f"| {name} | {calls.requests} | {calls.cached} | {calls.retries} | {calls.max_in_flight} "
            f"| {calls.max_per_60s} | {calls.utilisation:.0%} | {calls.cost_usd:.4f} |"
            for name, calls in report.calls.items()
        ]
    if report.problems:
        lines += ["", "| kind | item | stage | status | reason |", "|---|---|---|---|---|"]
        lines += [
            f"| {p.kind} | {_escape(p.key)} | {p.stage} | {p.status} | {_escape(p.reason)} |" for p in report.problems
        ]
    return "\n".join(lines)


def _escape(text: str) -> str:
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("`", "'"), ("\n", " ")):
        text = text.replace(raw, safe)
    return text.replace("[", "\\[").replace("!\\[", "\\!\\[")
