from pathlib import Path

import pymupdf
import pytest

from tasks.catalog.pdf.deadlines import page_deadline_seconds
from tasks.catalog.pdf.document import DocumentError, inspect_document


def make_pdf(path: Path, **save: object) -> Path:
    with pymupdf.open() as document:
        document.new_page(width=400, height=300)
        document.new_page(width=800, height=600).insert_text((50, 50), "Oak table")
        document.set_metadata({"title": " Spring catalog "})
        document.save(path, **save)
    return path


def test_facts_of_an_openable_document(tmp_path: Path) -> None:
    facts = inspect_document(make_pdf(tmp_path / "a.pdf"))
    assert (facts.page_count, facts.title, facts.encrypted, facts.largest_page) == (
        2,
        "Spring catalog",
        False,
        (800, 600),
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"version https://git-lfs.example/spec\n", "not_a_pdf"),
        (b"%PDF-1.7\n" + b"\xff" * 4000, "corrupt"),
    ],
)
def test_what_cannot_be_opened_says_why_in_one_line_with_the_file(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as raised:
        inspect_document(path)
    assert raised.value.code in {code, "no_pages"} if code == "corrupt" else raised.value.code == code
    assert raised.value.message.startswith("broken.pdf: ")
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(("password", "code"), [(None, "encrypted"), ("guess", "wrong_password")])
def test_an_encrypted_document_needs_its_password(tmp_path: Path, password: str | None, code: str) -> None:
    path = make_pdf(tmp_path / "a.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")
    with pytest.raises(DocumentError, match="--password") as raised:
        inspect_document(path, password)
    assert raised.value.code == code
    assert inspect_document(path, "secret").page_count == 2


def test_a_document_restricted_by_its_owner_only_opens_without_a_password(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner")
    facts = inspect_document(path)
    assert (facts.page_count, facts.encrypted) == (2, True)


def test_a_document_longer_than_allowed_names_the_setting(tmp_path: Path) -> None:
    facts = inspect_document(make_pdf(tmp_path / "a.pdf"))
    with pytest.raises(DocumentError, match="QUARRY_PDF_MAX_PAGES") as raised:
        facts.check("a.pdf", max_pages=1)
    assert raised.value.code == "too_large"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("corrupt-unopenable", "corrupt"),
        ("corrupt-zero-pages", "no_pages"),
        ("encrypted-user-password-abc", "encrypted"),
        ("not-a-pdf-lfs-pointer", "not_a_pdf"),
        ("zero-pages-after-repair", "no_pages"),
    ],
)
def test_real_files_that_cannot_be_read(corpus: Path, name: str, code: str) -> None:
    with pytest.raises(DocumentError) as raised:
        inspect_document(corpus / "pdf" / "hard" / f"{name}.pdf")
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("megabytes", "pages", "seconds"), [(1, 1, 300), (20, 100, 700), (100, 1000, 6000), (30, 0, 300)]
)
def test_the_deadline_of_a_page_grows_with_the_document(megabytes: float, pages: int, seconds: float) -> None:
    assert page_deadline_seconds(megabytes, pages) == seconds
