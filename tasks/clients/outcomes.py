"""From errors in their places to what the engines' interfaces promise: failures as values, or one exception for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tasks.catalog.engines import ItemFailure
from tasks.clients.errors import PermanentServiceError, ServiceError

Result = TypeVar("Result")


def fail_items(outcomes: Sequence[Result | ItemFailure | ServiceError]) -> list[Result | ItemFailure]:
    """Errors as `ItemFailure`s; raised where every item met the service's error.

    Only what the service will refuse for ever is permanent; the rest is worth another try later.
    """
    if outcomes and all(isinstance(one, ServiceError) for one in outcomes):
        raise next(one for one in outcomes if isinstance(one, ServiceError))
    return [to_failure(one) if isinstance(one, ServiceError) else one for one in outcomes]


def to_failure(error: ServiceError) -> ItemFailure:
    return ItemFailure(str(error), permanent=isinstance(error, PermanentServiceError))
