"""A question whose answer is a filled-in form: asked until it is usable, remembered before it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.catalog.model_json import has_list
from tasks.catalog.services import Answer, answer_key
from tasks.clients.chat import Chat, Patience, Question, Reply
from tasks.clients.errors import ServiceError, TransientServiceError
from tasks.clients.remembered import Keep, Remembered


class Wanted(NamedTuple):
    """What makes a reply usable: the list that it must hold (None: any object), and what one that ran out of tokens is.

    It says that the text is to be split, or is of no use, or else counts for as far as it came.
    """

    list_name: str | None = None
    may_split: bool = False
    only_whole: bool = False


class FormAsker:
    """Asks one `Chat`. One per engine and event loop."""

    def __init__(self, chat: Chat, remembered: Remembered, attempts: int) -> None:
        """`attempts`: requests for an answer that is no form."""
        self._chat, self._remembered, self._attempts = chat, remembered, attempts

    async def ask(self, question: Question, inputs: object, wanted: Wanted, patience: Patience) -> Mapping[str, Any]:
        """{"value": ...}, or {"split": true} for a text that is too much for one answer. Remembered.

        `inputs` are what the answer depends on beside the prompt. ServiceError where no usable answer could be had.
        """
        config, figures = self._chat.config, self._chat.figures
        key = answer_key(config.service, config.model, question.prompt.version, inputs, question.max_tokens)

        async def ask(_missing: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
            for _ in range(self._attempts):
                reply = await self._chat.ask(question, patience)
                answer = _judge(reply, wanted)
                if answer is not None:
                    usage = reply.paid.usage
                    cost = (reply.paid.cost_usd, usage.input_tokens, usage.output_tokens)
                    await keep([Answer(key, config.service, config.model, answer, *cost)])
                    return {}
                figures.dropped["answers that are no form"] += 1
            return {key: TransientServiceError(config.service, "no usable answer")}

        def count(cached: int) -> None:
            figures.cached += cached

        outcome = (await self._remembered.collect([key], ask, count_cached=count))[key]
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome


def _judge(reply: Reply, wanted: Wanted) -> dict[str, Any] | None:
    if reply.truncated and wanted.may_split:
        return {"split": True}
    if reply.truncated and (wanted.only_whole or wanted.list_name is None):
        return None
    is_form = isinstance(reply.value, dict) if wanted.list_name is None else has_list(reply.value, wanted.list_name)
    return {"value": reply.value} if is_form else None
