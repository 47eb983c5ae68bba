"""Anthropic's Messages API: the answer is a tool's input."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, SecretStr

from tasks.catalog.model_json import read_json
from tasks.clients.accounts import Figures
from tasks.clients.calls import ServiceCaller, ServiceConfig
from tasks.clients.chat import USUAL, Patience, Question, Reply, schema_of
from tasks.clients.pictures import Picture
from tasks.clients.replies import RefusedRequestError

API_VERSION = "2023-06-01"
_NO_FORCED_TOOL = re.compile(r"tool_choice|forc(?:ed|ing) tool", re.IGNORECASE)


class _Block(BaseModel):
    type: str
    text: str = ""
    name: str = ""
    input: Any = None


class _Message(BaseModel):
    content: list[_Block]
    stop_reason: str | None = None


class MessagesChat:
    """`chat.Chat` over POST <endpoint>/v1/messages.

    Models that think before they answer refuse a forced tool (Claude Sonnet 5.5 with status 400): then the tool is only
    asked for, from the first refusal on. Sampling parameters are never sent; the same models refuse them.
    `effort` ("low", "medium", "high") is sent where it is set; older models do not know it.
    """

    def __init__(self, caller: ServiceCaller, *, force_tool: bool = True, effort: str | None = None) -> None:
        self._caller = caller
        self._force_tool = force_tool
        self._effort = effort

    @property
    def config(self) -> ServiceConfig:
        return self._caller.config

    @property
    def figures(self) -> Figures:
        return self._caller.figures

    async def ask(self, question: Question, patience: Patience = USUAL) -> Reply:
        if self._force_tool:
            try:
                return await self._ask(question, patience, force=True)
            except RefusedRequestError as error:
                if not _NO_FORCED_TOOL.search(error.reason):
                    raise
                self._force_tool = False
        return await self._ask(question, patience, force=False)

    async def _ask(self, question: Question, patience: Patience, *, force: bool) -> Reply:
        prompt = question.prompt
        tool = {
            "name": prompt.form, "description": prompt.form_description, "input_schema": schema_of(question.form)
        }  # fmt: skip
        body: dict[str, Any] = {
            "model": self.config.model,
            "max_tokens": question.max_tokens,
            "system": f"{prompt.system}\nAnswer by calling the tool {prompt.form} exactly once.",
            "tools": [tool],
            "tool_choice": {"type": "tool", "name": prompt.form} if force else {"type": "auto"},
            "messages": [{"role": "user", "content": [_part(part) for part in question.parts]}],
        }
        if self._effort:
            body["output_config"] = {"effort": self._effort}
        message, paid = await self._caller.post("/v1/messages", body, _Message.model_validate, **patience._asdict())
        return Reply(_read_tool(message, prompt.form), message.stop_reason == "max_tokens", paid)


def claude_headers(key: SecretStr) -> dict[str, str]:
    """The headers that Anthropic's API asks for."""
    return {"x-api-key": key.get_secret_value(), "anthropic-version": API_VERSION}


def _part(part: str | Picture) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    source = {"type": "base64", "media_type": part.media_type, "data": part.base64}
    return {"type": "image", "source": source}


def _read_tool(message: _Message, name: str) -> Any:
    """The tool's input; JSON in plain words where the model would not call the tool."""
    for block in message.content:
        if block.type == "tool_use" and block.name == name:
            return block.input
    return read_json("\n".join(block.text for block in message.content if block.type == "text"))
