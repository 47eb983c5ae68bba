"""The one way Quarry fetches a URL that came from outside.

Every hop is checked: scheme, host and the address that the connection really goes to (`httpx-secure`). Redirects are
followed by hand. Size is counted as bytes arrive and again as they are decompressed; time has one deadline for
everything. What arrives is written to a temporary file that becomes `<sha256>` in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, nullcontext
from http.cookiejar import DefaultCookiePolicy
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypedDict, Unpack, overload

import httpx
from httpx_secure import httpx_ssrf_protection

from tasks.clients.clocks import WorkClock
from tasks.clients.errors import PermanentServiceError, TransientServiceError
from tasks.clients.retries import (
    ATTEMPTS,
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    call_with_retries,
    read_retry_after,
)
from tasks.clients.web_addresses import Address, check_host, check_url, explain, is_public
from tasks.clients.web_answers import NotModified, Validators, WebAnswer
from tasks.clients.web_body import SERVICE, FetchedFile, receive_file

MAX_BYTES = 100 * 2**20  # the largest PDF accepted, from the domain's upload limit
DEADLINE_SECONDS = 300.0
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0  # the longest wait for the next byte
MAX_REDIRECTS = 5

Slot = Callable[[], AbstractAsyncContextManager[object]]

_TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


class FetchOptions(TypedDict, total=False):
    """How one fetch is bounded. `slot` is entered for each attempt, with its redirects, and left while it waits."""

    max_bytes: int  # received, and again decompressed
    deadline_seconds: float
    max_redirects: int
    follow: bool  # False: a redirect is an answer, with `location`, for who must judge each hop
    accept: str | None  # media types in order of preference
    cookies: httpx.Cookies  # sent, and changed by what answers set: for who follows redirects by hand
    slot: Slot


class _Plan(NamedTuple):
    """One fetch, for each of its attempts."""

    url: str
    folder: Path
    headers: Mapping[str, str]
    max_bytes: int
    max_redirects: int
    follow: bool
    cookies: httpx.Cookies | None


class WebClient:
    """Fetches files; use as an async context manager. Connections are reused, cookies live for one fetch only.

    `allow_private_hosts` lists hosts ("intranet.example", "10.0.0.5" or "10.0.0.5:8080", as written in the URL) whose
    addresses may be private; every other host must have a global address. A server that asks for a longer pause than
    `longest_wait_seconds` is not tried again here: that is for who asked, who finds the wish in the error.
    """

    def __init__(
        self,
        *,
        allow_private_hosts: frozenset[str] = frozenset(),
        user_agent: str | None = None,
        attempts: int = ATTEMPTS,
        first_wait_seconds: float = FIRST_WAIT_SECONDS,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._allowed = frozenset(host.strip().lower() for host in allow_private_hosts if host.strip())
        self._attempts = attempts
        self._first_wait_seconds = first_wait_seconds
        self._longest_wait_seconds = longest_wait_seconds
        agent = user_agent or f"quarry/{metadata.version('quarry-ingest')}"
        self._public = httpx_ssrf_protection(
            _make_client(agent), custom_validator=lambda _host, address, _port: is_public(address)
        )
        self._listed = httpx_ssrf_protection(
            _make_client(agent), check_globally_reachable=False, custom_validator=self._is_listed
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._public.aclose()
        await self._listed.aclose()

    @overload
    async def fetch_file(
        self, url: str, folder: Path, *, validators: None = None, **options: Unpack[FetchOptions]
    ) -> FetchedFile: ...

    @overload
    async def fetch_file(
        self, url: str, folder: Path, *, validators: Validators | None, **options: Unpack[FetchOptions]
    ) -> FetchedFile | NotModified: ...

    async def fetch_file(
        self, url: str, folder: Path, *, validators: Validators | None = None, **options: Unpack[FetchOptions]
    ) -> FetchedFile | NotModified:
        """Fetches `url` into `folder` (made when missing); raises TransientServiceError or PermanentServiceError.

        With `validators` the server may answer that nothing has changed. Otherwise as `fetch`.
        """
        return take_file(await self.fetch(url, folder, validators=validators, **options), validators)

    async def fetch(
        self, url: str, folder: Path, *, validators: Validators | None = None, **options: Unpack[FetchOptions]
    ) -> WebAnswer:
        """The final answer to GET `url`, of any status that will not change by trying again; a 200's body in `folder`.

        Tried again after 408, 425, 429, 500, 502 to 504 and broken connections; when that does not help,
        TransientServiceError (with the server's Retry-After). PermanentServiceError for what is refused here. The
        deadline covers all attempts and back-off; neither the wait for a slot nor one that the server asked for.
        """
        headers = validators.as_headers() if validators else {}
        if accept := options.get("accept"):
            headers["Accept"] = accept
        plan = _Plan(
            url,
            folder,
            headers,
            options.get("max_bytes", MAX_BYTES),
            options.get("max_redirects", MAX_REDIRECTS),
            options.get("follow", True),
            options.get("cookies"),
        )
        clock = WorkClock(options.get("deadline_seconds", DEADLINE_SECONDS))
        try:
            async with clock.running():
                return await self._try(plan, clock, options.get("slot", nullcontext))
        except TimeoutError as error:
            reason = f"{url} did not arrive within {clock.seconds:g} s"
            raise TransientServiceError(SERVICE, reason) from error

    async def _try(self, plan: _Plan, clock: WorkClock, slot: Slot) -> WebAnswer:
        with ExitStack() as pause:  # holds the clock while we wait because the server asked for it

            async def attempt() -> WebAnswer:
                pause.close()
                try:
                    with clock.stopped():
                        async with slot():
                            with clock.counting():
                                return await self._fetch_once(plan)
                except TransientServiceError as error:
                    if error.retry_after is not None:
                        pause.enter_context(clock.stopped())
                    raise

            return await call_with_retries(
                attempt,
                attempts=self._attempts,
                first_wait_seconds=self._first_wait_seconds,
                longest_wait_seconds=self._longest_wait_seconds,
            )

    async def _fetch_once(self, plan: _Plan) -> WebAnswer:
        cookies = httpx.Cookies() if plan.cookies is None else plan.cookies
        target = check_url(plan.url)
        hops: list[str] = []
        while True:
            response = await self._open(target, cookies, plan.headers)
            try:
                if response.status_code not in _REDIRECT_STATUSES:
                    return await _take(response, plan, hops)
                target = _find_target(response, target)
                if not plan.follow:
                    return _answer(response, hops, location=str(target))
                hops.append(str(response.url))
                if len(hops) > plan.max_redirects:
                    raise PermanentServiceError(SERVICE, f"{plan.url} redirects more than {plan.max_redirects} times")
            except httpx.HTTPError as error:
                raise explain(error, target) from error
            finally:
                await response.aclose()

    async def _open(self, url: httpx.URL, cookies: httpx.Cookies, headers: Mapping[str, str]) -> httpx.Response:
        listed = self._lists(url.host, url.port or _default_port(url))
        client = self._listed if listed else self._public
        request = client.build_request("GET", url, headers=headers)
        cookies.set_cookie_header(request)
        try:
            if not listed:
                await check_host(url.host, url.port or _default_port(url), url)
            response = await client.send(request, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise explain(error, url) from error
        cookies.extract_cookies(response)
        return response

    def _lists(self, host: str, port: int) -> bool:
        name = host.lower()
        return name in self._allowed or f"{name}:{port}" in self._allowed

    def _is_listed(self, host: str, _address: Address, port: int) -> bool:
        return self._lists(host, port)


def take_file(answer: WebAnswer, validators: Validators | None = None) -> FetchedFile | NotModified:
    """The answer's file, or that it is still the same; PermanentServiceError for every other answer."""
    if answer.file is not None:
        return answer.file
    if answer.status == httpx.codes.NOT_MODIFIED and validators and validators.as_headers():
        return NotModified(final_url=answer.final_url, headers=answer.headers)
    reason = f"{answer.final_url} answered {answer.status} {httpx.codes.get_reason_phrase(answer.status)}"
    raise PermanentServiceError(SERVICE, reason.rstrip(), status=answer.status)


def _make_client(agent: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        trust_env=False,  # a proxy would connect in our place, unchecked
        timeout=httpx.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS, pool=None),
        headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate"},
        event_hooks={"response": [_take_location]},
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


async def _take_location(response: httpx.Response) -> None:
    """Moves Location out of httpx's sight, which would parse it, and fail on it, even where it does not follow."""
    if "location" in response.headers:
        response.extensions["location"] = response.headers["location"]
        del response.headers["location"]


def _default_port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _find_target(response: httpx.Response, asked: httpx.URL) -> httpx.URL:
    location = response.extensions.get("location")
    if not location:
        raise PermanentServiceError(SERVICE, f"{asked} redirects to nowhere", status=response.status_code)
    return check_url(location, base=asked)


async def _take(response: httpx.Response, plan: _Plan, hops: list[str]) -> WebAnswer:
    """The answer, its body received where it is one; TransientServiceError for a status that may pass."""
    status = response.status_code
    if status == httpx.codes.OK:
        return _answer(response, hops, file=await receive_file(response, plan.folder, plan.max_bytes))
    if status in _TRANSIENT_STATUSES:
        wait = read_retry_after(response.headers.get("retry-after"))
        reason = f"{response.url} answered {status} {response.reason_phrase}"
        raise TransientServiceError(SERVICE, reason, status=status, retry_after=wait)
    return _answer(response, hops)


def _answer(
    response: httpx.Response, hops: list[str], *, location: str | None = None, file: FetchedFile | None = None
) -> WebAnswer:
    return WebAnswer(
        status=response.status_code,
        final_url=str(response.url),
        hops=tuple(hops),
        headers=dict(response.headers),
        location=location,
        file=file,
    )
