"""A site of a few pages of one's own, over real HTTP, in this process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SmallSite:
    """`pages` (path -> HTML) may be changed; `asked` counts requests by path. Other paths are 404."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self.pages = dict(pages)
        self.asked: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked[self.path] += 1
                page = site.pages.get(self.path)
                self.send_response(404 if page is None else 200)
                kind = "application/json" if self.path.endswith(".json") else "text/html; charset=utf-8"
                body = (page or "").encode()
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"

    @property
    def urls(self) -> list[str]:
        """The pages' addresses, in their order."""
        return [f"{self.url}{path}" for path in self.pages]


@contextmanager
def serve(pages: Mapping[str, str]) -> Iterator[SmallSite]:
    site = SmallSite(pages)
    threading.Thread(target=site.server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
