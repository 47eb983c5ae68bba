"""Two examiners: the first looks at every image, the second at those the first was unsure of or failed on."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.engines import EngineVersion, Examination, ImageCase, ItemFailure
from tasks.clients.errors import BudgetReachedError, ServiceError, ServiceParkedError
from tasks.clients.examiner import ModelExaminer, Outcome
from tasks.clients.outcomes import fail_items

THRESHOLD = 0.6  # confidences under it are uncertain


class QwenThenClaude:
    """`engines.ImageExaminer`. The second's verdict replaces the first's; an analysis of the first is kept.

    Where the first service is parked or the budget is reached, its images wait rather than go to the dearer model.
    Where the second has no verdict either, the image is an `ItemFailure` with both reasons: pending, never a default.
    """

    needs_document = False

    def __init__(self, first: ModelExaminer, second: ModelExaminer, *, threshold: float = THRESHOLD) -> None:
        self._first = first
        self._second = second
        self._threshold = threshold

    @property
    def version(self) -> EngineVersion:
        first, second = self._first.version, self._second.version
        return EngineVersion(f"{first.engine}+{second.engine}", f"{first.model}+{second.model}", first.schema_version)

    async def examine(self, cases: Sequence[ImageCase]) -> list[Examination | ItemFailure]:
        """A verdict for each case; ServiceError where no case got one and a service is to blame."""
        outcomes = await self._first.outcomes(cases)
        open_at = [position for position, outcome in enumerate(outcomes) if self._wants_second(outcome)]
        if open_at:
            seconds = await self._second.outcomes([cases[position] for position in open_at])
            for position, second in zip(open_at, seconds, strict=True):
                outcomes[position] = _join(outcomes[position], second)
        return fail_items(outcomes)

    def _wants_second(self, outcome: Outcome) -> bool:
        if isinstance(outcome, Examination):
            return outcome.label.confidence < self._threshold
        return isinstance(outcome, ServiceError) and not isinstance(outcome, ServiceParkedError | BudgetReachedError)


def _join(first: Outcome, second: Outcome) -> Outcome:
    if isinstance(second, Examination):
        kept = first.analysis if isinstance(first, Examination) else None
        return second._replace(analysis=kept or second.analysis)
    if isinstance(second, ServiceParkedError | BudgetReachedError | ItemFailure):
        return second  # the uncertain verdict stands in the journal and will be judged then
    said = (
        f"uncertain ({first.label.confidence:.2f}: {first.label.reason})" if isinstance(first, Examination) else first
    )
    return ItemFailure(f"no verdict: first {said}; then {second}", permanent=False)
