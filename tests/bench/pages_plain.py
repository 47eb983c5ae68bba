"""Loops over pages that the page stage is measured against, each on both cores, without any orchestration.

`python tests/bench/pages_plain.py LOOP FILE [PAGES]` prints one line of JSON: seconds from the first page to the last,
CPU seconds of both cores, and how many pages. Loops: `calls` (the reader's PyMuPDF calls), `pixels` (and
every image's pixels from PyMuPDF), `documented` (the calls that PyMuPDF documents for the same facts, no more), `usual`
(what one would write with them, each page in a file, each image with a hash), `reader` and `reader-without-tables` (our
reader), `ocr`, `pymupdf4llm`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

CORES = 2
# A folder that the loops leave their files in. ext4 looks for minutes past every file that was deleted near a new one,
# up to 0.7 ms for each: files of a loop that are deleted slow down whatever is measured after it.
KEPT_VARIABLE = "QUARRY_BENCH_KEPT"
_EMPTIED_EVERY = 50  # pages: about as often as the stage drops what MuPDF keeps
Loop = Callable[[Path, Sequence[int], Path], None]


def make_calls(path: Path, pages: Sequence[int], folder: Path, *, pixels: bool = False) -> None:
    """PyMuPDF's calls as our reader makes them, no more and no fewer, and every image's bytes in a file; our reader
    has the pixels of a JPEG from Pillow, and with `pixels` this loop has them from PyMuPDF."""
    import pymupdf

    from tasks.catalog.pdf.content import _GRAPHICS_FLAGS, _TEXT_FLAGS

    written: set[str] = set()
    with pymupdf.open(path) as document:
        for turn, number in enumerate(pages, 1):
            page = document[number]
            shown, _ = page.get_displaylist(), (page.rect, page.rotation)
            text = pymupdf.TextPage(shown.get_textpage(_TEXT_FLAGS))
            text.extractDICT()
            text.extractWORDS()
            for image in list_images(shown.get_textpage(_GRAPHICS_FLAGS)):
                if (data := copy_bytes(image)) is not None and (
                    name := hashlib.sha256(data).hexdigest()
                ) not in written:
                    written.add(name)
                    (folder / name).write_bytes(data)
                if pixels or data is None:
                    pymupdf.Pixmap(pymupdf.mupdf.fz_get_unscaled_pixmap_from_image(image))
            if turn % _EMPTIED_EVERY == 0:
                pymupdf.mupdf.fz_empty_store()


def list_images(page: Any) -> list[Any]:
    """Images (mupdf.FzImage) of a page collected with its graphics, with the calls for their and the shapes' places."""
    from pymupdf import mupdf

    images = []
    for block in page:
        _ = block.m_internal.bbox
        if block.m_internal.type == mupdf.FZ_STEXT_BLOCK_IMAGE:
            image, _ = block.i_image(), block.i_transform()
            images.append(image)
    return images


def copy_bytes(image: Any) -> bytes | None:
    """The bytes of a plain JPEG; None for others, which have to be decoded."""
    from pymupdf import mupdf

    _ = image.w(), image.h(), image.mask().m_internal, image.imagemask(), image.use_decode(), image.use_colorkey()
    compressed = mupdf.fz_compressed_image_buffer(image)
    if not compressed.m_internal or compressed.m_internal.params.type != mupdf.FZ_IMAGE_JPEG:
        return None
    if image.n() not in (1, 3) or mupdf.fz_colorspace_is_lab(image.colorspace()):
        return None
    return bytes(mupdf.fz_buffer_extract_copy(mupdf.FzBuffer(mupdf.ll_fz_keep_buffer(compressed.m_internal.buffer))))


def make_calls_and_decode(path: Path, pages: Sequence[int], folder: Path) -> None:
    make_calls(path, pages, folder, pixels=True)


def make_documented_calls(path: Path, pages: Sequence[int], folder: Path) -> None:
    """PyMuPDF's documented calls for the facts that our reader gives, and every image's bytes in a file; nothing else:
    what they return is dropped."""
    import pymupdf

    text_alone = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES  # without each image's bytes in it
    known: set[int] = set()
    with pymupdf.open(path) as document:
        for number in pages:
            page = document[number]
            page.get_text("dict", flags=text_alone)
            page.get_text("words")
            page.get_drawings()
            for xref in {image["xref"] for image in page.get_image_info(xrefs=True)} - known:
                known.add(xref)
                data = document.extract_image(xref)["image"]
                (folder / hashlib.sha256(data).hexdigest()).write_bytes(data)


def read_usually(path: Path, pages: Sequence[int], folder: Path) -> None:
    """The facts that our reader gives, as one would get them with PyMuPDF's documented methods: text with its types,
    words, drawings and images with their places in a JSON file a page, each image once in a file of its own, with a
    difference hash from Pillow. Nothing is put in order, joined or linked."""
    import pymupdf

    text_alone = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES  # without each image's bytes in it
    hashes: dict[int, str] = {}
    with pymupdf.open(path) as document:
        for number in pages:
            page = document[number]
            images = page.get_image_info(xrefs=True)
            for xref in {image["xref"] for image in images} - hashes.keys():
                hashes[xref] = save_usually(document.extract_image(xref), folder)
            facts = {
                "text": page.get_text("dict", flags=text_alone)["blocks"],
                "words": page.get_text("words"),
                "drawings": [tuple(drawing["rect"]) for drawing in page.get_drawings()],
                "images": [[image["xref"], image["bbox"], hashes[image["xref"]]] for image in images],
            }
            (folder / f"{number:05}.json").write_text(json.dumps(facts))


def save_usually(image: dict[str, Any], folder: Path) -> str:
    """Write an image that PyMuPDF extracted; its difference hash."""
    from PIL import Image

    data = image["image"]
    (folder / f"{hashlib.sha256(data).hexdigest()}.{image['ext']}").write_bytes(data)
    with Image.open(io.BytesIO(data)) as picture:
        grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = [grey[9 * row + column] < grey[9 * row + column + 1] for row in range(8) for column in range(8)]
    return f"{sum(bit << place for place, bit in enumerate(bits)):016x}"


def read_whole(path: Path, pages: Sequence[int], folder: Path, *, tables: bool = True) -> None:
    """All that our reader does, each page written as the stage writes it."""
    import pymupdf

    from tasks.catalog.pdf.document import open_document
    from tasks.catalog.pdf.options import ReadOptions
    from tasks.catalog.pdf.reader import PageReader

    with open_document(path) as document:
        reader = PageReader(document, folder, ReadOptions(tables=tables))
        for turn, number in enumerate(pages, 1):
            (folder / f"{number:05}.json").write_bytes(reader.read(number + 1).model_dump_json().encode())
            if turn % _EMPTIED_EVERY == 0:
                pymupdf.mupdf.fz_empty_store()


def read_without_tables(path: Path, pages: Sequence[int], folder: Path) -> None:
    read_whole(path, pages, folder, tables=False)


def recognise(path: Path, pages: Sequence[int], folder: Path) -> None:
    """Text by OCR and nothing else: rendered, recognised, read again where it is unsure."""
    import pymupdf

    from tasks.catalog.pdf.ocr import recognise_text
    from tasks.catalog.pdf.options import ReadOptions
    from tasks.catalog.pdf.raster import survey_page

    with pymupdf.open(path) as document:
        for number in pages:
            page = document[number]
            shown = page.get_displaylist()
            sizes = [(image["width"], image["bbox"]) for image in page.get_image_info()]
            dpi = max((72 * width / max(1.0, box[2] - box[0]) for width, box in sizes), default=300.0)
            recognise_text(shown, survey_page(shown), dpi, ReadOptions())


def read_markdown(path: Path, pages: Sequence[int], folder: Path) -> None:
    import pymupdf4llm

    with contextlib.redirect_stdout(sys.stderr):
        pymupdf4llm.to_markdown(str(path), pages=list(pages), show_progress=False)


LOOPS: dict[str, Loop] = {
    "calls": make_calls,
    "pixels": make_calls_and_decode,
    "documented": make_documented_calls,
    "usual": read_usually,
    "reader": read_whole,
    "reader-without-tables": read_without_tables,
    "ocr": recognise,
    "pymupdf4llm": read_markdown,
}


def _run(name: str, path: Path, pages: Sequence[int], folder: Path, ready: object, spans: object) -> None:
    LOOPS[name](path, pages[:1], folder)  # imports and caches are not what is measured
    ready.wait()  # type: ignore[attr-defined]
    started, cpu = time.monotonic(), time.process_time()
    LOOPS[name](path, pages, folder)
    spans.put((started, time.monotonic(), time.process_time() - cpu))  # type: ignore[attr-defined]


def measure(name: str, path: Path, count: int, folder: Path) -> dict[str, float]:
    """What both cores take for the first `count` pages, whose files are written to `folder`."""
    for variable in ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"  # as the stage's children
    context = multiprocessing.get_context("spawn")
    ready, spans = context.Barrier(CORES), context.Queue()
    workers = [
        context.Process(target=_run, args=(name, path, range(core, count, CORES), folder, ready, spans))
        for core in range(CORES)
    ]
    for worker in workers:
        worker.start()
    found = [spans.get() for _ in workers]
    for worker in workers:
        worker.join()
    starts, ends, cpu = zip(*found, strict=True)
    return {"seconds": max(ends) - min(starts), "cpu_seconds": sum(cpu), "pages": count}


def count_pages(path: Path) -> int:
    import pymupdf

    with pymupdf.open(path) as document:
        return int(document.page_count)


if __name__ == "__main__":
    file = Path(sys.argv[2])
    pages = int(sys.argv[3]) if len(sys.argv) > 3 else count_pages(file)
    with tempfile.TemporaryDirectory() as written:
        print(json.dumps(measure(sys.argv[1], file, pages, Path(os.environ.get(KEPT_VARIABLE) or written))))
