"""A question to a chat model and its answer, whichever wire format carries them."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel

from tasks.catalog.prompts import Prompt
from tasks.clients.accounts import Figures
from tasks.clients.calls import Paid, ServiceConfig
from tasks.clients.pictures import Picture


class Question(NamedTuple):
    """One request: the prompt, then texts and images in order, and the form that the answer must have."""

    prompt: Prompt
    parts: tuple[str | Picture, ...]
    form: type[BaseModel]
    max_tokens: int
    temperature: float | None = 0.1  # left out where the model takes none


class Reply(NamedTuple):
    """What the model said: JSON as far as it could be read (else None), and whether it ran out of tokens."""

    value: Any
    truncated: bool
    paid: Paid


class Patience(NamedTuple):
    """Deadlines in seconds of a call with its retries, and of one attempt; None: the service's own."""

    deadline_seconds: float | None = None
    request_seconds: float | None = None


USUAL = Patience()


class Chat(Protocol):
    """A chat model that takes images."""

    @property
    def config(self) -> ServiceConfig: ...

    @property
    def figures(self) -> Figures: ...

    async def ask(self, question: Question, patience: Patience = USUAL) -> Reply:
        """Raises the errors of `ServiceCaller.post`."""


def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """The form's JSON schema with its references written out: not every service follows `$ref`."""
    schema = form.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs", {})
    return _inline(schema, definitions)  # type: ignore[no-any-return]


def _inline(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inline(definitions[node["$ref"].rpartition("/")[2]], definitions)
    titled = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    return {key: _inline(value, definitions) for key, value in titled.items()}
