"""OpenAI-compatible chat completions, as vLLM on a Hugging Face endpoint (Qwen) and OpenAI itself speak them."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any

from rehearsal.pictures import Picture
from rehearsal.protocol import (
    CHARS_PER_TOKEN,
    OPENAI_NO_CREDITS,
    Answer,
    Call,
    Json,
    Luck,
    RefusalError,
    Request,
    count_tokens,
    decode_base64,
    fingerprint,
    has_bearer,
    openai_error,
)
from rehearsal.replies import Prompt, Reply, image_index, reply

_DATA_URI = re.compile(r"data:image/[\w.+-]+;base64,")
_PIXELS_PER_TOKEN = 32 * 32  # Qwen3-VL: patches of 16 pixels, merged two by two


class Chat:
    """POST v1/chat/completions. Images are numbered from 0, or as the text part just before each one says."""

    def __init__(self, service: str) -> None:
        self.service = service

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return has_bearer(headers)

    def read(self, request: Request) -> Call:
        asked = request.json()
        if not isinstance(asked.get("model"), str) or not isinstance(asked.get("messages"), list):
            raise RefusalError(400, "'model' and 'messages' are required")
        text, images = _contents(asked["messages"])
        schema, task, tool = _wanted(asked)
        prompt = Prompt(text, images, schema, task)
        return Call(prompt.items, lambda luck: self._answer(asked, prompt, tool, luck))

    def _answer(self, asked: Json, prompt: Prompt, tool: str | None, luck: Luck) -> Answer:
        made = reply(prompt, self.service, luck)
        content, whole = _spoil(json.dumps(made.value), luck)
        limit = asked.get("max_completion_tokens") or asked.get("max_tokens") or math.inf
        finish = "stop"
        if luck.meets("truncated"):
            content, finish, whole = content[: len(content) * 2 // 3], "length", False
        elif count_tokens(content) > limit:
            content, finish, whole = content[: int(limit) * CHARS_PER_TOKEN], "length", False
        return self._envelope(asked, prompt, tool, Reply(content, made.delivered), finish, whole)

    def _envelope(self, asked: Json, prompt: Prompt, tool: str | None, made: Reply, finish: str, whole: bool) -> Answer:
        message: Json = {"role": "assistant", "content": made.value}
        if tool:
            function = {"name": tool, "arguments": made.value}
            message = {"role": "assistant", "content": None, "tool_calls": [
                {"id": "call_1", "type": "function", "function": function}]}  # fmt: skip
        image_tokens = sum(-(-picture.width * picture.height // _PIXELS_PER_TOKEN) for _, picture in prompt.images)
        prompt_tokens, tokens = count_tokens(prompt.text) + image_tokens, count_tokens(made.value)
        body = {
            "id": f"chatcmpl-{fingerprint(made.value.encode())}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": tokens,
                "total_tokens": prompt_tokens + tokens,
            },
        }
        delivered = made.delivered if whole else ()
        complete = whole and len(made.delivered) == len(prompt.items)
        return Answer(body, delivered, complete, prompt_tokens + tokens)

    def error(self, status: int, message: str) -> Json:
        if self.service == "qwen" and status in (401, 402, 503):  # the endpoint's proxy, not the model server
            return {"error": message}
        return openai_error(status, message)

    def no_credits(self) -> RefusalError:
        if self.service == "openai":
            return RefusalError(429, OPENAI_NO_CREDITS)
        return RefusalError(402, "You have insufficient credits: please add a payment method to go on")


def _contents(messages: list[Any]) -> tuple[str, list[tuple[int, Picture]]]:
    """The text of all messages, and the images with their indices."""
    texts: list[str] = []
    images: dict[int, Picture] = {}
    for message in messages:
        content = message.get("content") or ""
        before = ""  # the text part just before an image
        parts: list[Json] = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts:
            if part.get("type") == "text":
                before = part["text"]
                texts.append(before)
            elif part.get("type") == "image_url":
                url = part["image_url"]["url"]
                if not _DATA_URI.match(url):
                    raise RefusalError(400, "image_url is no data: URI of an image")
                images[image_index(before, images)] = Picture(decode_base64(url.partition(",")[2]))
                before = ""
            else:
                raise RefusalError(400, f"unknown content part {part.get('type')!r}")
    return "\n".join(texts), list(images.items())


def _wanted(asked: Json) -> tuple[Json | None, str, str | None]:
    """The schema of the answer, its name, and the function to be called, where the client asks for one."""
    form = asked.get("response_format") or {}
    if form.get("type") == "json_schema":
        return form["json_schema"].get("schema"), form["json_schema"].get("name", ""), None
    for tool in asked.get("tools") or ():
        function = tool["function"]
        return function.get("parameters"), function["name"], function["name"]
    return None, "", None


def _spoil(content: str, luck: Luck) -> tuple[str, bool]:
    """The model's text as it comes: plain, in a fence (still right), or broken in one of three ways."""
    if luck.meets("malformed"):
        broken = (content.replace('":', '" '), "I cannot help with that.", json.dumps({"error": "internal"}))
        return broken[int(luck.draws.number("broken") * len(broken))], False
    return (f"```json\n{content}\n```", True) if luck.meets("fenced") else (content, True)
