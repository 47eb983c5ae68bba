"""Fields of a feed that names and values left open, by a chat model: one call for a feed, remembered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.catalog.feeds.suggestions import FieldSuggestion, Suggestion
from tasks.catalog.feeds.suggestions_model import (
    FIELDS,
    LEAST_CONFIDENCE,
    FieldTargetsForm,
    apply_targets,
    describe_fields,
    open_fields,
    read_targets,
)
from tasks.catalog.model_json import has_list
from tasks.catalog.prompts import fence
from tasks.catalog.services import Answer, answer_key
from tasks.clients.chat import Chat, Patience, Question
from tasks.clients.errors import ServiceError, TransientServiceError
from tasks.clients.remembered import Keep, Remembered

logger = logging.getLogger(__name__)


class SuggesterOptions(NamedTuple):
    """How a feed's open fields are asked about."""

    least_confidence: float = LEAST_CONFIDENCE  # fields below it are asked about
    tokens: int = 6_000
    answer_attempts: int = 2  # for an answer that is no form
    seconds: Patience = Patience(120.0, 90.0)


class MappingSuggester:
    """Improves a `Suggestion` with any `Chat`. One per service and event loop."""

    def __init__(self, chat: Chat, remembered: Remembered, options: SuggesterOptions | None = None) -> None:
        self._chat = chat
        self._remembered = remembered
        self._options = options or SuggesterOptions()

    async def improve(self, suggestion: Suggestion) -> Suggestion:
        """The suggestion with the model's targets for its open fields; the same one where none is open.

        ServiceError where no usable answer could be had: what the feed's names and values say stands then.
        """
        asked = open_fields(suggestion, self._options.least_confidence)
        if not asked:
            return suggestion
        answer = await self._answer(suggestion, asked)
        dropped: Counter[str] = Counter()
        improved = apply_targets(suggestion, read_targets(answer.get("value"), asked, dropped), dropped)
        self._chat.figures.dropped.update(dropped)
        if dropped:
            logger.warning("%s: parts of the answer were dropped: %s", self._chat.config.service, dict(dropped))
        return improved

    async def _answer(self, suggestion: Suggestion, asked: Sequence[FieldSuggestion]) -> Mapping[str, Any]:
        config, figures, options = self._chat.config, self._chat.figures, self._options
        text = describe_fields(suggestion, asked)
        key = answer_key(config.service, config.model, FIELDS.version, text, options.tokens)
        question = Question(FIELDS, (fence(text),), FieldTargetsForm, options.tokens)

        async def ask(_missing: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
            for _ in range(options.answer_attempts):
                reply = await self._chat.ask(question, options.seconds)
                if has_list(reply.value, "fields") and not reply.truncated:
                    usage = reply.paid.usage
                    cost = (reply.paid.cost_usd, usage.input_tokens, usage.output_tokens)
                    await keep([Answer(key, config.service, config.model, {"value": reply.value}, *cost)])
                    return {}
                figures.dropped["answers that are no form"] += 1
            return {key: TransientServiceError(config.service, "no usable answer")}

        def count(cached: int) -> None:
            figures.cached += cached

        outcome = (await self._remembered.collect([key], ask, count_cached=count))[key]
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome
