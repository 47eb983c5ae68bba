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
from tasks.catalog.prompts import fence
from tasks.clients.asked_forms import FormAsker, Wanted
from tasks.clients.chat import Chat, Patience, Question
from tasks.clients.remembered import Remembered

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
        self._options = options or SuggesterOptions()
        self._asker = FormAsker(chat, remembered, self._options.answer_attempts)

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
        options, text = self._options, describe_fields(suggestion, asked)
        question = Question(FIELDS, (fence(text),), FieldTargetsForm, options.tokens)
        # The form names every field, so half an answer would leave the rest as if it had been looked at.
        return await self._asker.ask(question, text, Wanted("fields", only_whole=True), options.seconds)
