"""OpenAI's wire format: chat completions, as OpenAI and vLLM endpoints (Qwen) speak it."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel

from tasks.catalog.model_json import read_json
from tasks.clients.accounts import Figures
from tasks.clients.calls import ServiceCaller, ServiceConfig
from tasks.clients.chat import USUAL, Patience, Question, Reply, schema_of
from tasks.clients.pictures import Picture

AnswerFormat = Literal["json_schema", "json_object", "none"]


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice]


class CompletionsChat:
    """`chat.Chat` over POST <endpoint>/chat/completions (the endpoint ends in /v1).

    `answer_format` is how the endpoint is bound to JSON; with "none" only the prompt asks for it.
    `tokens_name` is `max_completion_tokens` for OpenAI's own newer models.
    """

    def __init__(
        self,
        caller: ServiceCaller,
        *,
        answer_format: AnswerFormat = "json_schema",
        tokens_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
        send_temperature: bool = True,
    ) -> None:
        self._caller = caller
        self._answer_format = answer_format
        self._tokens_name = tokens_name
        self._send_temperature = send_temperature

    @property
    def config(self) -> ServiceConfig:
        return self._caller.config

    @property
    def figures(self) -> Figures:
        return self._caller.figures

    async def ask(self, question: Question, patience: Patience = USUAL) -> Reply:
        body: dict[str, Any] = {
            "model": self.config.model,
            self._tokens_name: question.max_tokens,
            "messages": [
                {"role": "system", "content": f"{question.prompt.system}\n{self._ask_for_json(question)}"},
                {"role": "user", "content": [_part(part) for part in question.parts]},
            ],
        }
        if self._send_temperature and question.temperature is not None:
            body["temperature"] = question.temperature
        if self._answer_format == "json_schema":
            schema = {"name": question.prompt.form, "schema": schema_of(question.form)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self._answer_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        choice, paid = await self._caller.post("/chat/completions", body, _read_choice, **patience._asdict())
        return Reply(read_json(choice.message.content or ""), choice.finish_reason == "length", paid)

    def _ask_for_json(self, question: Question) -> str:
        """vLLM shows the model no schema; so the prompt does, whatever else binds the answer."""
        return f"Answer with one JSON object and nothing else. Its JSON schema: {json.dumps(schema_of(question.form))}"


def _part(part: str | Picture) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": part.data_uri}}


def _read_choice(body: Any) -> _Choice:
    choices = _Completion.model_validate(body).choices
    if not choices:
        raise ValueError("the answer has no choices")
    return choices[0]
