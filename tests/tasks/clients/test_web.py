import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from tasks.clients.errors import PermanentServiceError, ServiceError, TransientServiceError
from tasks.clients.retries import read_retry_after
from tasks.clients.web import WebClient
from tasks.clients.web_answers import NotModified, Validators

FILE = b"%PDF-1.7 a small file\n" * 20
FIRST_WAIT_SECONDS = 0.01


@pytest.fixture
async def client(misbehaving_port: int) -> AsyncIterator[WebClient]:
    """A client that may reach the misbehaving server and no other private address."""
    allowed = frozenset({f"127.0.0.1:{misbehaving_port}"})
    async with WebClient(allow_private_hosts=allowed, first_wait_seconds=FIRST_WAIT_SECONDS) as made:
        yield made


@pytest.fixture
def server(misbehaving_port: int) -> str:
    return f"http://127.0.0.1:{misbehaving_port}"


async def read_body(client: WebClient, url: str, folder: Path) -> str:
    return (await client.fetch_file(url, folder)).path.read_text()


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.exists() else []


async def test_a_file_arrives_whole_with_its_facts(client: WebClient, server: str, tmp_path: Path) -> None:
    fetched = await client.fetch_file(f"{server}/file", tmp_path / "new" / "folder")
    assert fetched.path.read_bytes() == FILE
    assert fetched.sha256 == hashlib.sha256(FILE).hexdigest() == fetched.path.name
    assert fetched.bytes == len(FILE)
    assert (fetched.content_type, fetched.etag) == ("application/pdf", '"v1"')
    assert fetched.last_modified == "Sun, 22 Nov 2026 10:00:00 GMT"
    assert fetched.final_url == f"{server}/file"


async def test_a_large_file_arrives_whole(client: WebClient, server: str, tmp_path: Path) -> None:
    fetched = await client.fetch_file(f"{server}/sized?bytes=5000001", tmp_path)
    assert fetched.path.stat().st_size == fetched.bytes == 5_000_001


@pytest.mark.parametrize("how", ["gzip", "members", "deflate", "raw-deflate"])
async def test_encoded_files_are_decoded(client: WebClient, server: str, tmp_path: Path, how: str) -> None:
    fetched = await client.fetch_file(f"{server}/encoded?how={how}", tmp_path)
    assert fetched.path.read_bytes() == FILE


@pytest.mark.parametrize(
    ("how", "kind"),
    [("torn", TransientServiceError), ("damaged", TransientServiceError), ("br", PermanentServiceError)],
)
async def test_encodings_that_cannot_be_read_are_errors(
    client: WebClient, server: str, tmp_path: Path, how: str, kind: type[ServiceError]
) -> None:
    with pytest.raises(kind, match="web: "):
        await client.fetch_file(f"{server}/encoded?how={how}", tmp_path)
    assert leftovers(tmp_path) == []


async def test_redirects_are_followed_to_the_final_address(client: WebClient, server: str, tmp_path: Path) -> None:
    fetched = await client.fetch_file(f"{server}/hops?left=3", tmp_path)
    assert fetched.path.read_bytes() == FILE
    assert fetched.final_url == f"{server}/file"


@pytest.mark.parametrize("path", ["/loop", "/hops?left=6"])
async def test_too_many_redirects_are_refused(client: WebClient, server: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(PermanentServiceError, match="more than 5 times"):
        await client.fetch_file(server + path, tmp_path)


async def test_a_redirect_to_nowhere_is_refused(client: WebClient, server: str, tmp_path: Path) -> None:
    with pytest.raises(PermanentServiceError, match="nowhere"):
        await client.fetch_file(f"{server}/nowhere", tmp_path)


PRIVATE = [
    "http://127.0.0.1:1/",
    "http://127.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://0.0.0.0/",
    "http://10.0.0.8/",
    "http://172.16.3.4/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
]
OTHER_SCHEMES = [
    "file:///etc/passwd",
    "ftp://host.example/a",
    "gopher://127.0.0.1/",
    "data:text/plain,hello",
    "//host",
    "",
]


@pytest.mark.parametrize("url", PRIVATE)
async def test_private_addresses_are_refused(client: WebClient, url: str, tmp_path: Path) -> None:
    with pytest.raises(PermanentServiceError, match=r"not a public address|not a valid URL|in disguise"):
        await client.fetch_file(url, tmp_path)


@pytest.mark.parametrize("url", [*PRIVATE, *OTHER_SCHEMES[:4]])
async def test_redirects_to_private_addresses_and_other_schemes_are_refused(
    client: WebClient, server: str, url: str, tmp_path: Path
) -> None:
    with pytest.raises(PermanentServiceError, match=r"not a public address|not a valid URL|only http|in disguise"):
        await client.fetch_file(f"{server}/redirect?to={quote(url)}", tmp_path)


@pytest.mark.parametrize("url", OTHER_SCHEMES)
async def test_only_http_is_fetched(client: WebClient, url: str, tmp_path: Path) -> None:
    with pytest.raises(PermanentServiceError, match=r"only http|not a valid URL"):
        await client.fetch_file(url, tmp_path)


async def test_a_name_that_means_a_private_address_is_refused(
    client: WebClient, misbehaving_port: int, server: str, tmp_path: Path
) -> None:
    by_name = f"http://localhost:{misbehaving_port}/file"
    for url in (by_name, f"{server}/redirect?to={quote(by_name)}"):
        with pytest.raises(PermanentServiceError, match="not a public address"):
            await client.fetch_file(url, tmp_path)


async def test_a_private_host_is_refused_alike_whether_its_port_is_open_or_not(
    client: WebClient, misbehaving_port: int, tmp_path: Path
) -> None:
    reasons = []
    for port in (misbehaving_port, 9):
        with pytest.raises(PermanentServiceError) as caught:
            await client.fetch_file(f"http://localhost:{port}/file", tmp_path)
        reasons.append(caught.value.reason.replace(str(port), "PORT"))
    assert reasons[0] == reasons[1]


async def test_a_name_that_nobody_knows_is_transient(client: WebClient, tmp_path: Path) -> None:
    with pytest.raises(TransientServiceError, match="is not known"):
        await client.fetch_file("http://no-such-host.invalid/", tmp_path)


async def test_without_a_list_no_private_host_is_reached(server: str, tmp_path: Path) -> None:
    async with WebClient() as strict:
        with pytest.raises(PermanentServiceError, match="QUARRY_ALLOW_PRIVATE_HOSTS"):
            await strict.fetch_file(f"{server}/file", tmp_path)


async def test_a_host_may_be_listed_with_or_without_its_port(
    server: str, misbehaving_port: int, tmp_path: Path
) -> None:
    async with WebClient(allow_private_hosts=frozenset({" LOCALHOST "})) as listed:
        await listed.fetch_file(f"http://localhost:{misbehaving_port}/file", tmp_path)
    async with WebClient(allow_private_hosts=frozenset({"127.0.0.1:1"})) as other_port:
        with pytest.raises(PermanentServiceError, match="not a public address"):
            await other_port.fetch_file(f"{server}/file", tmp_path)


async def test_a_declared_size_over_the_cap_is_refused(client: WebClient, server: str, tmp_path: Path) -> None:
    with pytest.raises(PermanentServiceError, match="more than 1000"):
        await client.fetch_file(f"{server}/sized?bytes=1001", tmp_path, max_bytes=1000)
    assert (await client.fetch_file(f"{server}/sized?bytes=1000", tmp_path, max_bytes=1000)).bytes == 1000


async def test_a_body_without_end_stops_at_the_cap(client: WebClient, server: str, tmp_path: Path) -> None:
    with pytest.raises(PermanentServiceError, match="more than 3000000 bytes"):
        await client.fetch_file(f"{server}/endless", tmp_path, max_bytes=3_000_000)
    assert leftovers(tmp_path) == []


async def test_a_gzip_bomb_stops_at_the_cap(client: WebClient, server: str, tmp_path: Path) -> None:
    with pytest.raises(PermanentServiceError, match="more than 2000000 bytes"):
        await client.fetch_file(f"{server}/bomb?megabytes=50", tmp_path, max_bytes=2_000_000)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("path", ["/slow", "/silent"])
async def test_the_deadline_ends_what_does_not_end(client: WebClient, server: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(TransientServiceError, match=r"did not arrive within 0\.5 s"):
        await client.fetch_file(server + path, tmp_path, deadline_seconds=0.5)
    assert leftovers(tmp_path) == []


async def test_a_body_shorter_than_promised_is_transient(client: WebClient, server: str, tmp_path: Path) -> None:
    with pytest.raises(TransientServiceError):
        await client.fetch_file(f"{server}/short", tmp_path)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
async def test_what_may_pass_is_tried_three_times(client: WebClient, server: str, tmp_path: Path, status: int) -> None:
    name = f"{tmp_path.name}-{status}"
    assert await read_body(client, f"{server}/flaky?id={name}&failures=2&status={status}", tmp_path) == "3"
    with pytest.raises(TransientServiceError) as caught:
        await client.fetch_file(f"{server}/flaky?id={name}-b&failures=3&status={status}", tmp_path)
    assert caught.value.status == status
    assert await read_body(client, f"{server}/calls?id={name}-b", tmp_path) == "3"


@pytest.mark.parametrize("status", [204, 304, 400, 401, 403, 404, 410, 501])
async def test_what_will_not_pass_is_tried_once(client: WebClient, server: str, tmp_path: Path, status: int) -> None:
    name = f"{tmp_path.name}-{status}"
    with pytest.raises(PermanentServiceError) as caught:
        await client.fetch_file(f"{server}/flaky?id={name}&failures=9&status={status}", tmp_path)
    assert caught.value.status == status
    assert await read_body(client, f"{server}/calls?id={name}", tmp_path) == "1"


async def test_a_retry_waits_as_long_as_the_server_asks(client: WebClient, server: str, tmp_path: Path) -> None:
    url = f"{server}/flaky?id={tmp_path.name}&failures=1&status=429&retry_after=1"
    # Within half a second the server's one second cannot have passed; the call still waits, not asks again.
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.fetch_file(url, tmp_path), 0.5)
    assert await read_body(client, f"{server}/calls?id={tmp_path.name}", tmp_path) == "1"


async def test_a_pause_that_the_server_asks_for_is_not_counted_by_the_deadline(
    client: WebClient, server: str, tmp_path: Path
) -> None:
    url = f"{server}/flaky?id={tmp_path.name}&failures=1&status=429&retry_after=1"
    assert (await client.fetch_file(url, tmp_path, deadline_seconds=0.8)).path.read_text() == "2"


async def test_a_server_that_asks_for_an_hour_is_left_to_the_next_layer(
    client: WebClient, server: str, tmp_path: Path
) -> None:
    with pytest.raises(TransientServiceError) as caught:
        await client.fetch_file(f"{server}/flaky?id={tmp_path.name}&failures=9&status=503&retry_after=3600", tmp_path)
    assert caught.value.retry_after == 3600
    assert await read_body(client, f"{server}/calls?id={tmp_path.name}", tmp_path) == "1"


async def test_a_server_that_is_not_there_is_transient(
    client: WebClient, misbehaving_port: int, tmp_path: Path
) -> None:
    async with WebClient(allow_private_hosts=frozenset({"127.0.0.1"}), first_wait_seconds=0.01) as open_client:
        with pytest.raises(TransientServiceError, match=r"web: http://127\.0\.0\.1:9/ failed"):
            await open_client.fetch_file("http://127.0.0.1:9/", tmp_path)


async def test_cookies_live_for_one_fetch_only(client: WebClient, server: str, tmp_path: Path) -> None:
    assert (await client.fetch_file(f"{server}/door", tmp_path)).path.read_bytes() == FILE
    assert await read_body(client, f"{server}/cookies", tmp_path) == "none"
    assert await read_body(client, f"{server}/cookies", tmp_path) == "none"


async def test_errors_are_one_line_without_secrets(client: WebClient, misbehaving_port: int, tmp_path: Path) -> None:
    url = f"http://me:hunter2@127.0.0.1:{misbehaving_port}/status?code=404&token=hunter2"
    with pytest.raises(PermanentServiceError) as caught:
        await client.fetch_file(url, tmp_path)
    message = str(caught.value)
    assert "hunter2" not in message
    assert "\n" not in message
    assert "404" in message


def test_a_long_reason_is_cut_to_one_line() -> None:
    message = str(PermanentServiceError("web", "first\nsecond " + "x" * 5000))
    assert message.startswith("web: first second")
    assert len(message) < 600


def test_retry_after_is_a_number_or_a_date() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert read_retry_after("120") == 120
    assert read_retry_after(format_datetime(now + timedelta(seconds=90), usegmt=True), now=now) == 90
    assert read_retry_after(format_datetime(now - timedelta(days=1), usegmt=True), now=now) == 0
    assert read_retry_after("soon") is None
    assert read_retry_after(None) is None


@pytest.fixture
def picture(server: str, tmp_path: Path) -> str:
    """An address with both validators, and a query to be added to."""
    path = tmp_path / "picture"
    path.write_bytes(FILE)
    return f"{server}/picture/{tmp_path.name}?path={quote(str(path))}&etag=%22v1%22&modified=yesterday"


async def test_what_has_not_changed_is_not_sent_again(client: WebClient, picture: str, tmp_path: Path) -> None:
    first = await client.fetch_file(picture, tmp_path / "a")
    known = Validators(first.etag, first.last_modified)
    again = await client.fetch_file(picture, tmp_path / "b", validators=known)
    assert isinstance(again, NotModified)
    assert again.headers["etag"] == '"v1"'
    assert leftovers(tmp_path / "b") == []


async def test_what_has_changed_is_sent(client: WebClient, picture: str, tmp_path: Path) -> None:
    changed = await client.fetch_file(picture, tmp_path / "a", validators=Validators('"v0"', "yesterday"))
    assert not isinstance(changed, NotModified)
    assert changed.path.read_bytes() == FILE


async def test_a_validator_that_would_break_the_request_is_not_sent(
    client: WebClient, picture: str, tmp_path: Path
) -> None:
    for etag in ('"v1"\r\nX-Injected: 1', '"é"', ""):
        fetched = await client.fetch_file(picture, tmp_path / "a", validators=Validators(etag))
        assert not isinstance(fetched, NotModified)


async def test_an_answer_tells_status_headers_and_the_way_there(client: WebClient, server: str, tmp_path: Path) -> None:
    answer = await client.fetch(f"{server}/redirect?to=/hops?left=1", tmp_path)
    assert answer.status == 200
    assert answer.hops == (f"{server}/redirect?to=/hops?left=1", f"{server}/hops?left=1")
    assert answer.final_url == f"{server}/file"
    assert answer.headers["etag"] == '"v1"'
    assert answer.file is not None
    gone = await client.fetch(f"{server}/status?code=410", tmp_path)
    assert (gone.status, gone.file) == (410, None)


async def test_who_judges_each_hop_gets_the_redirect_itself(client: WebClient, server: str, tmp_path: Path) -> None:
    answer = await client.fetch(f"{server}/redirect?to=/file", tmp_path, follow=False)
    assert (answer.status, answer.location, answer.file) == (302, f"{server}/file", None)
    with pytest.raises(PermanentServiceError, match="only http"):
        await client.fetch(f"{server}/redirect?to=file:///etc/passwd", tmp_path, follow=False)


async def test_the_charset_is_what_the_type_names(client: WebClient, picture: str, tmp_path: Path) -> None:
    page = await client.fetch_file(f"{picture}&type=text/html%3B%20charset%3Diso-8859-7", tmp_path / "a")
    assert page.charset == "iso-8859-7"
    assert page.content_type == "text/html; charset=iso-8859-7"


async def test_a_slot_is_held_for_the_request_and_not_while_waiting(
    client: WebClient, server: str, tmp_path: Path
) -> None:
    held, waited, first = [0], [0], asyncio.Event()

    @contextlib.asynccontextmanager
    async def slot() -> AsyncIterator[None]:
        assert held[0] == 0
        await asyncio.sleep(0.3)  # the wait for a slot counts for no deadline
        held[0], waited[0] = 1, waited[0] + 1
        try:
            yield
        finally:
            held[0] = 0
            first.set()

    url = f"{server}/flaky?id={tmp_path.name}&failures=1&status=503&retry_after=1"
    task = asyncio.create_task(client.fetch_file(url, tmp_path, slot=slot, deadline_seconds=0.25))
    await first.wait()
    for _ in range(20):  # the server's second
        assert not held[0]
        await asyncio.sleep(0.01)
    assert (await task).path.read_text() == "2"
    assert waited[0] == 2
