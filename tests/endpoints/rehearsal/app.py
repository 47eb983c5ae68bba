"""The ASGI application: counts each request in and out, and decides which fault it meets.

POST /qwen/v1/chat/completions     /openai/v1/chat/completions   /openai/v1/embeddings
POST /claude/v1/messages           /voyage/v1/embeddings         /slig
POST, PUT /storage/v1/object/<bucket>/<path>                     POST /plain
GET  /<service>/health             200, or 503 while the endpoint is cold; wakes it
GET  /stats[?arrivals=1]           the counters of all services
POST /reset                        forget the counters
POST /profile                      {"profile": name, "seed": 1, "services": {"qwen" or "*": {behaviour...}}}
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

from rehearsal.chat import Chat
from rehearsal.decisions import body_hash, check, deliver, latency, loading, make, refuse
from rehearsal.draws import Draws
from rehearsal.embeddings import Embeddings
from rehearsal.messages import Messages
from rehearsal.profiles import FASTEST, Behaviour, build
from rehearsal.protocol import Json, Luck, RefusalError, Request, ServiceProtocol
from rehearsal.slig import Slig
from rehearsal.state import Service
from rehearsal.storage import Plain, Storage
from rehearsal.wire import Receive, Reply, Send, read_body, send_reply, wait_gone, work_on


class Rehearsal:
    """All services with one profile and seed."""

    def __init__(self, profile: str = FASTEST, seed: int = 1, services: Mapping[str, Json] | None = None) -> None:
        self._behaviours: dict[str, Behaviour] = {}
        self._seed = seed
        self._services: dict[str, Service] = {}
        self.set_profile(profile, seed, services)
        self.reset()

    def reset(self) -> None:
        """Forget what was counted and stored; requests still in flight are no longer counted anywhere."""
        self._services = {name: Service(behaviour) for name, behaviour in self._behaviours.items()}
        self._routes: dict[str, tuple[str, ServiceProtocol]] = {
            "qwen/v1/chat/completions": ("qwen", Chat("qwen")),
            "openai/v1/chat/completions": ("openai", Chat("openai")),
            "openai/v1/embeddings": ("openai", Embeddings("openai")),
            "voyage/v1/embeddings": ("voyage", Embeddings("voyage")),
            "claude/v1/messages": ("claude", Messages()),
            "slig": ("slig", Slig()),
            "storage/v1": ("uploads", Storage()),
            "plain": ("plain", Plain()),
        }

    def set_profile(self, profile: str, seed: int | None = None, services: Mapping[str, Json] | None = None) -> None:
        """Behave differently from now on; the counters go on. Raises ValueError for what is unknown."""
        self._behaviours = build(profile, services)
        self._profile = profile
        self._seed = self._seed if seed is None else seed
        for name, service in self._services.items():
            service.use(self._behaviours[name])

    def stats(self, *, arrivals: bool = False) -> Json:
        services = {name: service.report(arrivals=arrivals) for name, service in self._services.items()}
        return {"profile": self._profile, "seed": self._seed, "now": time.monotonic(), "services": services}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await read_body(receive)
        arrived = time.monotonic()
        if body is None:
            return
        path = scope["path"].strip("/")
        for prefix, (name, protocol) in self._routes.items():
            if scope["method"] != "GET" and (path == prefix or path.startswith(f"{prefix}/")):
                headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
                request = Request(scope["method"], path[len(prefix) :].strip("/"), headers, body)
                await self._serve(name, protocol, request, arrived, receive, send)
                return
        status, value = self._control(scope["method"], path, scope["query_string"], body)
        await send_reply(send, Reply(status, json.dumps(value).encode()))

    def _control(self, method: str, path: str, query: bytes, body: bytes) -> tuple[int, Json]:
        if (method, path) == ("GET", "stats"):
            return 200, self.stats(arrivals=b"arrivals=1" in query)
        if (method, path) == ("POST", "reset"):
            self.reset()
            return 200, {"ok": True}
        if (method, path) == ("POST", "profile"):
            try:
                self.set_profile(**json.loads(body))
            except (ValueError, TypeError) as error:
                return 400, {"error": str(error)}
            return 200, {"profile": self._profile, "seed": self._seed}
        name, _, rest = path.partition("/")
        if method == "GET" and rest == "health" and name in self._services:
            left = self._services[name].warm(time.monotonic())
            return (503, loading(left)) if left else (200, {"status": "ok"})
        return 404, {"error": f"nothing at {method} /{path}"}

    async def _serve(
        self, name: str, protocol: ServiceProtocol, request: Request, arrived: float, receive: Receive, send: Send
    ) -> None:
        service = self._services[name]
        wait = service.arrive(arrived)
        if wait is not None:
            digest = await work_on(request.body, body_hash, request)
            service.attempt(digest, arrived)
            reply = refuse(service, protocol, RefusalError(429), digest, wait)
        else:
            work = asyncio.create_task(self._work(name, service, protocol, request, arrived))
            gone = asyncio.create_task(wait_gone(receive))
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            if not work.done():
                work.cancel()
                service.abandoned += 1
                service.leave(time.monotonic())
                return
            service.leave(time.monotonic())
            digest, reply = work.result()
            if reply.status == 200:
                service.pay(digest, reply.items, whole=reply.whole)
        service.statuses[reply.status] += 1
        await send_reply(send, reply)

    async def _work(
        self, name: str, service: Service, protocol: ServiceProtocol, request: Request, arrived: float
    ) -> tuple[str, Reply]:
        """The hash of the request's bytes, and what is sent back when the latency is over."""
        limits, out = service.behaviour, service.is_out(arrived)
        digest = await work_on(request.body, body_hash, request)
        luck = Luck(limits, Draws(self._seed, name, digest, service.attempt(digest, arrived)))
        try:
            check(service, protocol, request, luck, out=out)
            if luck.meets("hang"):
                await asyncio.Event().wait()
            made = await work_on(request.body, make, protocol, request, luck)
            service.count(made.items, made.answer.tokens)
            await asyncio.sleep(max(0.0, arrived + latency(luck, made.items) - time.monotonic()))
            return digest, deliver(made, luck)
        except RefusalError as refusal:
            return digest, refuse(service, protocol, refusal, digest, limits.retry_after)
        finally:
            service.faults.update(+luck.met)
