"""Pages with their scripts run, in a real Chromium where there is one."""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tasks.catalog.web.reading import read_page
from tasks.clients.browser import Browser, Part, open_browser
from tasks.clients.errors import TransientServiceError
from tasks.clients.web import WebClient

pytest.importorskip("playwright", reason="Playwright is not installed (the extra [browser])")
if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
    pytest.skip("there is no Chromium here", allow_module_level=True)

SHELL = b"""<!doctype html><html><head><title>Shop</title></head><body><div id="root"></div><script>
new WebSocket("ws://127.0.0.1:%d/socket");
const frame = document.createElement("iframe"); frame.src = "http://127.0.0.1:%d/frame"; document.body.append(frame);
fetch("http://127.0.0.1:%d/secret").catch(() => 0);
new Image().src = "http://127.0.0.1:%d/pixel.gif";
fetch("/api/chair").then(reply => reply.json()).then(chair => {
  document.getElementById("root").innerHTML = `<h1>${chair.name}</h1><p class="price">${chair.price}</p>
    <form><button name="add-to-cart">Add to cart</button></form><p>${chair.text.repeat(5)}</p>`;
});
</script></body></html>"""


class Server:
    """Answers `/api/chair` and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = b'{"name": "Alder chair", "price": "$ 12.00", "text": "A chair of oak, made by hand. "}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.http.server_address[1])


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    pair = Server(), Server()
    yield pair
    for server in pair:
        server.http.shutdown()
        server.http.server_close()


def make_fetch(web: WebClient, folder: Path):
    async def fetch(url: str) -> Part:
        answer = await web.fetch_file(url, folder)
        return Part(200, answer.content_type or "", answer.path.read_bytes())

    return fetch


async def test_a_shell_becomes_a_page_and_its_requests_go_where_ours_may(servers, tmp_path: Path) -> None:
    shop, inside = servers
    url, body = f"http://127.0.0.1:{shop.port}/p/chair", SHELL % ((inside.port,) * 4)
    assert read_page(body, url).needs_script
    os.environ["QUARRY_TEST_SECRET"] = "hush"
    async with WebClient(allow_private_hosts=frozenset({f"127.0.0.1:{shop.port}"}), attempts=1) as web:
        opened = open_browser(make_fetch(web, tmp_path), "quarry-test/1", seconds=30, most_parts=10)
        async with opened as browser:
            page = read_page(await browser.render(url, body, "text/html"), url)
            await check_endless(browser)
    assert (page.kind, page.products[0].name, page.products[0].price) == ("product", "Alder chair", "12.00")
    assert shop.asked == ["/api/chair"], "the page itself is not fetched again"
    assert inside.asked == [], "neither a script, nor a picture, a frame or a socket gets inside"


async def check_endless(browser: Browser) -> None:
    """A page whose scripts never end costs its time and no more."""
    browser._seconds = 2
    with pytest.raises(TransientServiceError, match="longer than 2 s"):
        await browser.render("http://shop.example/", b"<script>for (;;) {}</script>", "text/html")
