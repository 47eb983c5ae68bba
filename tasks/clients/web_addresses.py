"""Which addresses on the internet may be asked: those that are reachable from all of it; and why one was not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx
from httpx_secure import SSRFProtectionError

from tasks.clients.errors import PermanentServiceError, ServiceError, TransientServiceError
from tasks.clients.web_body import SERVICE

Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes


def is_public(address: Address) -> bool:
    """False for private, loopback, link-local and multicast addresses, also inside IPv6's transition forms."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(IPv4Address(address.packed[-4:]))
        return all(part.is_global for part in inner if part is not None)
    return True


def check_url(url: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """The absolute URL; PermanentServiceError unless it is http or https with a host."""
    try:
        parsed = base.join(url) if base is not None else httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise PermanentServiceError(SERVICE, f"{url} is not a valid URL ({error})") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise PermanentServiceError(SERVICE, f"{url} is refused: only http and https URLs are fetched")
    return parsed


async def check_host(host: str, port: int, url: httpx.URL) -> None:
    """Raises PermanentServiceError where the host means a private address, TransientServiceError where it has none.

    The connection checks again the address it goes to; this check comes first so that not even a port of a private
    host is touched, and what a refusal says does not depend on whether that port is open.
    """
    if _is_odd_number(host):
        raise PermanentServiceError(SERVICE, f"{url} is refused: {host} is an address in disguise")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise TransientServiceError(SERVICE, f"{url} failed: the name {host} is not known ({error})") from error
    for *_, place in found:
        address = ip_address(str(place[0]).partition("%")[0])
        if not is_public(address):
            raise refuse_address(url, address)


def refuse_address(url: httpx.URL, where: Address | str) -> PermanentServiceError:
    """The error for an address that is not public; it names the one way to allow it."""
    reason = f"{url} is refused: {where} is not a public address (QUARRY_ALLOW_PRIVATE_HOSTS can list the host)"
    return PermanentServiceError(SERVICE, reason)


def _is_odd_number(host: str) -> bool:
    """True for 127.1, 0x7f000001, 2130706433: resolvers read them as addresses, people and lists do not."""
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError):
        return False
    return str(host) != socket.inet_ntoa(socket.inet_aton(host))


def explain(error: Exception, url: httpx.URL) -> ServiceError:
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
