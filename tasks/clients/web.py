"""The one way Quarry fetches a URL that came from outside.

Every hop is checked: scheme, host and the address that the connection really goes to (`httpx-secure`). Redirects are
followed by hand. Size is counted as bytes arrive and again as they are decompressed; time has one deadline for
everything. What arrives is written to a temporary file that becomes `<sha256>` in one step.
"""

from __future__ import annotations

import asyncio
import ssl
from http.cookiejar import DefaultCookiePolicy
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from tasks.clients.errors import PermanentServiceError, ServiceError, TransientServiceError
from tasks.clients.retries import ATTEMPTS, FIRST_WAIT_SECONDS, call_with_retries, read_retry_after
from tasks.clients.web_addresses import Address, check_host, is_public, refuse_address
from tasks.clients.web_body import SERVICE, FetchedFile, receive_file

MAX_BYTES = 100 * 2**20  # the largest PDF accepted, from the domain's upload limit
DEADLINE_SECONDS = 300.0
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0  # the longest wait for the next byte
MAX_REDIRECTS = 5

_TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


class WebClient:
    """Fetches files; use as an async context manager. Connections are reused, cookies live for one fetch only.

    `allow_private_hosts` lists hosts ("intranet.example", "10.0.0.5" or "10.0.0.5:8080", as written in the URL) whose
    addresses may be private; every other host must have a global address.
    """

    def __init__(
        self,
        *,
        allow_private_hosts: frozenset[str] = frozenset(),
        user_agent: str | None = None,
        attempts: int = ATTEMPTS,
        first_wait_seconds: float = FIRST_WAIT_SECONDS,
    ) -> None:
        self._allowed = frozenset(host.strip().lower() for host in allow_private_hosts if host.strip())
        self._attempts = attempts
        self._first_wait_seconds = first_wait_seconds
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

    async def fetch_file(
        self,
        url: str,
        folder: Path,
        *,
        max_bytes: int = MAX_BYTES,
        deadline_seconds: float = DEADLINE_SECONDS,
        max_redirects: int = MAX_REDIRECTS,
    ) -> FetchedFile:
        """Fetches `url` into `folder` (made when missing); raises TransientServiceError or PermanentServiceError.

        Three attempts; the deadline covers them all, with their waits and redirects.
        """
        try:
            async with asyncio.timeout(deadline_seconds):
                return await call_with_retries(
                    lambda: self._fetch_once(url, folder, max_bytes, max_redirects),
                    attempts=self._attempts,
                    first_wait_seconds=self._first_wait_seconds,
                )
        except TimeoutError as error:
            reason = f"{url} did not arrive within {deadline_seconds:g} s"
            raise TransientServiceError(SERVICE, reason) from error

    async def _fetch_once(self, url: str, folder: Path, max_bytes: int, max_redirects: int) -> FetchedFile:
        cookies = httpx.Cookies()
        target = _check_url(url)
        for _ in range(max_redirects + 1):
            response = await self._open(target, cookies)
            try:
                if response.status_code not in _REDIRECT_STATUSES:
                    _check_status(response)
                    return await receive_file(response, folder, max_bytes)
                location = response.extensions.get("location")
                if not location:
                    raise PermanentServiceError(SERVICE, f"{target} redirects to nowhere", status=response.status_code)
                target = _check_url(location, base=target)
            except httpx.HTTPError as error:
                raise _explain(error, target) from error
            finally:
                await response.aclose()
        raise PermanentServiceError(SERVICE, f"{url} redirects more than {max_redirects} times")

    async def _open(self, url: httpx.URL, cookies: httpx.Cookies) -> httpx.Response:
        listed = self._lists(url.host, url.port or _default_port(url))
        client = self._listed if listed else self._public
        request = client.build_request("GET", url)
        cookies.set_cookie_header(request)
        try:
            if not listed:
                await check_host(url.host, url.port or _default_port(url), url)
            response = await client.send(request, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _explain(error, url) from error
        cookies.extract_cookies(response)
        return response

    def _lists(self, host: str, port: int) -> bool:
        name = host.lower()
        return name in self._allowed or f"{name}:{port}" in self._allowed

    def _is_listed(self, host: str, _address: Address, port: int) -> bool:
        return self._lists(host, port)


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


def _check_url(url: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """The absolute URL; PermanentServiceError unless it is http or https with a host."""
    try:
        parsed = base.join(url) if base is not None else httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise PermanentServiceError(SERVICE, f"{url} is not a valid URL ({error})") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise PermanentServiceError(SERVICE, f"{url} is refused: only http and https URLs are fetched")
    return parsed


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    reason = f"{response.url} answered {status} {response.reason_phrase}"
    if status in _TRANSIENT_STATUSES:
        wait = read_retry_after(response.headers.get("retry-after"))
        raise TransientServiceError(SERVICE, reason, status=status, retry_after=wait)
    raise PermanentServiceError(SERVICE, reason, status=status)


def _explain(error: Exception, url: httpx.URL) -> ServiceError:
    """The error as the caller should see it; refusals and broken certificates will not change by trying again."""
    if isinstance(error, SSRFProtectionError):
        return refuse_address(url, error.ip_addr or error.hostname)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return PermanentServiceError(SERVICE, f"{url} cannot be fetched: {error}")
    if _is_certificate_error(error):
        return PermanentServiceError(SERVICE, f"{url} has no valid certificate: {error}")
    return TransientServiceError(SERVICE, f"{url} failed: {str(error) or type(error).__name__}")


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
