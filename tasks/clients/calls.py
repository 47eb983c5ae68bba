"""The one way a request goes to an outside service.

Budget, then attempts: breaker, slot, request, verdict. The slot is held for the request only; back-off, waking up and
waiting happen without it. The deadline covers the attempts and their back-off, never the wait for a slot or a start.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, TypeVar

import httpx
from pydantic import SecretStr

from tasks.catalog.services import Breaker, Permit, Refusal
from tasks.clients.accounts import Account, Figures
from tasks.clients.clocks import WorkClock
from tasks.clients.errors import (
    NoAnswerInTimeError,
    PermanentServiceError,
    ServiceError,
    ServiceParkedError,
    TransientServiceError,
)
from tasks.clients.pricing import Price, SharedSeconds, Usage
from tasks.clients.replies import EndpointLoadingError, check_reply, is_overload, read_usage
from tasks.clients.retries import call_with_retries
from tasks.clients.wakeups import POLL_SECONDS, WAKE_SECONDS, WakeGate

Slot = Callable[[], AbstractAsyncContextManager[object]]
Trace = Callable[[str, dict[str, Any]], Awaitable[None]]  # httpx's trace extension
Result = TypeVar("Result")

_STALE_SECONDS = 0.5  # a breaker's word is asked for again after a longer wait; asking holds the slot for about 2 ms


class ServiceConfig(NamedTuple):
    """Where a service is and how patient its client is. Times are seconds."""

    service: str  # also its breaker's and its figures' name
    endpoint: str  # without the path of the operation
    model: str
    key: SecretStr | None = None
    price: Price = Price()
    deadline_seconds: float = 120.0  # of one call with its retries (first seed)
    request_seconds: float = 90.0  # of one attempt, so that a hanging one leaves time for another
    connect_seconds: float = 10.0
    retries: int = 3  # first seed
    first_wait_seconds: float = 1.0  # before the first retry; doubles
    longest_wait_seconds: float = 60.0  # a Retry-After beyond it is left to the next layer
    wake_seconds: float = WAKE_SECONDS
    poll_seconds: float = POLL_SECONDS


class Paid(NamedTuple):
    """What a reply used and cost."""

    usage: Usage
    cost_usd: float


def open_http() -> httpx.AsyncClient:
    """The client that all services of a process share. Redirects are not followed: a key goes where it was meant."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    return httpx.AsyncClient(limits=limits, follow_redirects=False, headers={"Accept": "application/json"})


def bearer_headers(key: SecretStr | None) -> dict[str, str]:
    """How all services but Anthropic's take a key."""
    return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}


class ServiceCaller:
    """Calls one service. One per service, process and event loop; jobs share it.

    `slot` is entered for each request; `account` says at each request whose budget and figures count. `headers` carry
    the key where it does not go as a bearer token.
    """

    def __init__(
        self,
        config: ServiceConfig,
        *,
        http: httpx.AsyncClient,
        slot: Slot,
        breaker: Breaker,
        account: Callable[[], Account],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.config = config
        self._http = http
        self._slot = slot
        self._breaker = breaker
        self._account = account
        self._headers = {"Content-Type": "application/json", **(headers or bearer_headers(config.key))}
        self._gate = WakeGate(config.service, wake_seconds=config.wake_seconds, poll_seconds=config.poll_seconds)
        self._gpu = SharedSeconds()

    @property
    def figures(self) -> Figures:
        """The current job's figures of this service."""
        return self._account().figures[self.config.service]

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        read: Callable[[Any], Result],
        *,
        deadline_seconds: float | None = None,
        request_seconds: float | None = None,
    ) -> tuple[Result, Paid]:
        """What `read` makes of the JSON that `path` answers, and what the answer cost.

        A ValueError of `read` (pydantic's included) is an answer that cannot be used: the call is made again, but it
        is not held against the service. Raises TransientServiceError, PermanentServiceError, ServiceParkedError or
        BudgetReachedError.
        """
        clock = WorkClock(deadline_seconds or self.config.deadline_seconds)
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        seconds = request_seconds or self.config.request_seconds
        attempts = 0

        async def attempt() -> tuple[Result, Paid]:
            nonlocal attempts
            attempts += 1
            self.figures.retries += attempts > 1
            with clock.stopped():
                return await self._gate.send(lambda: self._attempt(path, content, read, clock, seconds))

        try:
            async with clock.running():
                return await self._retry(attempt)
        except TimeoutError as error:
            reason = f"no answer within {clock.seconds:g} s, retries included"
            raise NoAnswerInTimeError(self.config.service, reason) from error

    async def _retry(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        return await call_with_retries(
            attempt,
            attempts=self.config.retries + 1,
            first_wait_seconds=self.config.first_wait_seconds,
            longest_wait_seconds=self.config.longest_wait_seconds,
        )

    async def _attempt(
        self, path: str, content: bytes, read: Callable[[Any], Result], clock: WorkClock, seconds: float
    ) -> tuple[Result, Paid]:
        """One request: reserved, permitted and in a slot; its cost is settled and its verdict told in any case."""
        service, account = self.config.service, self._account()
        expected, paid = account.budget.reserve(service), None
        try:
            body, paid = await self._send(path, content, clock, seconds)
            return read(body), paid
        except ValueError as error:
            self.figures.failed += 1
            raise TransientServiceError(service, f"the answer cannot be used: {error}") from error
        finally:
            account.budget.settle(service, expected, paid.cost_usd if paid else None)

    async def _send(self, path: str, content: bytes, clock: WorkClock, seconds: float) -> tuple[Any, Paid]:
        service = self.config.service
        permit, asked = await self._admit(), time.monotonic()
        tell: Callable[[str, Permit], Awaitable[None]] = self._breaker.release
        try:
            async with self._slot() as held:
                if permit.probe is None and time.monotonic() - asked > _STALE_SECONDS:
                    permit = await self._admit()  # the breaker may have opened while this call waited for its turn
                with clock.counting():
                    # A slot of a rate wants to know when the request has been sent: its window begins there.
                    answered = await self._request(path, content, seconds, getattr(held, "trace", None))
            tell = self._breaker.succeed
            return answered
        except ServiceError as error:
            self.figures.failed += not isinstance(error, ServiceParkedError | EndpointLoadingError)
            tell = self._breaker.fail if is_overload(error) else self._judge(error)
            raise
        except asyncio.CancelledError:
            tell = self._breaker.fail if clock.expired else self._breaker.release
            raise
        finally:
            await tell(service, permit)

    def _judge(self, error: ServiceError) -> Callable[[str, Permit], Awaitable[None]]:
        """A refusal shows that the service is up; what was never answered shows nothing."""
        told = error.status is not None and not isinstance(error, EndpointLoadingError)
        return self._breaker.succeed if told else self._breaker.release

    async def _admit(self) -> Permit:
        verdict = await self._breaker.ask(self.config.service)
        if isinstance(verdict, Refusal):
            self.figures.parked += 1
            reason = "its circuit breaker is open after repeated overload; nothing was sent"
            raise ServiceParkedError(self.config.service, reason, retry_after=verdict.wait_seconds)
        return verdict

    async def _request(self, path: str, content: bytes, seconds: float, trace: Trace | None) -> tuple[Any, Paid]:
        figures, usage, mark = self.figures, Usage(), self._gpu.start()
        figures.requests += 1
        body: Any = None
        try:
            body = await self._exchange(path, content, seconds, trace)
            usage = read_usage(body)
        finally:
            usage = usage._replace(gpu_seconds=self._gpu.stop(mark))
            paid = Paid(usage, self.config.price.cost(usage))
            figures.input_tokens += usage.input_tokens
            figures.output_tokens += usage.output_tokens
            figures.cost_usd += paid.cost_usd
        return body, paid

    async def _exchange(self, path: str, content: bytes, seconds: float, trace: Trace | None) -> Any:
        """The JSON of one answer; a ServiceError for everything else."""
        service, timeout = self.config.service, httpx.Timeout(seconds, connect=self.config.connect_seconds)
        url = f"{self.config.endpoint.rstrip('/')}{path}"
        extensions = {"trace": trace} if trace else None
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.post(
                    url, content=content, headers=self._headers, timeout=timeout, extensions=extensions
                )
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NoAnswerInTimeError(service, f"no answer within {seconds:g} s") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise PermanentServiceError(service, f"the request cannot be sent: {error}") from error
        except httpx.HTTPError as error:
            raise TransientServiceError(service, f"{type(error).__name__}: {error}") from error
        check_reply(service, response)
        try:
            return response.json()
        except ValueError as error:
            reason = f"answered {response.status_code} with what is no JSON"
            raise TransientServiceError(service, reason, status=response.status_code) from error
