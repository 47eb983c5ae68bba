"""`python -m flows.pdf` as a user runs it."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pymupdf
import pytest

from tasks.catalog import discovery
from tasks.cluster import start_cluster

SECONDS = 180


def start(source: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "flows.pdf", str(source), "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_pages(home: Path, count: int) -> None:
    """Until so many pages of some document have been read."""
    deadline = time.monotonic() + SECONDS
    while len(list(home.glob("work/*/pages/[0-9]*.json"))) < count:
        assert time.monotonic() < deadline, "no pages were read"
        time.sleep(0.02)


def test_a_catalog_becomes_rows_files_and_vectors(
    run, run_here, make_pdf, dump_library, home: Path, tmp_path: Path
) -> None:
    source, export = make_pdf("stones.pdf", 3), tmp_path / "products.jsonl"
    annotated = tmp_path / "annotated.pdf"
    first = run("flows.pdf", source, "--json", "--export", export, "--annotate", annotated)
    assert first.code == 0, first.stderr
    with pymupdf.open(annotated) as drawn:
        titles = [{mark.info["title"] for mark in page.annots()} for page in drawn]
    assert len(titles) == 3
    assert all(any(title.startswith("image of ") for title in found) for found in titles)
    report = first.report
    assert (report["schema"], report["status"], report["resumed"]) == (1, "completed", False)
    for kind, counts in report["items"].items():
        assert counts["declared"] == counts["created"], kind
    assert report["items"]["page"]["declared"] == 3
    assert report["items"]["image"]["declared"] == 6
    assert report["vectors"]["image_slig_embeddings"] == 6
    assert report["vectors"]["document_chunks"] == report["items"]["chunk"]["declared"]
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    assert len(lines) == report["items"]["product"]["declared"] == report["vectors"]["products"]
    assert {line["change"] for line in lines} == {"created"}
    stored = [image for line in lines for image in line["images"] if image["path"]]
    assert all((home / "files" / image["path"]).exists() for image in stored)

    before, workers = dump_library("default"), start_cluster()
    second = run_here("flows.pdf", source, "--json", "--export", export)
    assert start_cluster() is workers  # it found them, and left them
    assert second.code == 0
    assert second.report["completion_reason"] == "already_complete"
    assert second.report["items"]["product"]["unchanged"] == len(lines)
    assert dump_library("default") == before
    assert {json.loads(line)["change"] for line in export.read_text().splitlines()} == {"unchanged"}

    forced = run_here("flows.pdf", source, "--json", "--force")
    assert {counts["unchanged"] for counts in forced.report["items"].values()} == {
        counts["declared"] for counts in forced.report["items"].values()
    }
    assert dump_library("default") == before


LONG_PAGES = 24
_undisturbed: list[tuple[Path, dict]] = []


@pytest.fixture
def undisturbed(run_here, make_pdf, dump_library, empty_library) -> tuple[Path, dict]:
    """A document, and what the library holds after an ingest that nothing disturbed; then the library is emptied."""
    if not _undisturbed:
        empty_library()
        source = make_pdf("long.pdf", LONG_PAGES, seed=7)
        done = run_here("flows.pdf", source, "--json")
        assert done.code == 0, done.stderr
        rows = dump_library("default")
        assert len(rows["document_pages"]) == LONG_PAGES
        _undisturbed.append((source, rows))
    empty_library()
    return _undisturbed[0]


def test_a_flow_killed_with_9_goes_on_under_its_own_id(
    undisturbed, run_here, dump_library, home: Path, dsn: str
) -> None:
    source, expected = undisturbed
    process = start(source)
    wait_for_pages(home, 5)
    process.kill()
    process.wait()
    with psycopg.connect(dsn) as connection:
        [(job, document, status)] = connection.execute(
            "select id::text, document_id::text, status from public.background_jobs"
        ).fetchall()
    assert status == "processing"  # nobody was left to say otherwise
    assert (home / "work" / document).exists()
    listed = run_here("flows.jobs", "list", "--json")
    assert json.loads(listed.stdout)["status"] == "interrupted"
    again = run_here("flows.pdf", source, "--json")
    assert again.code == 0, again.stderr
    assert again.report["job_id"] == job
    assert again.report["resumed"] is True
    assert again.report["items"]["page"]["created"] == LONG_PAGES
    assert same_rows(dump_library("default"), expected)
    assert not (home / "work" / document).exists()  # working files of a complete document are gone


def test_a_page_worker_killed_with_9_costs_nothing(undisturbed, dump_library, home: Path) -> None:
    source, expected = undisturbed
    process = start(source)
    wait_for_pages(home, 5)
    workers = [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    workers[0].kill()
    stdout, stderr = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, stderr
    counts = json.loads(stdout)["items"]["page"]
    assert (counts["declared"], counts["created"]) == (LONG_PAGES, LONG_PAGES)
    assert same_rows(dump_library("default"), expected)


def test_ctrl_c_leaves_a_job_that_the_same_command_takes_up(make_pdf, run_here, home: Path, empty_library) -> None:
    empty_library()
    source = make_pdf("interrupted.pdf", LONG_PAGES // 2, seed=9)
    process = start(source)
    wait_for_pages(home, 3)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    [job] = [json.loads(line) for line in run_here("flows.jobs", "list", "--json").stdout.splitlines()]
    assert job["status"] == "interrupted"
    again = run_here("flows.pdf", source, "--json")
    assert (again.code, again.report["job_id"]) == (0, job["id"])


def test_several_documents_are_a_parent_and_its_children(run_here, make_pdf, tmp_path: Path, dsn: str) -> None:
    folder = tmp_path / "deliveries"
    folder.mkdir()
    for index in range(2):
        make_pdf(f"part{index}.pdf", 1, seed=20 + index).rename(folder / f"part{index}.pdf")
    (folder / "broken.pdf").write_bytes(b"no pdf at all")
    (folder / "empty.pdf").write_bytes(b"")
    done = run_here("flows.pdf", folder, "--json")
    report = done.report
    assert done.code == 1
    assert (report["status"], report["completion_reason"]) == ("completed", "completed_with_failures")
    assert len(report["children"]) == 4
    assert report["items"]["page"]["created"] == 2
    assert "broken.pdf: not a PDF" in report["error"]
    assert "empty.pdf: the file is empty" in report["error"]
    table = done.stderr[done.stderr.index("Sources") :]
    assert re.search(r"broken\.pdf .* failed: .*not a PDF", table)
    assert re.search(r"part0\.pdf +1 +2 +2 +completed", table)
    with psycopg.connect(dsn) as connection:
        statuses = connection.execute(
            "select status from public.background_jobs where parent_job_id = %s order by 1", (report["job_id"],)
        ).fetchall()
    assert statuses == [("completed",), ("completed",), ("failed",), ("failed",)]


def test_a_document_past_its_deadline_is_not_read_on(run_here, make_pdf) -> None:
    done = run_here("flows.pdf", make_pdf("late.pdf", 3, seed=61), "--json", QUARRY_DOCUMENT_DEADLINE_SECONDS="0.001")
    assert done.code == 1
    report = done.report
    assert (report["status"], report["completion_reason"]) == ("failed", "all_items_failed")
    assert report["items"]["page"]["failed"] == 3
    assert {problem["reason"] for problem in report["problems"]} == {"the document's deadline of 0.001 s has passed"}


def test_a_fault_of_a_rule_costs_its_page_and_is_told(run_here, make_pdf, monkeypatch: pytest.MonkeyPatch) -> None:
    read, path = discovery.read_page_products, make_pdf("stumble.pdf", 3, seed=62)
    assert run_here("flows.pdf", path, "--no-enrich", "--json").report["items"]["product"]["created"] == 6

    def stumble(text, *rest):
        """As a rule that does not expect what page 2 holds; nothing that we know of makes one stumble."""
        return {}["unexpected"] if text.number == 2 else read(text, *rest)

    monkeypatch.setattr(discovery, "read_page_products", stumble)
    done = run_here("flows.pdf", path, "--no-enrich", "--force", "--json")
    assert done.code == 1  # completed with failures
    assert done.report["items"]["page"]["failed"] == 1
    products = done.report["items"]["product"]
    assert (products["created"], products["updated"] + products["unchanged"]) == (0, 4)
    assert done.report["missing"] == []  # the page's two products are not known to be gone
    [problem] = done.report["problems"]
    assert problem["key"] == "2"
    assert "KeyError: 'unexpected' (test_pdf_command.py, line" in problem["reason"]


def test_a_document_from_a_url_with_a_secret_comes_in_after_a_refusal(
    run_here, make_pdf, misbehaving_port: int
) -> None:
    source = make_pdf("remote.pdf", 2, seed=62)
    url = f"http://127.0.0.1:{misbehaving_port}/disk/remote.pdf?path={source}&id=remote&failures=1&token=hush-hush"
    refused = run_here("flows.pdf", url, "--json")
    assert refused.code == 1
    assert "127.0.0.1 is not a public address (QUARRY_ALLOW_PRIVATE_HOSTS" in refused.report["error"]
    done = run_here("flows.pdf", url, "--json", QUARRY_ALLOW_PRIVATE_HOSTS="127.0.0.1")
    assert (done.code, done.report["items"]["product"]["created"]) == (0, 4)
    assert "hush-hush" not in done.stdout + done.stderr + refused.stdout + refused.stderr


def test_what_cannot_be_opened_is_one_line_and_a_failed_job(run_here, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pdf"
    done = run_here("flows.pdf", missing, "--json")
    assert done.code == 1
    assert done.report["status"] == "failed"
    assert done.report["error"] == f"{missing}: no such file"
    assert [line for line in done.stderr.splitlines() if "error" in line] == [f"error: {missing}: no such file"]
    assert "Traceback" not in done.stderr


def test_a_password_opens_an_encrypted_document_and_is_written_nowhere(
    run_here, make_pdf, tmp_path: Path, home: Path, dsn: str
) -> None:
    secret = "correct-horse-battery"
    locked = tmp_path / "locked.pdf"
    with pymupdf.open(make_pdf("plain.pdf", 1, seed=31)) as document:
        document.save(locked, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=secret, owner_pw=secret)
    refused = run_here("flows.pdf", locked, "--json")
    assert refused.code == 1
    assert "--password" in refused.report["error"]
    opened = run_here("flows.pdf", locked, "--json", "--password", secret)
    assert opened.code == 0, opened.stderr
    with psycopg.connect(dsn) as connection:
        assert secret not in str(connection.execute("select * from public.background_jobs").fetchall())
    for file in [*home.glob("logs/*"), *home.glob("prefect/*.db*")]:
        assert secret.encode() not in file.read_bytes(), file


def test_wrong_usage_and_wrong_configuration_have_their_own_codes(run_here) -> None:
    assert run_here("flows.pdf").code == 2
    assert run_here("flows.pdf", "a.pdf", "--limit", "0").code == 2
    assert run_here("flows.pdf", "a.pdf", "--workspace", "no/path").code == 2
    assert run_here("flows.pdf", "a.pdf", "--export", "no/such/folder/products.jsonl").code == 2
    half = run_here("flows.pdf", "a.pdf", SUPABASE_URL="https://example.test")
    assert half.code == 3
    assert "SUPABASE_SECRET_KEY" in half.stderr
    assert len(half.stderr.splitlines()) == 1


def test_help_answers_without_starting_anything(run, tmp_path: Path) -> None:
    done = run("flows.pdf", "--help", QUARRY_HOME=str(tmp_path / "unused"))
    assert done.code == 0
    assert "--no-enrich" in done.stdout
    assert not (tmp_path / "unused").exists()


def same_rows(found: dict, expected: dict) -> bool:
    """Equal tables; vectors equal to a cosine of 0.99999."""
    assert {name: len(rows) for name, rows in found.items()} == {name: len(rows) for name, rows in expected.items()}
    for name in expected:
        for left, right in zip(found[name], expected[name], strict=True):
            for one, other in zip(left, right, strict=True):
                assert one == other or cosine(one, other) >= 0.99999, (name, one, other)
    return True


def cosine(one: object, other: object) -> float:
    """Of two vectors in Postgres' text form; -1 for anything else."""
    if not (isinstance(one, str) and isinstance(other, str) and one.startswith("[") and other.startswith("[")):
        return -1.0
    import numpy as np

    left, right = np.array(json.loads(one)), np.array(json.loads(other))
    return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))
