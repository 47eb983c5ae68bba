"""Reading pages: the page stage beside plain loops over both cores, tables apart, and memory at 500 and 2000 pages.

    python tests/bench/pages.py [--pages 2000] [--loop-pages 600] [--rounds 2]

The catalog is generated: three images a page, each another one, with captions; no page has a table. `rate` is the page
stage (Prefect, Dask, reading children) in pages a second. `plain` is a loop over both cores that makes exactly the
PyMuPDF calls that our reader makes (display list, text, words, graphics, image bytes) and writes the images' bytes to
files; nothing else is in it. Our reader looks at every image's pixels, too, for the perceptual hash and to see that the
image is whole: it has those of a JPEG from Pillow, smaller, and `pixels` is the plain loop with each image decoded by
PyMuPDF, which is what a loop for the same results needs. `documented` makes the calls that PyMuPDF documents for the
same facts instead, and drops what they return. `usual` is a loop as one would write it with these methods: text with
its types, words, drawings, places of images, each image's file once and a hash of it by Pillow. `ratio` is the stage by
`plain`, `pixels_ratio`, `documented_ratio` and `usual_ratio` the stage by these. The
stage reads the whole catalog, the loops its first pages, in turn, several times; the figures are medians, those of
ratios taken round by round. `reader` is our reader in such a loop. The `cpu_ms` are CPU time a page, which a busy
machine disturbs less, and `cpu_ratio` is `plain` by the stage in these; `orchestration` is what Prefect, Dask and the
children take of the stage's. `tables` is our reader on pages full of tables, `tables_ms` the work of their tables alone
per page, `no_tables_ms` what looking for tables costs a page without one. Memory is resident, in MB, as the kernel
counts it per process (shared libraries counted in each): `worker_mb` the largest Dask worker with its reading child,
`tree_mb` the flow's process with all it started (the database's processes left out, whose shared memory would count
many times). `growth` is `tree_mb` of all pages by that of 500.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "sample"))
sys.path.insert(0, str(Path(__file__).parents[1] / "accuracy"))

from catalogs.listed import make_price_list
from large_catalog import make_large_catalog
from pages_plain import KEPT_VARIABLE

HERE = Path(__file__).parent
IMAGES_PER_PAGE = 3
SHORT_PAGES = 500
MARKDOWN_PAGES = 40
TABLE_LISTS = 12
SAMPLE_SECONDS = 0.25


class Stage(NamedTuple):
    """One run of the page stage."""

    seconds: float
    pages: int
    cpu_ms: float  # of both cores, a page
    worker_mb: float
    tree_mb: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--loop-pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the account that runs the database for root passes through it
        large, short, lists = folder / "large.pdf", folder / "short.pdf", folder / "lists.pdf"
        started = time.monotonic()
        make_large_catalog(large, options.pages, IMAGES_PER_PAGE, 1)
        cut_catalog(large, short, SHORT_PAGES)
        make_lists(lists)
        print(f"catalogs made in {time.monotonic() - started:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        figures = measure(folder, large, short, lists, rounds=options.rounds, loop_pages=options.loop_pages)
    print("RESULT pages " + " ".join(f"{key}={value}" for key, value in figures.items()))
    return 0


def measure(folder: Path, large: Path, short: Path, lists: Path, *, rounds: int, loop_pages: int) -> dict[str, float]:
    """Every figure of the RESULT line."""
    first = run_stage(folder / "home-short", short)
    names = ("calls", "pixels", "documented", "usual", "reader", "reader-without-tables")
    stages, loops = [], {name: list[Loop]() for name in names}
    for turn in range(rounds):
        stages.append(run_stage(folder / f"home-{turn}", large))
        for name in names:
            loops[name].append(run_loop(name, large, loop_pages, kept=folder / f"{name}-{turn}"))
    rates = [stage.pages / stage.seconds for stage in stages]
    ratios = {
        name: median(rate / loop.rate for rate, loop in zip(rates, found, strict=True)) for name, found in loops.items()
    }
    cpu_ms = {name: median(loop.cpu_ms for loop in found) for name, found in loops.items()}
    stage_ms = median(stage.cpu_ms for stage in stages)
    with_tables, without = run_loop("reader", lists), run_loop("reader-without-tables", lists)
    figures = {
        "rate": round(median(rates), 1),
        "plain": round(median(loop.rate for loop in loops["calls"]), 1),
        "ratio": round(ratios["calls"], 3),
        "pixels": round(median(loop.rate for loop in loops["pixels"]), 1),
        "pixels_ratio": round(ratios["pixels"], 3),
        "documented": round(median(loop.rate for loop in loops["documented"]), 1),
        "documented_ratio": round(ratios["documented"], 3),
        "usual": round(median(loop.rate for loop in loops["usual"]), 1),
        "usual_ratio": round(ratios["usual"], 3),
        "reader": round(median(loop.rate for loop in loops["reader"]), 1),
        "cpu_ms": round(stage_ms, 2),
        "plain_cpu_ms": round(cpu_ms["calls"], 2),
        "pixels_cpu_ms": round(cpu_ms["pixels"], 2),
        "documented_cpu_ms": round(cpu_ms["documented"], 2),
        "usual_cpu_ms": round(cpu_ms["usual"], 2),
        "reader_cpu_ms": round(cpu_ms["reader"], 2),
        "cpu_ratio": round(cpu_ms["calls"] / stage_ms, 3),
        "orchestration": round(max(0.0, 1 - cpu_ms["reader"] / stage_ms), 3),
        "tables": round(with_tables.rate, 1),
        "tables_ms": round(with_tables.cpu_ms - without.cpu_ms, 2),
        "no_tables_ms": round(cpu_ms["reader"] - cpu_ms["reader-without-tables"], 2),
    }
    if importlib.util.find_spec("pymupdf4llm"):
        figures["pymupdf4llm"] = round(run_loop("pymupdf4llm", large, MARKDOWN_PAGES).rate, 2)
    else:
        print("pymupdf4llm is not installed (pip install -e '.[peers]'): not measured")
    worker, tree = max(stage.worker_mb for stage in stages), max(stage.tree_mb for stage in stages)
    return figures | {
        "worker_mb": round(worker),
        "tree_mb": round(tree),
        "growth": round(tree / first.tree_mb, 3),
        "worker_growth": round(worker / first.worker_mb, 3),
        "pages": stages[0].pages,
    }


def cut_catalog(source: Path, target: Path, pages: int) -> None:
    """The first pages of a catalog as one of its own."""
    import pymupdf

    with pymupdf.open(source) as large, pymupdf.open() as short:
        short.insert_pdf(large, to_page=min(pages, large.page_count) - 1)
        short.save(target)


def make_lists(path: Path) -> None:
    """Price lists of several kinds, one after the other, without their fronts."""
    import pymupdf

    document = pymupdf.open()
    for number in range(TABLE_LISTS):
        rules = ("ruled", "none", "lines")[number % 3]
        made = make_price_list(Random(number), "en", rules, grades=True, groups=True)
        with pymupdf.open("pdf", made.data) as one:
            document.insert_pdf(one, from_page=3)
    document.save(path)


class Loop(NamedTuple):
    """One of the loops of `pages_plain.py`: pages a second, and CPU time a page."""

    rate: float
    cpu_ms: float


def run_loop(name: str, path: Path, pages: int | None = None, *, kept: Path | None = None) -> Loop:
    """The loop `name` over the first `pages` of a document, or all; its files stay in `kept`."""
    command = [sys.executable, str(HERE / "pages_plain.py"), name, str(path), *([str(pages)] if pages else [])]
    environment = dict(os.environ)
    if kept:
        kept.mkdir()
        environment[KEPT_VARIABLE] = str(kept)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name} on {path.name}: {found['pages'] / found['seconds']:.1f} pages/s", flush=True)
    return Loop(found["pages"] / found["seconds"], 1e3 * found["cpu_seconds"] / found["pages"])


def run_stage(home: Path, path: Path) -> Stage:
    """The page stage in a home of its own, watched from outside."""
    home.mkdir()
    home.chmod(0o711)
    environment = {**os.environ, "QUARRY_HOME": str(home), "QUARRY_PAGE_WORKERS": "2"}
    command = [sys.executable, str(HERE / "pages_stage.py"), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        watch = Watch(process.pid)
        watch.start()
        assert process.stdout is not None
        answer = process.stdout.read()
        watch.stop()
    if process.returncode:
        raise SystemExit(f"the page stage ended with {process.returncode}")
    found: dict[str, Any] = json.loads(answer.splitlines()[-1])
    stage = Stage(
        found["seconds"],
        found["pages"],
        1e3 * found["cpu_seconds"] / found["pages"],
        watch.worker / 1e6,
        watch.tree / 1e6,
    )
    print(
        f"  stage on {path.name}: {stage.pages / stage.seconds:.1f} pages/s, {found['images']} images, "
        f"worker {stage.worker_mb:.0f} MB, tree {stage.tree_mb:.0f} MB",
        flush=True,
    )
    return stage


class Watch(threading.Thread):
    """The most memory that a tree of processes, and one worker with its reading child, ever had, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root, self._over = psutil.Process(pid), threading.Event()
        self.worker = self.tree = 0

    def run(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self._look()

    def _look(self) -> None:
        sizes: dict[int, int] = {}
        parents: dict[int, int] = {}
        readers: list[int] = []
        try:
            for process in [self._root, *self._root.children(recursive=True)]:
                if process.name().startswith("postgres"):
                    continue
                sizes[process.pid], parents[process.pid] = process.memory_info().rss, process.ppid()
                if "tasks.local.page_child" in process.cmdline():
                    readers.append(process.pid)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return
        self.tree = max(self.tree, sum(sizes.values()))
        for reader in readers:
            self.worker = max(self.worker, sizes[reader] + sizes.get(parents[reader], 0))

    def stop(self) -> None:
        self._over.set()
        self.join()


if __name__ == "__main__":
    raise SystemExit(main())
