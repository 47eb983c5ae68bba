"""The process that reads pages: what it costs when it hangs, crashes, explodes or loses its parent."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pymupdf
import pytest
from PIL import Image
from pydantic import SecretStr

from tasks.catalog.pages import Page
from tasks.catalog.pdf.document import DocumentError
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_document
from tasks.local import page_reader
from tasks.local.page_reader import PageChild, PageFailed, inspect_in_child, page_path, start_spare

DEADLINE_SECONDS = 60.0


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pages of text, the second with an image of 81 megapixels."""
    path = tmp_path_factory.mktemp("documents") / "catalog.pdf"
    with pymupdf.open() as made:
        for number in range(1, 5):
            made.new_page().insert_text((50, 50), f"Product {number}")
        bomb = io.BytesIO()
        Image.new("RGB", (9000, 9000), "red").save(bomb, "PNG")
        made[1].insert_image((50, 100, 400, 450), stream=bomb.getvalue())
        made.save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


def open_child(document: Path, folder: Path, **changes: object) -> PageChild:
    return PageChild(document, folder, **{"options": ReadOptions(max_pixels=1_000_000), **changes})  # type: ignore[arg-type]


def load(folder: Path, number: int) -> Page:
    return Page.model_validate_json(page_path(folder, number).read_bytes())


def wait_until_gone(pid: int) -> None:
    for _ in range(600):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} is still there")


def test_a_spare_child_is_taken_once_by_who_allows_it_as_much_memory(document: Path, folder: Path) -> None:
    start_spare(1 << 30)
    start_spare(1 << 30)
    [spare] = page_reader._spares
    with open_child(document, folder, memory_bytes=1 << 30) as child, open_child(document, folder) as other:
        for one, number in ((child, 1), (other, 3)):
            one.read(number, deadline_seconds=DEADLINE_SECONDS)
        assert child.pid == spare.pid != other.pid
    start_spare(1 << 30)
    [spare] = page_reader._spares
    with open_child(document, folder) as child:  # of another bound
        child.read(4, deadline_seconds=DEADLINE_SECONDS)
        assert child.pid != spare.pid
    assert not spare.is_alive
    start_spare(0)
    [spare] = page_reader._spares
    os.kill(spare.pid, signal.SIGKILL)
    wait_until_gone(spare.pid)
    with open_child(document, folder) as child:
        child.read(2, deadline_seconds=DEADLINE_SECONDS)
    assert not page_reader._spares


def stop_child(child: PageChild) -> int:
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    return child.pid


def test_pictures_of_earlier_pages_are_not_kept(folder: Path, tmp_path: Path) -> None:
    """MuPDF would hold up to 256 MB of decoded pictures in every child."""
    path, pages, side = tmp_path / "pictures.pdf", 18, 2000
    with pymupdf.open() as made:
        for number in range(pages):
            picture = io.BytesIO()
            Image.new("RGB", (side, side), (9 * number, 200, 90)).save(picture, "PNG", compress_level=1)
            made.new_page().insert_image((50, 50, 350, 350), stream=picture.getvalue())
        made.save(path)
    held = []
    with open_child(path, folder, options=ReadOptions(max_pixels=side * side)) as child:
        for number in range(1, pages + 1):
            child.read(number, deadline_seconds=DEADLINE_SECONDS)
            assert child.pid is not None
            held.append(psutil.Process(child.pid).memory_info().rss)
    assert load(folder, pages).images
    decoded = 3 * side * side
    assert max(held) - held[0] < 12 * decoded, [rss >> 20 for rss in held]


def test_pages_read_by_the_child_are_those_read_here(document: Path, folder: Path, tmp_path: Path) -> None:
    with open_child(document, folder) as child:
        for number in range(1, 5):
            child.read(number, deadline_seconds=DEADLINE_SECONDS)
    here = read_document(document, tmp_path / "here", ReadOptions(max_pixels=1_000_000))
    assert [load(folder, number) for number in range(1, 5)] == here
    assert sorted(path.name for path in folder.glob("*.json")) == [f"{number:05}.json" for number in range(1, 5)]


def test_a_page_that_hangs_costs_that_page(document: Path, folder: Path) -> None:
    with open_child(document, folder) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        hanging = stop_child(child)
        with pytest.raises(PageFailed, match=r"longer than 0\.5 s"):
            child.read(3, deadline_seconds=0.5)
        wait_until_gone(hanging)
        child.read(4, deadline_seconds=DEADLINE_SECONDS)
    assert not page_path(folder, 3).exists()
    assert load(folder, 4).text == "Product 4"


def test_a_page_that_crashes_costs_that_page(document: Path, folder: Path) -> None:
    with open_child(document, folder) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        pid = stop_child(child)
        killer = threading.Timer(0.3, os.kill, (pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(PageFailed, match="SIGKILL"):
            child.read(3, deadline_seconds=DEADLINE_SECONDS)
        killer.join()
        child.read(4, deadline_seconds=DEADLINE_SECONDS)
    assert load(folder, 4).text == "Product 4"


def test_a_child_that_dies_between_pages_costs_no_page(document: Path, folder: Path) -> None:
    with open_child(document, folder) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        wait_until_gone(child.pid)
        child.read(3, deadline_seconds=DEADLINE_SECONDS)
    assert load(folder, 3).text == "Product 3"


def test_a_page_that_explodes_costs_that_page_at_most(document: Path, folder: Path) -> None:
    with open_child(document, folder, options=ReadOptions(), memory_bytes=300 << 20) as child:
        try:
            child.read(2, deadline_seconds=DEADLINE_SECONDS)
            problems = " ".join(load(folder, 2).problems)
        except PageFailed as failure:
            problems = failure.reason
        assert "memory" in problems
        child.read(3, deadline_seconds=DEADLINE_SECONDS)
    assert load(folder, 3).text == "Product 3"


def test_a_page_that_is_not_there_fails_with_a_line(document: Path, folder: Path) -> None:
    with open_child(document, folder) as child:
        with pytest.raises(PageFailed) as raised:
            child.read(99, deadline_seconds=DEADLINE_SECONDS)
        assert raised.value.reason
        assert "\n" not in raised.value.reason


def test_a_document_that_went_away_fails_the_page(folder: Path) -> None:
    with open_child(folder / "gone.pdf", folder) as child, pytest.raises(PageFailed):
        child.read(1, deadline_seconds=DEADLINE_SECONDS)


def test_the_child_knows_no_secrets(document: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_SECRET_KEY", "hush-hush")
    with open_child(document, folder, password=SecretStr("open-sesame")) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        process = psutil.Process(child.pid)
        assert "hush-hush" not in process.environ().values()
        assert not any("open-sesame" in word for word in [*process.cmdline(), *process.environ().values()])


def test_an_encrypted_document_is_read_with_its_password(document: Path, folder: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    with pymupdf.open(document) as opened:
        opened.save(locked, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="abc", owner_pw="owner")
    assert inspect_in_child(locked, SecretStr("abc")).page_count == 4
    with open_child(locked, folder, password=SecretStr("abc")) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
    assert load(folder, 1).text == "Product 1"


def test_the_child_is_replaced_after_its_share_of_pages(document: Path, folder: Path) -> None:
    with open_child(document, folder, pages_per_child=2, rested_bytes=1 << 20) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        first = child.pid
        child.read(3, deadline_seconds=DEADLINE_SECONDS)
        assert child.pid is None
        child.read(4, deadline_seconds=DEADLINE_SECONDS)
        assert child.pid != first


def test_a_child_that_holds_little_memory_reads_on(document: Path, folder: Path) -> None:
    with open_child(document, folder, pages_per_child=1, rested_bytes=1 << 40) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        first = child.pid
        assert first is not None
        child.read(3, deadline_seconds=DEADLINE_SECONDS)
        assert child.pid == first


def test_the_child_ends_with_its_user(document: Path, folder: Path) -> None:
    with open_child(document, folder) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
        pid = child.pid
    assert pid is not None
    wait_until_gone(pid)


@pytest.mark.parametrize("hangs", [False, True])
def test_the_child_dies_with_a_parent_that_is_killed(document: Path, folder: Path, hangs: bool) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tasks.catalog.pdf.options import ReadOptions;"
        "from tasks.local.page_reader import PageChild;"
        "child = PageChild(Path(sys.argv[1]), Path(sys.argv[2]), options=ReadOptions());"
        "child.read(1, deadline_seconds=60); print(child.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(document), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if hangs:
            os.kill(pid, signal.SIGSTOP)
        parent.kill()
    try:
        wait_until_gone(pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"<html>", "not_a_pdf"), (b"%PDF-1.4\n" + b"\x00" * 99, "corrupt")]
)
def test_what_cannot_be_opened_is_found_in_a_process_of_its_own(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as raised:
        inspect_in_child(path)
    assert raised.value.code == code
    assert raised.value.message.startswith("broken.pdf: ")


@pytest.mark.parametrize("name", ["page-tree-cycle", "blank-one-page", "javascript-buttons", "embedded-attachment"])
def test_odd_real_files_are_read_without_a_crash(corpus: Path, folder: Path, name: str) -> None:
    path = corpus / "pdf" / "hard" / f"{name}.pdf"
    facts, failures = inspect_in_child(path), []
    with open_child(path, folder) as child:
        for number in range(1, facts.page_count + 1):
            try:
                child.read(number, deadline_seconds=DEADLINE_SECONDS)
            except PageFailed as failure:
                failures.append((number, failure.reason))
    assert failures == ([(2, "cycle in page tree")] if name == "page-tree-cycle" else [])
