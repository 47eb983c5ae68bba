"""What the rehearsed service does not play: a model that refuses to be forced to a tool. Over a transport of ours."""

import json
from typing import Any

import httpx

from tasks.catalog import prompts
from tasks.catalog.model_forms import ProductsForm
from tasks.clients.chat import Question
from tasks.clients.claude import MessagesChat

REFUSED = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": "tool_choice: forcing tool use is not supported"},
}
CALLED = {
    "content": [
        {"type": "thinking", "thinking": ""},
        {"type": "tool_use", "name": "record_products", "input": {"products": []}},
    ],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 3},
}


async def test_a_model_that_refuses_a_forced_tool_is_asked_for_it(lab: Any) -> None:
    choices: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        choices.append(body["tool_choice"])
        assert not {"temperature", "top_p", "top_k"} & body.keys()
        return (
            httpx.Response(200, json=CALLED) if choices[-1] == {"type": "auto"} else httpx.Response(400, json=REFUSED)
        )

    await lab.http.aclose()
    lab.http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    chat = MessagesChat(lab.caller("claude"))
    question = Question(prompts.PRODUCTS, ("text",), ProductsForm, 100)
    for _ in range(2):
        reply = await chat.ask(question)
        assert reply.value == {"products": []}
        assert reply.paid.usage[:2] == (13, 5)
    assert [choice["type"] for choice in choices] == ["tool", "auto", "auto"]
