"""The PDF flow with the AI services behind it, rehearsed: what is paid, what waits, and that caps hold."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest

SERVICES = ("qwen", "claude", "slig", "voyage")


@pytest.fixture
def services(rehearsal_server: Any, tmp_path: Path) -> dict[str, str]:
    """The environment that puts every service behind the engines; models of this test's own keep answers apart."""
    url, model = rehearsal_server.url, tmp_path.name
    return {
        "QUARRY_QWEN_ENDPOINT": f"{url}/qwen/v1",
        "QUARRY_CLAUDE_ENDPOINT": f"{url}/claude",
        "QUARRY_SLIG_ENDPOINT": f"{url}/slig",
        "QUARRY_VOYAGE_ENDPOINT": f"{url}/voyage/v1",
        **{f"QUARRY_{name.upper()}_KEY": "rehearsed" for name in SERVICES},
        **{f"QUARRY_{name.upper()}_MODEL": model for name in SERVICES},
    }


@pytest.fixture(autouse=True)
def breakers_closed(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("truncate quarry.service_breakers")


def sums_close(report: dict[str, Any]) -> bool:
    names = ("created", "updated", "unchanged", "skipped", "pending", "failed")
    return all(counts["declared"] == sum(counts[name] for name in names) for counts in report["items"].values())


def totals(server: Any, key: str) -> dict[str, int]:
    return {name: server.stats()["services"][name][key] for name in SERVICES}


def test_the_services_stand_behind_the_engines_and_nothing_is_paid_twice(
    run_here, make_pdf, rehearse: Callable[..., Any], services: dict[str, str], dsn: str
) -> None:
    server, source = rehearse("uncertain"), make_pdf("rehearsed.pdf", 4, seed=81)
    first = run_here("flows.pdf", source, "--json", "--workspace", "rehearsed", **services)
    report = first.report
    assert sums_close(report), first.stderr
    assert set(report["calls"]) == set(SERVICES)
    assert all(calls["requests"] > 0 for calls in report["calls"].values())
    assert report["calls"]["claude"]["cost_usd"] > 0
    with psycopg.connect(dsn) as connection:
        engines = connection.execute(
            "select distinct i.vision_engine from public.document_images i join public.workspaces w "
            "on w.id = i.workspace_id and w.name = 'rehearsed' where i.vision_analysis is not null"
        ).fetchall()
    assert engines == [("qwen+claude",)]
    before = totals(server, "requests")
    second = run_here("flows.pdf", source, "--json", "--workspace", "rehearsed-too", **services)
    assert totals(server, "requests") == before  # the same document in another workspace: all from the journal
    assert second.report["items"] == report["items"]
    assert sum(totals(server, "violations").values()) == sum(totals(server, "items_paid_twice").values()) == 0


def test_a_budget_stops_the_paying_and_leaves_the_rest_pending(
    run_here, make_pdf, rehearse: Callable[..., Any], services: dict[str, str]
) -> None:
    server, source = rehearse("fast"), make_pdf("budget.pdf", 2, seed=82)
    poor = run_here("flows.pdf", source, "--json", "--max-cost", "0", **services)
    assert (poor.code, sum(totals(server, "requests").values())) == (1, 0)
    assert sums_close(poor.report)
    assert poor.report["items"]["image"]["pending"] == 4
    assert "the budget of $0 is reached" in poor.report["problems"][0]["reason"]
    retried = run_here("flows.jobs", "retry", poor.report["job_id"], "--pending", "--json", **services)
    assert (retried.code, retried.report["completion_reason"]) == (0, None), retried.stderr
    assert retried.report["items"]["image"]["declared"] == 4
    again = run_here("flows.jobs", "retry", poor.report["job_id"], "--pending", "--json", **services)
    assert again.report["completion_reason"] == "nothing_to_do"


def test_a_service_that_is_down_parks_its_items_and_a_retry_gets_them(
    run_here, make_pdf, rehearse: Callable[..., Any], services: dict[str, str]
) -> None:
    down = {"statuses": {503: 1.0}}
    rehearse("fast", qwen=down, claude=down)
    source = make_pdf("parked.pdf", 2, seed=83)
    hurry = {"QUARRY_PARKED_SECONDS": "2", "QUARRY_BREAKER_OPEN_SECONDS": "1", "QUARRY_CALL_SECONDS": "5"}
    hurry["QUARRY_DISCOVERER"] = "local"
    tenant = ("--workspace", "parked")
    done = run_here("flows.pdf", source, "--json", *tenant, **services, **hurry)
    report = done.report
    assert (done.code, report["status"], report["completion_reason"]) == (1, "completed", "completed_with_pending")
    assert sums_close(report)
    assert report["items"]["image"]["pending"] == 4
    assert report["items"]["chunk"]["pending"] == 0  # the other services went on
    server = rehearse("fast")
    time.sleep(1.1)  # until the breaker lets a probe through
    retried = run_here("flows.jobs", "retry", "--pending", "--json", *tenant, **services, **hurry)
    assert (retried.code, retried.report["items"]["image"]["updated"]) == (0, 4), retried.stderr
    assert totals(server, "violations")["qwen"] == 0


@pytest.mark.parametrize("profile", ["everything-goes-wrong", "bad-key"])
def test_whatever_goes_wrong_the_job_ends_with_closed_sums_and_no_cap_is_broken(
    run_here, make_pdf, rehearse: Callable[..., Any], services: dict[str, str], profile: str
) -> None:
    server = rehearse(profile, qwen={"windows": []})
    hurry = {"QUARRY_PARKED_SECONDS": "1", "QUARRY_CALL_SECONDS": "6", "QUARRY_CALL_ATTEMPT_SECONDS": "3"}
    done = run_here("flows.pdf", make_pdf(f"{profile}.pdf", 2, seed=84), "--json", **services, **hurry)
    expected = {"bad-key": (3, "failed", "bad_credentials")}.get(profile, (done.code, "completed", mock.ANY))
    assert (done.code, done.report["status"], done.report["completion_reason"]) == expected, done.stderr
    assert done.code == 3 or sums_close(done.report)
    assert "Traceback" not in done.stderr
    assert sum(totals(server, "violations").values()) == 0
    assert "rehearsed" not in json.dumps(done.report["problems"])  # no key in any reason


def test_killed_and_run_again_nothing_is_paid_twice_but_what_was_in_flight(
    run_here, make_pdf, rehearse: Callable[..., Any], services: dict[str, str], tmp_path: Path
) -> None:
    slow = {"base_seconds": 0.7}
    server = rehearse("fast", qwen=slow, claude=slow, slig=slow, voyage=slow)
    source = make_pdf("killed.pdf", 6, seed=85)
    small = {"QUARRY_CLASSIFY_BATCH": "3", "QUARRY_IMAGE_BATCH": "3", "QUARRY_TEXT_BATCH": "2"}
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.pdf", str(source), "--json"],
        cwd=tmp_path,
        env={**os.environ, **services, **small},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 90
    while totals(server, "paid")["slig"] < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    in_flight = sum(service["max_in_flight"] for service in server.stats()["services"].values())
    done = run_here("flows.pdf", source, "--json", **services, **small)
    assert (done.report["status"], done.report["resumed"]) == ("completed", True), done.stderr
    assert sum(totals(server, "paid_twice").values()) <= in_flight
    assert sum(totals(server, "violations").values()) == 0
