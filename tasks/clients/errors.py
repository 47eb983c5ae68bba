"""What a client of an outside service raises. Nothing else leaves `tasks/clients`.

Messages are one line, without secrets, fit to be shown to a user and stored on an item.
"""

from __future__ import annotations

from tasks.catalog.redaction import redact

_MESSAGE_MAX_CHARS = 500


class ServiceError(Exception):
    """A call failed. `service` names whom it went to, `status` is the HTTP status where there was one."""

    def __init__(self, service: str, reason: str, *, status: int | None = None) -> None:
        line = " ".join(redact(reason).split())
        if len(line) > _MESSAGE_MAX_CHARS:
            line = f"{line[: _MESSAGE_MAX_CHARS - 1]}…"
        super().__init__(f"{service}: {line}")
        self.service = service
        self.reason = line
        self.status = status


class TransientServiceError(ServiceError):
    """May go well later. `retry_after` is the service's own wish in seconds, None where it stated none."""

    retry_at_once = True  # whether the client's own retries, in seconds, make sense

    def __init__(
        self, service: str, reason: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(service, reason, status=status)
        self.retry_after = retry_after


class PermanentServiceError(ServiceError):
    """Will fail the same way again: wrong address, refused, too large, not allowed."""


class NoAnswerInTimeError(TransientServiceError):
    """The time of an attempt, or of the call with its retries, was over."""


class ServiceParkedError(TransientServiceError):
    """The service's circuit breaker is open, or the service did not wake up: nothing was sent. Items are parked."""

    retry_at_once = False


class BudgetReachedError(ServiceError):
    """The job has spent what it may: nothing was sent, and what is left stays pending."""
