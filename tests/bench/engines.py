"""How fast the local engines are on one core, beside the bound: the bare network on inputs that are ready.

    python tests/bench/engines.py

Counts are per second of processor time with one thread, so that other work on the machine hardly shows.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tasks.local import image_vectors, text_vectors

IMAGES = 60
IMAGE_SIZE = (1200, 900)  # pixels: a catalog's embedded photograph
CHUNKS = 60
CHUNK_CHARS = 1000
SHORT_TEXTS = 400
REPEATS = 3
WORDS = [
    "glazed",
    "porcelain",
    "tile",
    "matt",
    "travertine",
    "oak",
    "floor",
    "brushed",
    "lacquer",
    "outdoor",
    "60x60 cm",
]


def measure_rate(count: int, work: Callable[[], object]) -> float:
    """Items a second of processor time, the best of three runs."""
    best = 0.0
    for _ in range(REPEATS):
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
    return [" ".join(rng.choice(WORDS, chars // 4))[:chars] for _ in range(count)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        image_vectors.convert_model(folder)
        convert_seconds = time.perf_counter() - start
        paths = make_images(folder)
        start = time.perf_counter()
        image_vectors.embed_images(paths[:1], cache_dir=folder)
        image_load_seconds = time.perf_counter() - start
        images = measure_rate(IMAGES, lambda: image_vectors.embed_images(paths, cache_dir=folder))
        image_bound = measure_image_bound(folder, paths)
    start = time.perf_counter()
    text_vectors.embed_texts(["oak"], "query")
    text_load_seconds = time.perf_counter() - start
    chunks, short = make_texts(CHUNKS, CHUNK_CHARS), make_texts(SHORT_TEXTS, 40)
    chunk_rate = measure_rate(CHUNKS, lambda: text_vectors.embed_texts(chunks, "document"))
    short_rate = measure_rate(SHORT_TEXTS, lambda: text_vectors.embed_texts(short, "document"))
    single_rate = measure_rate(SHORT_TEXTS, lambda: [text_vectors.embed_texts([text], "query") for text in short])
    figures = {
        "images_per_core_second": images,
        "images_bound": image_bound,
        "images_ratio": images / image_bound,
        "chunks_per_core_second": chunk_rate,
        "short_texts_per_core_second": short_rate,
        "single_queries_per_core_second": single_rate,
        "convert_seconds": convert_seconds,
        "image_load_seconds": image_load_seconds,
        "text_load_seconds": text_load_seconds,
    }
    size = " x ".join(map(str, IMAGE_SIZE))
    print("a second of one core:")
    print(f"  {images:.1f} images of {size} ({image_bound:.1f} without decoding)")
    print(
        f"  {chunk_rate:.1f} chunks of {CHUNK_CHARS} characters; {short_rate:.0f} short texts, {single_rate:.0f} singly"
    )
    print("RESULT engines " + " ".join(f"{key}={value:.3f}" for key, value in figures.items()))


def measure_image_bound(folder: Path, paths: list[Path]) -> float:
    """The network alone, on pixels that are already decoded and resized."""
    session = image_vectors.load_session(folder, 1)
    pixels = np.stack([image_vectors.load_pixels(path) for path in paths[: image_vectors.BATCH_IMAGES]])
    return measure_rate(len(pixels), lambda: session.run(["projected", "logits"], {"images": pixels}))


if __name__ == "__main__":
    main()
