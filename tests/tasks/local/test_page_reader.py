"""The killable child process, on real documents and real signals."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pymupdf
import pytest
from PIL import Image
from pydantic import SecretStr

from tasks.catalog.pages import Page
from tasks.catalog.pdf.document import DocumentError
from tasks.catalog.pdf.options import ReadOptions
from tasks.local.page_reader import PageChild, PageFailed, inspect_in_child, page_path

DEADLINE_SECONDS = 60.0


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "three.pdf"
    with pymupdf.open() as made:
        for number in range(1, 4):
            made.new_page().insert_text((72, 72), f"This is page {number}")
        made.save(path)
    return path


@pytest.fixture
def child(document: Path, tmp_path: Path) -> Iterator[PageChild]:
    with PageChild(document, tmp_path, options=ReadOptions()) as started:
        yield started


def read_text(folder: Path, number: int) -> str:
    return Page.model_validate_json(page_path(folder, number).read_bytes()).text


def read_outcome(child: PageChild, folder: Path, number: int) -> str:
    """What was wrong with a page, as a whole or with something on it; empty when nothing was."""
    try:
        child.read(number, deadline_seconds=DEADLINE_SECONDS)
    except PageFailed as failure:
        return failure.reason
    return "; ".join(Page.model_validate_json(page_path(folder, number).read_bytes()).problems)


def inspect_outcome(path: Path) -> int | str:
    """The number of pages, or the code of the error."""
    try:
        return inspect_in_child(path, memory_bytes=2 << 30).page_count
    except DocumentError as error:
        return error.code if error.message.startswith(path.name) else f"unnamed {error.code}"


def test_a_page_is_read_into_its_file(child: PageChild, tmp_path: Path) -> None:
    child.read(2, deadline_seconds=DEADLINE_SECONDS)
    assert read_text(tmp_path, 2) == "This is page 2"
    assert not page_path(tmp_path, 1).exists()


def test_a_page_that_hangs_is_given_up_and_the_next_one_is_read(child: PageChild, tmp_path: Path) -> None:
    child.read(1, deadline_seconds=DEADLINE_SECONDS)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(PageFailed, match=r"longer than 0\.5 s"):
        child.read(2, deadline_seconds=0.5)
    child.read(3, deadline_seconds=DEADLINE_SECONDS)
    assert read_text(tmp_path, 3) == "This is page 3"


def test_a_crash_costs_the_page_it_happens_on(child: PageChild, tmp_path: Path) -> None:
    child.read(1, deadline_seconds=DEADLINE_SECONDS)
    assert child.pid is not None
    stopped = child.pid
    os.kill(stopped, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (stopped, signal.SIGSEGV)).start()
    threading.Timer(0.4, os.kill, (stopped, signal.SIGCONT)).start()
    with pytest.raises(PageFailed, match=r"crashed \(signal SIGSEGV"):
        child.read(2, deadline_seconds=DEADLINE_SECONDS)
    child.read(3, deadline_seconds=DEADLINE_SECONDS)
    assert not page_path(tmp_path, 2).exists()


def test_a_page_that_does_not_exist_is_a_named_failure(child: PageChild) -> None:
    with pytest.raises(PageFailed, match="page"):
        child.read(9, deadline_seconds=DEADLINE_SECONDS)


def test_a_ceiling_on_memory_costs_the_page_not_the_machine(tmp_path: Path) -> None:
    path, side, buffer = tmp_path / "huge.pdf", 6000, io.BytesIO()
    Image.new("RGB", (side, side), (200, 10, 10)).save(buffer, "JPEG")  # 0.2 MB in the file, 108 MB decoded
    with pymupdf.open() as made:
        made.new_page(width=500, height=500).insert_image((0, 0, 500, 500), stream=buffer.getvalue())
        made.new_page().insert_text((72, 72), "small")
        made.save(path)
    with PageChild(path, tmp_path, options=ReadOptions(), memory_bytes=250 << 20) as child:
        assert "memory" in read_outcome(child, tmp_path, 1)
        child.read(2, deadline_seconds=DEADLINE_SECONDS)
        assert read_text(tmp_path, 2) == "small"


def test_an_image_with_too_many_pixels_is_named_and_not_decoded(tmp_path: Path) -> None:
    path, buffer = tmp_path / "bomb.pdf", io.BytesIO()
    Image.new("L", (3000, 3000)).save(buffer, "PNG")
    with pymupdf.open() as made:
        made.new_page(width=500, height=500).insert_image((0, 0, 500, 500), stream=buffer.getvalue())
        made.save(path)
    with PageChild(path, tmp_path, options=ReadOptions(max_pixels=1_000_000)) as child:
        outcome = read_outcome(child, tmp_path, 1)
    assert "pixels" in outcome
    assert "\n" not in outcome


def test_the_child_sees_no_secret_and_ends_with_its_parent(document: Path, tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from tasks.local.page_reader import PageChild\n"
        "from tasks.catalog.pdf.options import ReadOptions\n"
        f"child = PageChild(pathlib.Path({str(document)!r}), pathlib.Path({str(tmp_path)!r}), options=ReadOptions())\n"
        "child.read(1, deadline_seconds=60)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "SUPABASE_SECRET_KEY": "sb_secret_never_seen"}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert "SUPABASE_SECRET_KEY" not in child.environ()
    parent.kill()
    parent.wait()
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone


def test_a_child_is_replaced_after_its_share_of_pages(document: Path, tmp_path: Path) -> None:
    with PageChild(document, tmp_path, options=ReadOptions(), pages_per_child=1) as child:
        for number in (1, 2):
            child.read(number, deadline_seconds=DEADLINE_SECONDS)
            assert child.pid is None
    assert read_text(tmp_path, 2) == "This is page 2"


def test_an_encrypted_document_asks_for_its_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pymupdf.open() as made:
        made.new_page().insert_text((72, 72), "hidden")
        made.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="abc", owner_pw="abc")
    with pytest.raises(DocumentError, match=r"locked.pdf: encrypted: .*--password") as refused:
        inspect_in_child(path)
    assert refused.value.code == "encrypted"
    with pytest.raises(DocumentError, match="the password is wrong"):
        inspect_in_child(path, SecretStr("abd"))
    assert inspect_in_child(path, SecretStr("abc")).page_count == 1
    with PageChild(path, tmp_path, options=ReadOptions(), password=SecretStr("abc")) as child:
        child.read(1, deadline_seconds=DEADLINE_SECONDS)
    assert read_text(tmp_path, 1) == "hidden"


REFUSED = {
    "corrupt-unopenable.pdf": "corrupt",
    "corrupt-zero-pages.pdf": "no_pages",
    "zero-pages-after-repair.pdf": "no_pages",
    "not-a-pdf-lfs-pointer.pdf": "not_a_pdf",
    "encrypted-user-password-abc.pdf": "encrypted",
}


def test_every_hard_file_has_the_right_outcome(corpus: Path, tmp_path: Path) -> None:
    options = ReadOptions(ocr_dpi=100)  # what is read is measured elsewhere; here nothing may crash
    for path in sorted((corpus / "pdf" / "hard").glob("*.pdf")):
        found = inspect_outcome(path)
        if path.name in REFUSED or isinstance(found, str):
            assert REFUSED.get(path.name) == found, path.name
            continue
        with PageChild(path, tmp_path, options=options, memory_bytes=2 << 30) as child:
            outcomes = {number: read_outcome(child, tmp_path, number) for number in range(1, min(found, 5) + 1)}
        unread = {number for number in outcomes if not page_path(tmp_path, number).exists()}
        assert unread == ({2} if path.name == "page-tree-cycle.pdf" else set()), (path.name, outcomes)
        for file in tmp_path.glob("*.json"):
            file.unlink()
