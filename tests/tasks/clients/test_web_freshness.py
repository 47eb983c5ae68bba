import hashlib
from pathlib import Path

import pytest

from tasks.clients.web_freshness import ONE_YEAR_SECONDS, names_content, read_lifetime

DATE = {"date": "Sun, 22 Nov 2026 10:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, Max-Age=600"}, 600),
        ({"cache-control": 'max-age="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=600, no-cache"}, 0),
        ({"cache-control": "no-store, max-age=600"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=99999999999999999999"}, ONE_YEAR_SECONDS),
        ({"cache-control": "immutable"}, ONE_YEAR_SECONDS),
        ({"cache-control": "max-age=60, immutable"}, 60),
        ({"expires": "Sun, 22 Nov 2026 11:00:00 GMT", **DATE}, 3600),
        ({"expires": "Sun, 22 Nov 2026 09:00:00 GMT", **DATE}, 0),
        ({"expires": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"expires": "0", **DATE}, 0),
        ({"expires": "Sun, 22 Nov 2026 11:00:00 GMT", "cache-control": "max-age=5", **DATE}, 5),
    ],
)
def test_a_lifetime_is_what_the_server_says(headers: dict[str, str], seconds: int) -> None:
    assert read_lifetime(headers) == seconds


def test_a_url_names_its_content_only_by_its_true_hash(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, b"content").hexdigest()
        assert names_content(f"https://cdn.example/{digest.upper()}.jpg", path)
        assert names_content(f"https://cdn.example/a.{digest[:12]}.jpg", path)
        assert not names_content(f"https://cdn.example/a.{digest[:8]}.jpg", path)  # too short to be sure
        assert not names_content(f"https://cdn.example/{digest[1:]}.jpg", path)
    assert not names_content("https://cdn.example/0123456789abcdef.jpg", path)
    assert not names_content("https://cdn.example/a.jpg", path)
