"""Labels and analyses of images by a chat model: many images in one request, each paid once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.catalog import prompts
from tasks.catalog.engines import EngineVersion, Examination, ImageCase, ItemFailure
from tasks.catalog.image_analysis import ANALYSIS_SCHEMA_VERSION
from tasks.catalog.image_answers import ImagesAnswer, read_entries, to_examination
from tasks.catalog.services import Answer, answer_key
from tasks.clients.chat import Chat, Question, Reply
from tasks.clients.errors import NoAnswerInTimeError, ServiceError, TransientServiceError
from tasks.clients.outcomes import fail_items
from tasks.clients.pictures import CHAT_SIZE, Picture, PictureSize, UnreadableImageError, load_picture
from tasks.clients.remembered import Keep, Remembered
from tasks.clients.replies import RefusedRequestError

_SPLIT = 3  # what a request left open is asked again in requests of a third: 15, 5, 1
_TOO_MANY = re.compile(
    r"at most (\d+)|(\d+) images? (?:per|in one|maximum)|too many (?:images|items)|max(?:imum)?\D{0,20}images"
    r"|images\D{0,30}(?:limit|exceed)",
    re.IGNORECASE,
)


class ExaminerOptions(NamedTuple):
    """How images are asked about."""

    images_per_request: int = 15  # first seed
    tokens_per_image: int = 500  # of the answer
    spare_tokens: int = 2000  # of the answer, for what a model thinks before it
    temperature: float = 0.1
    size: PictureSize = CHAT_SIZE


class _NoAnswerError(TransientServiceError):
    """The model gave no usable entry for an image, even alone."""


Outcome = Examination | ItemFailure | ServiceError


class ModelExaminer:
    """`engines.ImageExaminer` on any `Chat`. One per service and event loop."""

    needs_document = False

    def __init__(self, chat: Chat, remembered: Remembered, options: ExaminerOptions | None = None) -> None:
        self._chat = chat
        self._remembered = remembered
        self._options = options or ExaminerOptions()
        self._max_images = self._options.images_per_request
        self._max_known = False

    @property
    def version(self) -> EngineVersion:
        return EngineVersion(self._chat.config.service, self._chat.config.model, ANALYSIS_SCHEMA_VERSION)

    async def examine(self, cases: Sequence[ImageCase]) -> list[Examination | ItemFailure]:
        """A verdict for each case; ServiceError where no case got one and the service is to blame."""
        return fail_items(await self.outcomes(cases))

    async def outcomes(self, cases: Sequence[ImageCase]) -> list[Outcome]:
        """As `examine`, with the service's errors in their places."""
        by_key = {self._key(case): case for case in cases}
        failures: dict[str, ItemFailure] = {}

        async def ask(keys: Sequence[str], keep: Keep) -> Mapping[str, ServiceError]:
            await self._recall_maximum()
            pictures, errors = await self._load({key: by_key[key] for key in keys}, failures)
            return {**errors, **await self._ask_all(pictures, keep)}

        figures = self._chat.figures

        def count(cached: int) -> None:
            figures.cached += cached

        try:
            found = await self._remembered.collect(list(by_key), ask, count_cached=count)
        except ServiceError as error:
            return [error] * len(cases)
        return [failures.get(key) or _to_outcome(found[key]) for key in map(self._key, cases)]

    def _key(self, case: ImageCase) -> str:
        config, options = self._chat.config, self._options
        parameters = [options.temperature, *options.size]
        return answer_key(config.service, config.model, prompts.IMAGES.version, case.sha256, parameters)

    async def _load(
        self, cases: Mapping[str, ImageCase], failures: dict[str, ItemFailure]
    ) -> tuple[dict[str, Picture], dict[str, ServiceError]]:
        """The images as they are sent, by key; those that cannot be read go to `failures`."""
        pictures: dict[str, Picture] = {}
        errors: dict[str, ServiceError] = {}
        for key, case in cases.items():
            try:
                pictures[key] = await asyncio.to_thread(load_picture, case.path, self._options.size)
            except UnreadableImageError as error:
                failures[key] = ItemFailure(str(error))
                errors[key] = ServiceError(self._chat.config.service, str(error))
        return pictures, errors

    async def _ask_all(self, pictures: Mapping[str, Picture], keep: Keep) -> dict[str, ServiceError]:
        """Ask about all, in requests as large as the endpoint takes; returns the errors by key."""
        errors: dict[str, ServiceError] = {}
        groups = _split(pictures, self._max_images)
        for found in await asyncio.gather(*(self._ask_group(group, keep) for group in groups)):
            errors.update(found)
        return errors

    async def _ask_group(self, group: Mapping[str, Picture], keep: Keep) -> dict[str, ServiceError]:
        """One request, then smaller ones for what it left open. Answers are kept at once, whatever comes after."""
        if len(group) > self._max_images:  # learnt meanwhile
            return await self._ask_all(group, keep)
        try:
            left = await self._request(group, keep)
        except RefusedRequestError as error:
            if len(group) == 1:
                return dict.fromkeys(group, error)
            return await self._ask_smaller(group, keep, error)
        except NoAnswerInTimeError as error:
            if len(group) == 1:
                return dict.fromkeys(group, error)
            left = dict(group)  # a slow endpoint may answer about fewer
        except ServiceError as error:
            return dict.fromkeys(group, error)
        if not left:
            return {}
        if len(group) == 1:
            reason = "no valid answer for this image, even alone"
            return {key: _NoAnswerError(self._chat.config.service, reason) for key in left}
        return await self._ask_parts(left, max(1, len(group) // _SPLIT), keep)

    async def _ask_smaller(
        self, group: Mapping[str, Picture], keep: Keep, error: RefusedRequestError
    ) -> dict[str, ServiceError]:
        """The endpoint refused the request: too many images (then remember how many go), or one it cannot take."""
        stated = _TOO_MANY.search(error.reason)
        number = next((int(part) for part in stated.groups() if part), 0) if stated else 0
        size = number if 0 < number < len(group) else len(group) // 2
        if stated or error.status == 413:
            await self._remember_maximum(size, keep if stated else None)
        return await self._ask_parts(group, size, keep)

    async def _ask_parts(self, group: Mapping[str, Picture], size: int, keep: Keep) -> dict[str, ServiceError]:
        errors: dict[str, ServiceError] = {}
        for found in await asyncio.gather(*(self._ask_group(part, keep) for part in _split(group, size))):
            errors.update(found)
        return errors

    async def _request(self, group: Mapping[str, Picture], keep: Keep) -> dict[str, Picture]:
        """One request; returns what it did not answer. Indices count from 0."""
        keys, options = list(group), self._options
        parts: list[str | Picture] = []
        for index, key in enumerate(keys):
            parts += [f"Image {index}:", group[key]]
        parts.append(f"Answer for all {len(keys)} images, index 0 to {len(keys) - 1}.")
        tokens = options.spare_tokens + options.tokens_per_image * len(keys)
        question = Question(prompts.IMAGES, tuple(parts), ImagesAnswer, tokens, options.temperature)
        reply = await self._chat.ask(question)
        entries = read_entries(reply.value, range(len(keys)), lenient=len(keys) == 1)
        self._chat.figures.dropped["image entries missing or malformed"] += len(keys) - len(entries)
        await keep(self._to_answers({keys[index]: entry for index, entry in entries.items()}, reply))
        return {key: picture for index, (key, picture) in enumerate(group.items()) if index not in entries}

    def _to_answers(self, entries: Mapping[str, Mapping[str, Any]], reply: Reply) -> list[Answer]:
        """Each entry with its even share of the cost."""
        config, paid, count = self._chat.config, reply.paid, max(1, len(entries))
        share = (paid.cost_usd / count, paid.usage.input_tokens // count, paid.usage.output_tokens // count)
        return [Answer(key, config.service, config.model, entry, *share) for key, entry in entries.items()]

    def _maximum_key(self) -> str:
        config = self._chat.config
        return answer_key(config.service, config.model, "images-per-request", config.endpoint)

    async def _recall_maximum(self) -> None:
        """What an earlier process learnt of this endpoint."""
        if not self._max_known:
            self._max_known = True
            known = await self._remembered.peek(self._maximum_key())
            if known and isinstance(number := known.get("images"), int) and number > 0:
                self._max_images = min(self._max_images, number)

    async def _remember_maximum(self, number: int, keep: Keep | None) -> None:
        self._max_images = max(1, min(self._max_images, number))
        if keep is not None:
            config = self._chat.config
            await keep([Answer(self._maximum_key(), config.service, config.model, {"images": self._max_images})])


def _split(group: Mapping[str, Picture], size: int) -> list[dict[str, Picture]]:
    items = list(group.items())
    return [dict(items[start : start + size]) for start in range(0, len(items), size)]


def _to_outcome(found: Mapping[str, Any] | ServiceError) -> Outcome:
    return found if isinstance(found, ServiceError) else to_examination(found)
