"""A shop's products beside those of a feed: one product, found by its match keys. And pages that need their scripts."""

import dataclasses
import json
import shutil
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.feed import FeedIngest, ingest_feed
from flows.feed import fingerprint as feed_fingerprint
from flows.resume import run_or_resume
from flows.web import WebIngest, ingest_web
from flows.web import fingerprint as web_fingerprint
from tasks import resources
from tasks.catalog.ids import workspace_id
from tasks.prefect_server import use_home_server
from tasks.storage.export import export_job
from tasks.storage.jobs import find_jobs

sys.path.insert(0, str(Path(__file__).parents[1] / "shop"))

from small_site import serve

GTIN = "4006381333931"
SHELL = """<!doctype html><html lang=en><head><title>Shop</title></head><body><div id="root"></div><script>
fetch("/chair.json").then(reply => reply.json()).then(chair => {
  document.getElementById("root").innerHTML = `<h1>${chair.name}</h1><p class="price">${chair.price}</p>
    <form><button name="add-to-cart">Add to cart</button></form><p>${chair.text.repeat(5)}</p>`;
});
</script></body></html>"""
CHAIR = '{"name": "Alder chair", "price": "$ 12.00", "text": "A chair of oak, made by hand. "}'


@pytest.fixture
def home_server(dsn: str) -> Iterator[None]:
    with use_home_server():
        yield


def describe(name: str, **fields: Any) -> str:
    offers = {"@type": "Offer", "price": "99.00", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}
    node = {"@context": "https://schema.org", "@type": "Product", "name": name, "offers": offers} | fields
    data = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    return f"<!doctype html><html lang=en><title>{name}</title>{data}<h1>{name}</h1></html>"


def write_feed(path: Path) -> Path:
    rows = (("OK-001", "Chair Alma", GTIN), ("OK-002", "Chair Bodil", ""), ("OK-003", "Chair Cleo", ""))
    items = "".join(
        f"<item><g:id>{key}</g:id><sku>{key}</sku><title>{name}</title><g:brand>Oakline</g:brand><g:gtin>{gtin}</g:gtin>"
        "<g:price>100 EUR</g:price></item>"
        for key, name, gtin in rows
    )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Oak</title>'
    path.write_text(f"{head}{items}</channel></rss>")
    return path


async def ingest(flow: Any, params: Any, fingerprint: str, tenant: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The job's row and its products' lines."""
    database = resources.current().database
    run = await run_or_resume(flow, params, fingerprint, workspace_id(tenant))
    [job] = await find_jobs(database, str(run))
    return job, [line async for line in export_job(database, run)]


@pytest.mark.usefixtures("home_server")
async def test_a_page_is_linked_to_the_product_of_a_feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = f"links-{uuid.uuid4().hex[:8]}"
    pages = {
        "/alma": describe("Armchair Alma", gtin13=GTIN),
        "/bodil": describe("Armchair Bodil", sku="ok 002", brand={"@type": "Brand", "name": "OAKLINE"}),
        "/dora": describe("Armchair Dora", sku="OK-003", brand={"@type": "Brand", "name": "Elmline"}),
    }
    with serve(pages) as site:
        async with resources.open_resources() as opened:
            update = {"allow_private_hosts": frozenset({"127.0.0.1"}), "web_delay_seconds": 0.02}
            own = dataclasses.replace(opened, settings=opened.settings.model_copy(update=update))
            monkeypatch.setattr(resources, "_open", [own])
            bare: dict[str, Any] = {"workspace": tenant, "enrich": False, "images": False}
            feed = FeedIngest(sources=[str(write_feed(tmp_path / "oak.xml"))], **bare)
            _, fed = await ingest(ingest_feed, feed, feed_fingerprint(feed), tenant)
            web = WebIngest(sources=site.urls, pages_only=True, **bare)
            job, shown = await ingest(ingest_web, web, web_fingerprint(web), tenant)
            monkeypatch.undo()
    assert job["status"] == "completed"
    ids = {line["name"]: line["id"] for line in [*fed, *shown]}
    merged = {one["product"]: (one["rule"], one["canonical_id"]) for one in job["report"]["merged"]}
    assert merged.keys() == {"Armchair Alma", "Armchair Bodil"}, "the same number of another brand is another product"
    assert [merged[name][1] for name in sorted(merged)] == [ids["Chair Alma"], ids["Chair Bodil"]]
    assert merged["Armchair Alma"][0] != merged["Armchair Bodil"][0], "by GTIN, and by brand with number"


def test_a_page_that_is_made_by_its_scripts_needs_the_browser(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("playwright", reason="Playwright is not installed (the extra [browser])")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("there is no Chromium here")
    monkeypatch.setenv("QUARRY_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("QUARRY_WEB_DELAY_SECONDS", "0.02")
    export = tmp_path / "lines.jsonl"
    with serve({"/chair": SHELL, "/chair.json": CHAIR}) as site:
        page = site.urls[0]
        command = ["flows.web", page, "--pages-only", "--no-enrich", "--no-images", "--json", "--export", export]
        done = run(*command, "--browser", "--workspace", f"browser-{uuid.uuid4().hex[:8]}")
        assert site.asked["/chair"] == site.asked["/chair.json"] == 1
    assert done.code == 0, done.stderr
    [line] = map(json.loads, export.read_text().splitlines())
    assert (line["name"], line["price"], line["currency"], line["url"]) == ("Alder chair", "12.00", "USD", page)
