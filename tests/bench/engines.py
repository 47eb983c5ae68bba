"""How fast the embedded engines are on one core, and what share of a whole run they take.

    python tests/bench/engines.py

Counts are per second of processor time with one thread, so that other work on the machine hardly shows. The bound of
the views is the bare network on inputs that are ready; the share is that of a run over the sample catalog.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tasks.catalog.engines import ImageCase, ImageUse
from tasks.local import image_readings, image_vectors, text_vectors
from tasks.local.image_classes import LocalImageExaminer
from tasks.local.image_views import embed_views

SAMPLE = Path(__file__).parents[1] / "sample" / "catalog.pdf"
IMAGES = 60
IMAGE_SIZE = (1200, 900)  # pixels: a catalog's embedded photograph
CHUNKS = 60
CHUNK_CHARS = 1000
SHORT_TEXTS = 400
REPEATS = 3
WORDS = "glazed porcelain tile matt travertine oak floor brushed lacquer outdoor 60x60 cm"
ENGINE_STAGES = {"images", "examine images", "embed analyses", "embed chunks", "embed products"}


def measure_rate(count: int, work: Callable[[], object]) -> float:
    """Items a second of processor time, the best of three runs; nothing is known from the run before."""
    best = 0.0
    for _ in range(REPEATS):
        image_readings.forget_readings()
        start = time.process_time()
        work()
        best = max(best, count / (time.process_time() - start))
    return best


def make_images(folder: Path) -> list[Path]:
    rng = np.random.default_rng(1)
    paths = [folder / f"{number}.jpg" for number in range(IMAGES)]
    for path in paths:
        coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8))
        coarse.resize(IMAGE_SIZE, Image.Resampling.BICUBIC).save(path, quality=85)
    return paths


def make_texts(count: int, chars: int) -> list[str]:
    rng = np.random.default_rng(2)
    return [" ".join(rng.choice(WORDS.split(), chars // 4))[:chars] for _ in range(count)]


def measure_images(folder: Path) -> dict[str, float]:
    """Views, views with labels and descriptions, and the bare network on pixels that are decoded and resized."""
    start = time.perf_counter()
    image_vectors.convert_model(folder)
    convert_seconds = time.perf_counter() - start
    paths = make_images(folder)
    views = measure_rate(IMAGES, lambda: embed_views(paths, cache_dir=folder))
    examiner = LocalImageExaminer(folder, 1)
    cases = [ImageCase(str(path), path, None, ImageUse(nearest_text="Oak, brushed 60 x 60")) for path in paths]
    both = measure_rate(IMAGES, lambda: (embed_views(paths, cache_dir=folder), asyncio.run(examiner.examine(cases))))
    session = image_vectors.load_session(folder, 1)
    pixels = np.stack([image_vectors.load_pixels(path) for path in paths[: image_vectors.BATCH_IMAGES]])
    bound = measure_rate(len(pixels), lambda: session.run(None, {"images": pixels}))
    size = " x ".join(map(str, IMAGE_SIZE))
    print(f"  {views:.1f} images of {size} with five views ({bound:.1f} for the bare network)")
    print(f"  {both:.1f} with views, label and description")
    return {
        "images_per_core_second": views,
        "images_bound": bound,
        "images_ratio": views / bound,
        "images_understood_per_core_second": both,
        "convert_seconds": convert_seconds,
    }


def measure_texts() -> dict[str, float]:
    start = time.perf_counter()
    text_vectors.embed_texts(["oak"], "query")
    load_seconds = time.perf_counter() - start
    chunks, short = make_texts(CHUNKS, CHUNK_CHARS), make_texts(SHORT_TEXTS, 40)
    chunk_rate = measure_rate(CHUNKS, lambda: text_vectors.embed_texts(chunks, "document"))
    short_rate = measure_rate(SHORT_TEXTS, lambda: text_vectors.embed_texts(short, "document"))
    single_rate = measure_rate(SHORT_TEXTS, lambda: [text_vectors.embed_texts([text], "query") for text in short])
    print(
        f"  {chunk_rate:.1f} chunks of {CHUNK_CHARS} characters; {short_rate:.0f} short texts, {single_rate:.0f} singly"
    )
    return {
        "chunks_per_core_second": chunk_rate,
        "short_texts_per_core_second": short_rate,
        "single_queries_per_core_second": single_rate,
        "text_load_seconds": load_seconds,
    }


def measure_share(folder: Path) -> dict[str, float]:
    """The engines' part of the time that a run on the sample takes, from its report's stages."""
    home = folder / "home"
    folder.chmod(0o711)  # the account that runs the database for root passes through it
    done = subprocess.run(
        [sys.executable, "-m", "flows.pdf", str(SAMPLE), "--json"],
        env={**os.environ, "QUARRY_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    stages = {stage["name"]: stage["seconds"] for stage in json.loads(done.stdout)["stages"]}
    share = sum(seconds for name, seconds in stages.items() if name in ENGINE_STAGES) / sum(stages.values())
    print(f"  {100 * share:.0f} % of the stages' time of a run on the sample catalog, beside reading its pages")
    return {"share_of_run": share}


def main() -> None:
    print("a second of one core:")
    with tempfile.TemporaryDirectory() as name:
        figures = {**measure_images(Path(name)), **measure_texts(), **measure_share(Path(name))}
    print("RESULT engines " + " ".join(f"{key}={value:.3f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
