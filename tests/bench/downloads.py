"""Image downloads under their cap: `python tests/bench/downloads.py [--images 150]`. Cap 5, 1 s latency: 5 a second.

The server of the tests answers each image after a second and counts how many it has at once. Measured is all of it:
known-or-not, fetch, decode, rows and ledger, in batches as a flow runs them; the bound is what the cap allows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from counting.stage import open_stage
from PIL import Image

CAP, LATENCY_SECONDS, BATCH, BATCHES_AT_ONCE = 5, 1.0, 20, 2
SERVER = Path(__file__).parent.parent / "endpoints" / "misbehaving_server.py"


def make_pictures(folder: Path, count: int) -> list[Path]:
    """Photograph-like JPEGs of 800 x 800 pixels, all different."""
    paths = [folder / f"{number:04}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        pixels = np.random.default_rng(number).integers(0, 255, (12, 12, 3)).astype("uint8")
        Image.fromarray(pixels).resize((800, 800), Image.Resampling.BICUBIC).save(path, quality=90)
    return paths


async def fetch_all(urls: list[str], folder: Path) -> tuple[float, int]:
    """Seconds from the first batch's start to the last one's end, and how many images came."""
    from prefect import flow

    from tasks import resources
    from tasks.catalog import ids
    from tasks.download_settings import DownloadSettings
    from tasks.downloads import Downloaded, ImageRequest, download_images, open_downloads
    from tasks.jobs import JobKind, open_job

    @flow(name="bench downloads", persist_result=False)
    async def run() -> tuple[float, int]:
        job = await open_job(
            JobKind("feed", {"image": 1.0}, {"image": ""}),
            run_id=uuid.uuid4(), workspace_id=ids.workspace_id("bench"), workspace="bench", source="bench",
            label="bench", fingerprint=uuid.uuid4().hex, parameters={},
        )  # fmt: skip
        batches = [urls[start : start + BATCH] for start in range(0, len(urls), BATCH)]
        room = asyncio.Semaphore(BATCHES_AT_ONCE)

        async def fetch(number: int, batch: list[str]) -> int:
            async with room:
                requests = [ImageRequest(url) for url in batch]
                results = await download_images(downloads, requests, number, len(batches))
                return sum(isinstance(result, Downloaded) for result in results)

        async with open_downloads(job, folder, DownloadSettings()) as downloads:
            began = time.monotonic()
            counts = await asyncio.gather(*(fetch(number, batch) for number, batch in enumerate(batches, 1)))
            return time.monotonic() - began, sum(counts)

    async with resources.open_resources():
        return await run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=150)
    count = parser.parse_args().images
    service = subprocess.Popen([sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert service.stdout
    address = f"127.0.0.1:{int(service.stdout.readline())}"
    os.environ["QUARRY_ALLOW_PRIVATE_HOSTS"] = address
    try:
        with tempfile.TemporaryDirectory() as folder, open_stage({}):
            paths = make_pictures(Path(folder), count)
            urls = [f"http://{address}/picture/{path.name}?path={path}&delay={LATENCY_SECONDS}" for path in paths]
            seconds, fetched = asyncio.run(fetch_all(urls, Path(folder) / "images"))
        with urlopen(f"http://{address}/counts") as answer:
            seen = json.load(answer)
    finally:
        service.communicate("")
    if fetched != count or sum(seen["requests"].values()) != count:
        raise SystemExit(f"{fetched} of {count} images came, with {sum(seen['requests'].values())} requests")
    rate, bound = count / seconds, CAP / LATENCY_SECONDS
    print(f"{count} images of {LATENCY_SECONDS:g} s each at {CAP} at once: {seconds:.1f} s, {rate:.2f} a second")
    print(
        f"RESULT downloads rate={rate:.3f} bound={bound:.3f} ratio={rate / bound:.3f} "
        f"max_in_flight={seen['most_at_once']}"
    )


if __name__ == "__main__":
    main()
