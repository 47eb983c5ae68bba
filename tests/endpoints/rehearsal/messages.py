"""Anthropic's Messages API, as far as Claude is used here: text and images in, one forced tool call or text out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from rehearsal.pictures import Picture
from rehearsal.protocol import (
    CHARS_PER_TOKEN,
    Answer,
    Call,
    Json,
    Luck,
    RefusalError,
    Request,
    count_tokens,
    decode_base64,
    fingerprint,
)
from rehearsal.replies import Prompt, image_index, reply

# Anthropic's documented limits: base64 bytes of one image; sides in pixels, lower from 21 images on; pixels per token
_IMAGE_BYTES = 5 * 2**20
_SIDE, _SIDE_OF_MANY, _MANY = 8000, 2000, 20
_PIXELS_PER_TOKEN, _MAX_IMAGE_TOKENS = 750, 1600
_ERRORS = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip


class Messages:
    """POST v1/messages."""

    service = "claude"

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return bool(headers.get("x-api-key"))

    def read(self, request: Request) -> Call:
        if "anthropic-version" not in request.headers:
            raise RefusalError(400, "anthropic-version: header is required")
        asked = request.json()
        for name in ("model", "messages", "max_tokens"):
            if name not in asked:
                raise RefusalError(400, f"{name}: Field required")
        text, images = _contents(asked)
        tool = _forced_tool(asked)
        prompt = Prompt(text, images, tool.get("input_schema"), tool.get("name", ""))
        return Call(prompt.items, lambda luck: self._answer(asked, prompt, luck))

    def _answer(self, asked: Json, prompt: Prompt, luck: Luck) -> Answer:
        made = reply(prompt, self.service, luck)
        value, text, stop, whole = made.value, json.dumps(made.value), "tool_use" if prompt.task else "end_turn", True
        if luck.meets("malformed"):
            # A refusal in words, or a tool call with fields of the wrong kind.
            wrong = luck.draws.number("broken") < 0.5
            value, text, whole = (
                dict.fromkeys(value, "n/a") if wrong else None,
                "I'm sorry, I cannot do that.",
                False,
            )
        if luck.meets("truncated") or count_tokens(text) > asked["max_tokens"]:
            value, stop, whole = _halve(value), "max_tokens", False
            text = text[: int(min(len(text) * 2 / 3, asked["max_tokens"] * CHARS_PER_TOKEN))]
        tokens = count_tokens(text)
        body = {
            "id": f"msg_{fingerprint(text.encode())}",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": [_block(prompt.task, value, text)],
            "stop_reason": stop if value is not None or stop == "max_tokens" else "end_turn",
            "stop_sequence": None,
            "usage": {
                "input_tokens": _input_tokens(prompt),
                "output_tokens": tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        }
        complete = whole and len(made.delivered) == len(prompt.items)
        return Answer(body, made.delivered if whole else (), complete, _input_tokens(prompt) + tokens)

    def error(self, status: int, message: str) -> Json:
        return {"type": "error", "error": {"type": _ERRORS.get(status, "api_error"), "message": message}}

    def no_credits(self) -> RefusalError:
        # Really a 400, told apart from a wrong request by its words only.
        return RefusalError(
            400,
            "Your credit balance is too low to access the Anthropic API. "
            "Please go to Plans & Billing to upgrade or purchase credits.",
        )


def _block(tool: str, value: Any, text: str) -> Json:
    if not tool or value is None:
        return {"type": "text", "text": text}
    return {"type": "tool_use", "id": f"toolu_{fingerprint(text.encode())}", "name": tool, "input": value}


def _halve(value: Any) -> Any:
    """What is left of a tool's input when the tokens run out: the first half of the lists in it."""
    if not isinstance(value, dict):
        return value
    return {name: each[: len(each) // 2] for name, each in value.items() if isinstance(each, list)}


def _forced_tool(asked: Json) -> Json:
    """The tool that must be called; none where the client leaves it to the model or gives no tools."""
    choice = asked.get("tool_choice") or {}
    tools: list[Json] = asked.get("tools") or []
    if choice.get("type") == "any" and tools:
        return tools[0]
    if choice.get("type") != "tool":
        return {}
    for tool in tools:
        if tool.get("name") == choice.get("name"):
            return tool
    raise RefusalError(400, f"tool_choice: tool {choice.get('name')!r} not found in provided tools")


def _contents(asked: Json) -> tuple[str, list[tuple[int, Picture]]]:
    """The text of all messages, and the images with their indices; each image is checked as the service does."""
    texts: list[str] = []
    images: dict[int, Picture] = {}
    for message in asked["messages"]:
        content = message.get("content") or ""
        before = ""  # the text block just before an image
        blocks: list[Json] = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if block.get("type") == "text":
                before = block["text"]
                texts.append(before)
            elif block.get("type") == "image":
                images[image_index(before, images)] = _image(block["source"])
                before = ""
    sides = [max(picture.width, picture.height) for picture in images.values()]
    limit = _SIDE_OF_MANY if len(images) > _MANY else _SIDE
    if max(sides, default=0) > limit:
        raise RefusalError(400, f"image dimensions exceed max allowed size: {limit} pixels")
    return "\n".join(texts), list(images.items())


def _image(source: Json) -> Picture:
    if source.get("type") != "base64":
        raise RefusalError(400, "image.source.type: only base64 is served here")
    if len(source["data"]) > _IMAGE_BYTES:
        raise RefusalError(400, f"image exceeds 5 MB maximum: {len(source['data'])} bytes > {_IMAGE_BYTES} bytes")
    picture = Picture(decode_base64(source["data"]))
    if (stated := source.get("media_type")) != f"image/{picture.format}":
        raise RefusalError(
            400,
            f"The image was specified using the {stated} media type, but the image appears to be a "
            f"image/{picture.format} image",
        )
    return picture


def _input_tokens(prompt: Prompt) -> int:
    pixels = (picture.width * picture.height for _, picture in prompt.images)
    return count_tokens(prompt.text) + sum(min(_MAX_IMAGE_TOKENS, math.ceil(n / _PIXELS_PER_TOKEN)) for n in pixels)
