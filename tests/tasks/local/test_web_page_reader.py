"""The children that read pages, stopped where they hang."""

import os
from pathlib import Path

import pytest

from tasks.catalog.web.urls import read_url
from tasks.local.web_page_reader import UnreadablePageError, WebPageReader

PAGE = b"""<html><head><title>Alder chair</title><script type="application/ld+json">{"@type": "Product",
"name": "Alder chair", "offers": {"price": "12.00", "priceCurrency": "EUR"}}</script></head>
<body><h1>Alder chair</h1><a href="/c">Chairs</a><a href="https://other.example/">Elsewhere</a></body></html>"""


async def test_a_page_is_read_with_its_links_and_one_that_hangs_costs_itself(tmp_path: Path) -> None:
    page, endless = tmp_path / "page", tmp_path / "pipe"
    page.write_bytes(PAGE)
    os.mkfifo(endless)  # nobody ever writes to it
    seed = read_url("https://shop.example/")
    assert seed is not None
    async with WebPageReader([seed], seconds=5, memory_bytes=1 << 30, children=1) as reader:
        read = await reader.read(page, "https://shop.example/p/1", "text/html")
        assert [product.name for product in read.page.products] == ["Alder chair"]
        assert [link.page.url for link in read.found] == ["https://shop.example/c"]
        reader._children.seconds = 0.5
        with pytest.raises(UnreadablePageError, match=r"took longer than 0\.5 s"):
            await reader.read(endless, "https://shop.example/p/2", None)
        reader._children.seconds = 20
        with pytest.raises(UnreadablePageError, match="FileNotFoundError"):
            await reader.read(tmp_path / "gone", "https://shop.example/p/3", None)
        assert (await reader.read(page, "https://shop.example/p/1", None)).page.kind == "product"
