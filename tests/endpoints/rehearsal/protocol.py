"""What the services have in common: a request is read into a `Call`, which gives its `Answer` when asked.

A reader raises `RefusalError` for what the real service refuses. Reading and answering run in a thread of their own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from rehearsal.draws import Draws
from rehearsal.profiles import Behaviour

CHARS_PER_TOKEN = 4  # the usual rule of thumb for English

Json = dict[str, Any]

_BOUNDARY = re.compile(r'^multipart/.*boundary="?([^";]+)')
_DRAWN_TAG = re.compile(rb"<(/?)([A-Za-z]+)-[0-9a-f]{8,64}(?=[\s>])")  # <document-0123456789abcdef>

_MESSAGES = {
    401: "Invalid API key", 413: "Request too large", 429: "Rate limit exceeded", 500: "Internal server error",
    503: "Service Unavailable", 529: "Overloaded",
}  # fmt: skip


class RefusalError(Exception):
    """The request is not served."""

    def __init__(self, status: int, message: str | None = None, body: Json | None = None) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message or _MESSAGES.get(status, "error")
        self.body = body  # instead of the service's usual envelope


class Request(NamedTuple):
    """One HTTP request; header names are lowercase, `path` begins after the service's prefix."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def content(self) -> bytes:
        """The body without a multipart form's boundary, which a client draws anew each time."""
        boundary = _BOUNDARY.search(self.headers.get("content-type", ""))
        return self.body.replace(boundary[1].encode(), b"") if boundary else self.body

    def json(self) -> Json:
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise RefusalError(400, f"the body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise RefusalError(400, "the body is not a JSON object")
        return value


class Luck:
    """Which faults this request meets, and a tally of them."""

    def __init__(self, behaviour: Behaviour, draws: Draws) -> None:
        self.behaviour = behaviour
        self.draws = draws
        self.met: Counter[str] = Counter()

    def meets(self, fault: str, *names: object) -> bool:
        """Whether the fault of that name (a field of `Behaviour`) strikes, for this request or one item of it."""
        struck = self.draws.happens(fault, getattr(self.behaviour, fault), *names)
        self.met[fault] += struck
        return struck

    def pick_status(self) -> int | None:
        """The error status that strikes, if any."""
        status = self.draws.pick("status", self.behaviour.statuses)
        if status is not None:
            self.met[str(status)] += 1
        return status


class Answer(NamedTuple):
    """A body for status 200. `delivered` are the hashes of the items that got what was asked for."""

    body: Json
    delivered: Sequence[str]
    whole: bool = True
    tokens: int = 0


class Call(NamedTuple):
    """A request that was understood: the hashes of its images (else texts), and what makes the answer."""

    items: Sequence[str]
    answer: Callable[[Luck], Answer]


class ServiceProtocol(Protocol):
    """The wire format of one service."""

    def authorised(self, headers: Mapping[str, str]) -> bool: ...

    def read(self, request: Request) -> Call: ...

    def error(self, status: int, message: str) -> Json: ...

    def no_credits(self) -> RefusalError: ...


def fingerprint(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def text_hash(data: bytes) -> str:
    """The fingerprint of a prompt or a body without what a client draws anew each time: its fences' names."""
    return fingerprint(_DRAWN_TAG.sub(rb"<\1\2", data))


def has_bearer(headers: Mapping[str, str]) -> bool:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(key.strip())


def decode_base64(text: object) -> bytes:
    """Raises RefusalError for what is no base64."""
    if not isinstance(text, str):
        raise RefusalError(400, "an image is not a base64 string")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusalError(400, "an image is not valid base64") from error


def count_tokens(text: str) -> int:
    return -(-len(text) // CHARS_PER_TOKEN)


_OPENAI_TYPES = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_exceeded"}
OPENAI_NO_CREDITS = "You exceeded your current quota, please check your plan and billing details."


def openai_error(status: int, message: str) -> Json:
    """OpenAI's error envelope; an empty account is a 429 told apart by its code only."""
    kind = "insufficient_quota" if message == OPENAI_NO_CREDITS else _OPENAI_TYPES.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": kind if status == 429 else status}}
