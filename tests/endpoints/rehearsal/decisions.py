"""What becomes of one request: refused, or answered, and when."""

from __future__ import annotations

import json
import math
import time
from typing import NamedTuple

from rehearsal.protocol import Answer, Json, Luck, RefusalError, Request, ServiceProtocol, text_hash
from rehearsal.state import Service
from rehearsal.wire import Reply

_WAITABLE = (429, 503, 529)  # statuses that carry Retry-After
_CLOCK_SECONDS = 0.05  # by which a client may come early without being called impatient


class Made(NamedTuple):
    """An answer before it is delivered."""

    items: int
    answer: Answer
    body: bytes


def body_hash(request: Request) -> str:
    """What makes a request the same as an earlier one."""
    return text_hash(request.path.encode() + b"\0" + request.content())


def check(service: Service, protocol: ServiceProtocol, request: Request, luck: Luck, *, out: bool) -> None:
    """Raises RefusalError as the service's front door does, before the request is read."""
    limits = service.behaviour
    if limits.bad_key or not protocol.authorised(request.headers):
        raise RefusalError(401)
    if limits.quota:
        raise protocol.no_credits()
    if limits.max_body_bytes is not None and len(request.body) > limits.max_body_bytes:
        raise RefusalError(413)
    if left := service.warm(time.monotonic()):
        raise RefusalError(503, body=loading(left))
    if out:
        raise RefusalError(limits.outage_status)
    if (status := luck.pick_status()) is not None:
        raise RefusalError(status)


def make(protocol: ServiceProtocol, request: Request, luck: Luck) -> Made:
    """Read the request and make its answer; slow, so in a thread. Raises RefusalError for what the service refuses."""
    limits = luck.behaviour
    try:
        call = protocol.read(request)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise RefusalError(400, f"the request has not the expected shape: {error!r}") from error
    items = len(call.items)
    if limits.max_items is not None and items > limits.max_items:
        # The words of vLLM, which serves the vision model.
        raise RefusalError(
            limits.max_items_status, f"At most {limits.max_items} image(s) may be provided in one prompt."
        )
    answer = call.answer(luck)
    return Made(items, answer, json.dumps(answer.body).encode())


def latency(luck: Luck, items: int) -> float:
    """Seconds from the request's last byte to its answer."""
    limits = luck.behaviour
    spread = 1 + limits.jitter * (2 * luck.draws.number("jitter") - 1)
    return (limits.base_seconds + limits.item_seconds * items) * spread


def deliver(made: Made, luck: Luck) -> Reply:
    if luck.meets("cut"):
        return Reply(200, made.body, cut=True)
    return Reply(200, made.body, items=tuple(made.answer.delivered), whole=made.answer.whole)


def refuse(service: Service, protocol: ServiceProtocol, refusal: RefusalError, digest: str, wait: float) -> Reply:
    """The refusal in the service's own envelope, with Retry-After where the status says to wait."""
    envelope = refusal.body or protocol.error(refusal.status, refusal.message)
    retry_after = max(1, math.ceil(wait)) if refusal.status in _WAITABLE and refusal.body is None else None
    if retry_after is not None:
        service.refuse_until(digest, time.monotonic() + retry_after - _CLOCK_SECONDS)
    return Reply(refusal.status, json.dumps(envelope).encode(), retry_after)


def loading(seconds: float) -> Json:
    """A Hugging Face endpoint that is being woken."""
    return {"error": "Model is currently loading", "estimated_time": round(seconds, 1)}
