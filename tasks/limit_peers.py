"""What the processes tell each other of the caps, by Postgres' LISTEN and NOTIFY: who waits, who holds, what came free.

Messages make turns fair and hand-overs quick. Nothing depends on them: without a database that passes them (a pooler in
transaction mode does not) processes ask the Prefect server every quarter of a second instead.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg

from tasks.limit_shares import Claim

logger = logging.getLogger("quarry.limits")

CHANNEL = "quarry_limits"
# A claim is repeated every second; one that was not heard for so long is gone.
CLAIM_SECONDS = 1.0
STALE_SECONDS = 3.0
_RECONNECT_SECONDS = 2.0
PROCESS = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class Peers:
    """The other processes, as heard. Lives on one event loop; `dsn` is called in a thread."""

    def __init__(self, dsn: Callable[[], str]) -> None:
        self._dsn = dsn
        self._process = f"{PROCESS}-{uuid.uuid4().hex[:4]}"
        self._heard: dict[str, dict[str, tuple[float, Claim]]] = {}
        self._outbox: dict[tuple[str, str], dict[str, Any]] = {}
        self._wake = asyncio.Event()
        self._told = False
        self.connected = False
        self.on_freed: Callable[[str], None] = lambda name: None

    def claims(self, name: str) -> list[Claim]:
        """What the other processes last said of a limit."""
        now = time.monotonic()
        heard = list(self._heard.get(name, {}).values())  # a copy: other threads ask
        return [claim for at, claim in heard if now - at < STALE_SECONDS and (claim.waiting or claim.held)]

    def tell(self, name: str, claim: Claim) -> None:
        message = {"l": name, "w": claim.waiting, "h": claim.held, "a": round(claim.hungry_seconds, 2)}
        self._post("claim", name, message)

    def tell_freed(self, name: str) -> None:
        self._post("freed", name, {"l": name, "f": 1})

    def _post(self, kind: str, name: str, message: dict[str, Any]) -> None:
        if self.connected:
            self._outbox[kind, name] = message
            self._wake.set()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                await self._converse(await asyncio.to_thread(self._dsn))
            except Exception as error:  # the edge of a background task: fairness gets worse, nothing else
                if not self._told:
                    logger.warning("processes do not hear of each other's waiting calls: %s", type(error).__name__)
                    self._told = True
            self.connected = False
            self._heard.clear()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _converse(self, dsn: str) -> None:
        connect = psycopg.AsyncConnection.connect
        async with (
            await connect(dsn, autocommit=True, prepare_threshold=None) as listener,
            await connect(dsn, autocommit=True, prepare_threshold=None) as speaker,
        ):
            await listener.execute(f"listen {CHANNEL}")
            self._outbox.clear()
            self.connected = True
            speaking = asyncio.create_task(self._speak(speaker))
            try:
                while not speaking.done():
                    async for notice in listener.notifies(timeout=STALE_SECONDS):
                        self._hear(json.loads(notice.payload))
                await speaking
            finally:
                speaking.cancel()

    async def _speak(self, speaker: psycopg.AsyncConnection[Any]) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            messages, self._outbox = list(self._outbox.values()), {}
            payloads = [json.dumps({"p": self._process, **message}) for message in messages]
            await speaker.execute("select pg_notify(%s, payload) from unnest(%s::text[]) payload", (CHANNEL, payloads))

    def _hear(self, message: dict[str, Any]) -> None:
        if message["p"] == self._process:
            return
        if "f" in message:
            self.on_freed(message["l"])
            return
        claim = Claim(message["w"], message["h"], message["a"])
        self._heard.setdefault(message["l"], {})[message["p"]] = (time.monotonic(), claim)


async def listen_for_waiting(dsn: str, seconds: float) -> dict[str, int]:
    """Calls waiting for each limit in all processes, from what they say within `seconds`."""
    waiting: dict[tuple[str, str], int] = {}
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as listener:
        await listener.execute(f"listen {CHANNEL}")
        async for notice in listener.notifies(timeout=seconds):
            message = json.loads(notice.payload)
            if "w" in message:
                waiting[message["l"], message["p"]] = message["w"]
    totals: dict[str, int] = {}
    for (name, _), count in waiting.items():
        totals[name] = totals.get(name, 0) + count
    return totals
