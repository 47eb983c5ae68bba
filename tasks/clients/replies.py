"""What a service's refusal means: whether it may go well later, and whether it is a sign of overload."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from tasks.clients.errors import PermanentServiceError, ServiceError, TransientServiceError
from tasks.clients.pricing import Usage
from tasks.clients.retries import read_retry_after

_TRANSIENT_STATUSES = frozenset({408, 409, 425, 429})  # and all of 5xx; 529 is Anthropic's "overloaded"
_ACCOUNT_STATUSES = frozenset({401, 402, 403})
_QUOTA = re.compile(
    r"insufficient[_ ](?:quota|credit|balance|funds)|credit balance|billing|exceeded your (?:current )?quota"
    r"|payment required|out of credits|no credits|spending limit|quota (?:is )?exhausted",
    re.IGNORECASE,
)
_LOADING = re.compile(r"loading|starting|initiali[sz]ing|scal(?:ed|ing)|warming", re.IGNORECASE)
_NOT_OVERLOAD = frozenset({408, 409, 425})
_MESSAGE_CHARS = 300


class EndpointLoadingError(TransientServiceError):
    """The endpoint was scaled to zero and is starting: no failure, but nothing to send yet."""

    retry_at_once = False


class RefusedRequestError(PermanentServiceError):
    """The service did not like this very request (400, 413, 422): a smaller or another one may be answered."""


def check_reply(service: str, response: httpx.Response) -> None:
    """Return for a 2xx; raise what any other status means."""
    status = response.status_code
    if response.is_success:
        return
    message = _message(response)
    reason = f"answered {status}: {message}" if message else f"answered {status} {response.reason_phrase}"
    wait = read_retry_after(response.headers.get("retry-after"))
    if _QUOTA.search(message) or status == httpx.codes.PAYMENT_REQUIRED:
        raise PermanentServiceError(service, f"quota or billing: {reason}", status=status)
    if status in _ACCOUNT_STATUSES:
        raise PermanentServiceError(service, f"the key is not accepted: {reason}", status=status)
    if status == httpx.codes.SERVICE_UNAVAILABLE and _LOADING.search(message):
        raise EndpointLoadingError(service, reason, status=status, retry_after=_estimate(response) or wait)
    if status in _TRANSIENT_STATUSES or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise TransientServiceError(service, reason, status=status, retry_after=wait)
    if status in (400, 413, 422):
        raise RefusedRequestError(service, reason, status=status)
    raise PermanentServiceError(service, reason, status=status)


def is_overload(error: ServiceError) -> bool:
    """Whether the breaker should know: timeouts, lost connections, 429 and 5xx; never what we did wrong."""
    if not isinstance(error, TransientServiceError) or isinstance(error, EndpointLoadingError):
        return False
    # A 200 whose body is no JSON is a service that works, but not well.
    return error.status is None or (error.status not in _NOT_OVERLOAD and error.status >= 400)


def _message(response: httpx.Response) -> str:
    """The error's own words, from the shapes that services use; else the body's beginning."""
    text = response.text
    try:
        body = json.loads(text)
    except ValueError:
        return text[:_MESSAGE_CHARS]
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        words = [str(error[name]) for name in ("type", "code", "message", "detail", "error") if error.get(name)]
        return ": ".join(words)[:_MESSAGE_CHARS] or text[:_MESSAGE_CHARS]
    return str(error)[:_MESSAGE_CHARS]


def _estimate(response: httpx.Response) -> float | None:
    """Seconds until the endpoint is up, as Hugging Face's proxy guesses them."""
    try:
        seconds = response.json().get("estimated_time")
    except (ValueError, AttributeError):
        return None
    return max(1.0, float(seconds)) if isinstance(seconds, int | float) else None


def read_usage(body: Any) -> Usage:
    """The tokens that an answer says it used: OpenAI's, Anthropic's or Voyage's form; none where it says nothing."""
    used = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(used, dict):
        return Usage()

    def count(*names: str) -> int:
        values = (used.get(name) for name in names)
        return next((max(0, value) for value in values if isinstance(value, int)), 0)

    cached = count("cache_creation_input_tokens") + count("cache_read_input_tokens")
    tokens_in = count("input_tokens", "prompt_tokens", "total_tokens") + cached
    return Usage(tokens_in, count("output_tokens", "completion_tokens"))
