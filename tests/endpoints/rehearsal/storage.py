"""A sink that speaks Supabase Storage's upload: POST (or PUT to replace) storage/v1/object/<bucket>/<path>."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from rehearsal.protocol import Answer, Call, Json, RefusalError, Request, fingerprint, has_bearer

_DUPLICATE = "The resource already exists"


class Storage:
    """Remembers which objects it has, by their hash; their bytes are not kept."""

    def __init__(self) -> None:
        self.objects: dict[str, str] = {}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return has_bearer(headers)

    def read(self, request: Request) -> Call:
        bucket, _, path = request.path.removeprefix("object/").partition("/")
        if not request.path.startswith("object/") or not bucket or not path:
            raise RefusalError(404, "the path is object/<bucket>/<path>")
        key, digest = f"{bucket}/{path}", fingerprint(request.content())
        replaces = request.method == "PUT" or request.headers.get("x-upsert") == "true"
        if key in self.objects and not replaces:
            raise RefusalError(400, _DUPLICATE)
        item = fingerprint(f"{key}|{digest}".encode())
        return Call([item], lambda _luck: self._store(key, digest, item))

    def _store(self, key: str, digest: str, item: str) -> Answer:
        self.objects[key] = digest
        return Answer({"Key": key, "Id": str(uuid.uuid5(uuid.NAMESPACE_URL, key))}, [item])

    def error(self, status: int, message: str) -> Json:
        if message == _DUPLICATE:  # 400 over HTTP, 409 in the body
            return {"statusCode": "409", "error": "Duplicate", "message": message}
        return {"statusCode": str(status), "error": "Error", "message": message}

    def no_credits(self) -> RefusalError:
        return RefusalError(402, "Exceeded the storage quota of the plan")


class Plain:
    """POST plain with anything: the answer is {"ok": true}. For measuring how caps are held."""

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return True

    def read(self, request: Request) -> Call:
        item = fingerprint(request.body)
        return Call([item], lambda _luck: Answer({"ok": True}, [item]))

    def error(self, status: int, message: str) -> Json:
        return {"error": message}

    def no_credits(self) -> RefusalError:
        return RefusalError(402, "no credits left")
