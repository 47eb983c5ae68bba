"""A whole shop without politeness, beside other crawlers; and killed again and again.

    python tests/bench/crawl.py [--pages 1000] [--kills 10]

Part 1: `tests/shop` with 1000 pages and no delay, each crawler with the same extraction, requests at once, robots.txt,
its frontier kept on disk. The rate is the shop's: pages over the time from its first request to its last. Scrapy and
Crawlee run where they are installed (`pip install -e '.[peers]'`).

Part 2: the same crawl, its process killed with -9 at a random moment up to 2 s after the first fetch of each of its
lives, then finished: what is lost, what is there twice, how many pages were asked for again.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "shop"))

from running import RunningShop, start_shop  # noqa: E402  # the shop's modules lie in its folder

# Requests in flight: our default; the peers are given the same. It is also what a kill may cost: what was answered and
# not written yet lies in files.
AT_ONCE = 8
KILL_WITHIN_SECONDS = 2.0
# Of the shop's answers while a crawler is killed: 1000 pages last longer than ten lives.
KILL_LATENCY_SECONDS = 0.2
COMMAND_SECONDS = 600.0


class Rate(NamedTuple):
    pages: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.pages / self.seconds


def read_rate(shop: RunningShop) -> Rate:
    """What the shop saw: pages that it answered, and the time between its first and its last request."""
    seen = shop.stats()[shop.hosts[0]]
    return Rate(count_pages(seen), seen["seconds"])


def count_pages(seen: dict[str, Any]) -> int:
    return len([target for target in seen["targets"] if target != "/robots.txt"])


def our_command(shop: RunningShop, workspace: str, pages: int) -> list[str]:
    return [
        *(sys.executable, "-m", "flows.web", shop.urls[0], "--json", "--no-enrich", "--no-images"),
        *("--max-pages", str(2 * pages), "--workspace", workspace),
    ]


def run_ours(shop: RunningShop, pages: int) -> tuple[Rate, dict[str, Any]]:
    done = subprocess.run(
        our_command(shop, "rate", pages), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"the crawl ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return read_rate(shop), json.loads(done.stdout)


def run_peer(name: str, shop: RunningShop, pages: int) -> Rate | None:
    """None, with a line that says why, where the peer is not installed or does not visit the whole shop."""
    if importlib.util.find_spec(name) is None:
        print(f"{name}: skipped, not installed (pip install -e '.[peers]')")
        return None
    shop.reset()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, FOLDER / "crawling" / f"{name}_peer.py", shop.urls[0], folder, str(AT_ONCE)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    rate = read_rate(shop)
    if done.returncode or rate.pages < pages:
        print(f"{name}: skipped, it took {rate.pages} pages and ended with {done.returncode}: {done.stderr[-500:]}")
        return None
    print(f"{name}: {rate.pages} pages in {rate.seconds:.1f} s, {rate.per_second:.1f} a second")
    return rate


def kill_and_finish(shop: RunningShop, pages: int, kills: int) -> tuple[dict[str, Any], int]:
    """The report of the life that ended well, and how many were killed."""
    draw = random.Random()
    for number in range(1, 10 * (kills + 1)):
        before = count_requests(shop)
        process = subprocess.Popen(
            our_command(shop, "killed", pages), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        while count_requests(shop) == before and process.poll() is None:
            time.sleep(0.005)
        if number <= kills and process.poll() is None:
            time.sleep(draw.uniform(0, KILL_WITHIN_SECONDS))
            process.kill()
            process.communicate()
            print(f"life {number}: killed after {count_requests(shop) - before} requests")
            continue
        stdout, _ = process.communicate(timeout=COMMAND_SECONDS)
        if process.returncode:
            raise SystemExit(f"the last life ended with {process.returncode}: {stdout[-2000:]}")
        return json.loads(stdout), min(number - 1, kills)
    raise SystemExit("it was never finished")


def count_requests(shop: RunningShop) -> int:
    seen = shop.stats()[shop.hosts[0]]["targets"]
    return int(sum(count for target, count in seen.items() if target != "/robots.txt"))


def judge(shop: RunningShop, report: dict[str, Any], dsn: str) -> dict[str, int]:
    """What was lost of the shop's truth, what the library holds twice, and which pages were asked for again."""
    truth, seen = shop.truth()[shop.hosts[0]], shop.stats()[shop.hosts[0]]
    of = "workspace_id = (select id from public.workspaces where name = 'killed')"
    with psycopg.connect(dsn) as connection:
        pages = connection.execute(
            "select url from public.scraping_pages where session_id = %s and state in ('fetched', 'extracted')",
            (report["job_id"],),
        ).fetchall()
        products = connection.execute(f"select url from public.products where {of} and status <> 'missing'").fetchall()
        remembered = connection.execute(f"select count(*) from public.web_pages where {of}").fetchall()[0][0]
        ledger = connection.execute(
            "select kind, count(*) from public.job_items where job_id = %s group by kind", (report["job_id"],)
        ).fetchall()
    urls = [url for (url,) in products]
    lost = len(set(truth["pages"]) - {url for (url,) in pages}) + len(
        {product["url"] for product in truth["products"]} - set(urls)
    )
    counts = dict(ledger)
    twice = len(urls) - len(set(urls)) + len(pages) - len(set(pages)) + remembered - len(pages)
    twice += counts["page"] - report["items"]["page"]["declared"] + counts["product"] - len(urls)
    again = sum(count - 1 for target, count in seen["targets"].items() if target != "/robots.txt")
    return {"lost": lost, "duplicates": twice, "refetched": again}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="quarry-bench-"))
    home.chmod(0o711)
    os.environ.update(QUARRY_HOME=str(home), QUARRY_WEB_DELAY_SECONDS="0", QUARRY_WEB_PAGES_AT_ONCE=str(AT_ONCE))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(FOLDER.parent.parent), os.environ.get("PYTHONPATH", "")])
    from tasks import resources

    try:
        with start_shop({"pages": options.pages, "images": False}) as shop:
            os.environ["QUARRY_ALLOW_PRIVATE_HOSTS"] = shop.allowed
            resources.attachment(prefect=True)
            dsn = resources.database_dsn()
            ours, report = run_ours(shop, options.pages)
            print(f"ours: {ours.pages} pages in {ours.seconds:.1f} s, {ours.per_second:.1f} a second")
            scrapy, crawlee = (run_peer(name, shop, options.pages) for name in ("scrapy", "crawlee"))
            shop.reset()
            shop.configure(0, latency=KILL_LATENCY_SECONDS)
            killed_report, kills = kill_and_finish(shop, options.pages, options.kills)
            found = judge(shop, killed_report, dsn)
            violations = len(shop.stats()[shop.hosts[0]]["robots_violations"])
    finally:
        resources.detach()
        shutil.rmtree(home, ignore_errors=True)
    products = report["items"]["product"]["created"]
    figures = {"pages": ours.pages, "products": products, "rate": round(ours.per_second, 1)}
    for name, peer in (("scrapy", scrapy), ("crawlee", crawlee)):
        if peer is not None:
            figures[name] = round(peer.per_second, 1)
    if scrapy is not None:
        figures["ratio"] = round(ours.per_second / scrapy.per_second, 2)
    figures |= {"kills": kills, **found, "most_refetched": AT_ONCE * kills, "robots_violations": violations}
    print("RESULT crawl " + " ".join(f"{name}={value}" for name, value in figures.items()))
    failed = found["lost"] or found["duplicates"] or violations or found["refetched"] > AT_ONCE * kills
    raise SystemExit(1 if failed or (scrapy is not None and figures["ratio"] < 0.8) else 0)


if __name__ == "__main__":
    main()
