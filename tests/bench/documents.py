"""Two real documents of the corpus: a long manual, and a catalog of images only beside its OCR time alone.

    QUARRY_CORPUS=folder python tests/bench/documents.py [--scan-pages 16]

`manual_seconds` is the whole command on the 464-page manual without vectors, start of servers included, and
`manual_ingest_seconds` the job in it; `manual_vectors_seconds` is the command again in the same home, from scratch and
with the embedded engines. `scan_seconds` is the stage that reads pages of the image-only catalog, `scan_pages` of them
from all its parts; `ocr_seconds` a loop over both cores that only recognises text on the same pages; `ratio` is the
first by the second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MANUAL = "pdf/manual/xerox-altalink-guide-464p.pdf"
SCANNED = "pdf/catalog/sunbrella-fabrics-imageonly.pdf"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scan-pages", type=int, default=16)
    options = parser.parse_args()
    corpus = os.environ.get("QUARRY_CORPUS")
    if not corpus:
        print("QUARRY_CORPUS names no folder of real files: nothing to measure")
        print("RESULT documents skipped=1")
        return 0
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the account that runs the database for root passes through it
        manual_seconds, manual = run_command(folder / "manual", Path(corpus) / MANUAL, "--no-enrich")
        vectors_seconds, vectors = run_command(folder / "manual", Path(corpus) / MANUAL, "--workspace", "vectors")
        sample = folder / "sample.pdf"
        sampled = sample_pages(Path(corpus) / SCANNED, sample, options.scan_pages)
        _, scanned = run_command(folder / "scanned", sample, "--no-enrich")
        ocr_seconds = run_loop("ocr", sample)
    scan_seconds = next(stage["seconds"] for stage in scanned["stages"] if stage["name"] == "read pages")
    figures = {
        "manual_seconds": round(manual_seconds, 1),
        "manual_ingest_seconds": round(measure_job(manual), 1),
        "manual_vectors_seconds": round(vectors_seconds, 1),
        "manual_vectors": vectors["vectors"]["document_chunks"],
        "manual_pages": manual["items"]["page"]["created"],
        "manual_products": manual["items"]["product"]["declared"],
        "scan_pages": sampled,
        "scan_seconds": round(scan_seconds, 1),
        "ocr_seconds": round(ocr_seconds, 1),
        "ratio": round(scan_seconds / ocr_seconds, 3),
    }
    print("RESULT documents " + " ".join(f"{key}={value}" for key, value in figures.items()))
    return 0


def sample_pages(source: Path, target: Path, count: int) -> int:
    """At most `count` pages of a document, evenly spread, as one of its own; how many they are."""
    import pymupdf

    with pymupdf.open(source) as document:
        step = -(-document.page_count // count)
        chosen = list(range(0, document.page_count, step))
        document.select(chosen)
        document.save(target, garbage=3)
        return len(chosen)


def measure_job(report: dict[str, Any]) -> float:
    """Seconds from the job's start to its end, the servers being up."""
    started, finished = (datetime.fromisoformat(report[key]) for key in ("started_at", "finished_at"))
    return (finished - started).total_seconds()


def run_command(home: Path, path: Path, *options: str) -> tuple[float, dict[str, Any]]:
    """Seconds that the command takes in the home given, which is made where it is not yet, and its report."""
    home.mkdir(exist_ok=True)
    home.chmod(0o711)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "flows.pdf", str(path), "--json", *options],
        capture_output=True,
        text=True,
        env={**os.environ, "QUARRY_HOME": str(home), "QUARRY_PAGE_WORKERS": "2"},
    )
    seconds = time.monotonic() - started
    if done.returncode:
        raise SystemExit(f"{path.name}: the command ended with {done.returncode}: {done.stderr[-500:]}")
    report = json.loads(done.stdout)
    stages = ", ".join(f"{stage['name']} {stage['seconds']:.1f}" for stage in report["stages"])
    print(f"  {path.name} {' '.join(options)}: {seconds:.1f} s ({stages})", flush=True)
    return seconds, report


def run_loop(name: str, path: Path) -> float:
    """Seconds of one of the loops of `pages_plain.py`."""
    command = [sys.executable, str(HERE / "pages_plain.py"), name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


if __name__ == "__main__":
    raise SystemExit(main())
