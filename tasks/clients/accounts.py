"""What a job spends: its budget, and figures per service for its report."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tasks.clients.errors import BudgetReachedError


@dataclass
class Figures:
    """Counts of one service in one job."""

    requests: int = 0  # sent, retries included
    cached: int = 0  # items answered from the journal
    retries: int = 0
    failed: int = 0  # requests without a usable answer
    parked: int = 0  # calls refused by the breaker
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    dropped: Counter[str] = field(default_factory=Counter)  # parts of answers that were refused, by reason


class Budget:
    """The most that may be spent, in US dollars; None is no limit.

    A call is refused when what is spent and what calls under way are expected to cost leaves no room for it. A call's
    expected cost is the mean of the calls before it, so a job ends at most a call's variation above its budget.
    """

    def __init__(self, max_cost_usd: float | None = None) -> None:
        self.max_cost_usd = max_cost_usd
        self.spent_usd = 0.0
        self._reserved = 0.0
        self._calls: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])  # service -> cost, count

    def reserve(self, service: str) -> float:
        """What the next call is expected to cost, kept for it; BudgetReachedError where nothing is left for it."""
        cost, count = self._calls[service]
        expected = cost / count if count else 0.0
        if self.max_cost_usd is not None:
            taken = self.spent_usd + self._reserved
            if taken >= self.max_cost_usd or taken + expected > self.max_cost_usd:
                reason = f"the budget of ${self.max_cost_usd:g} is reached (${self.spent_usd:.4f} spent)"
                raise BudgetReachedError(service, reason)
        self._reserved += expected
        return expected

    def settle(self, service: str, expected: float, cost: float | None) -> None:
        """End a reservation with what the call did cost; None when it was not sent or not answered."""
        self._reserved = max(0.0, self._reserved - expected)
        if cost is not None:
            self.spent_usd += cost
            self._calls[service][0] += cost
            self._calls[service][1] += 1


class Account:
    """One job's budget and figures. Clients ask for the current one at each call, so jobs can share clients."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.figures: defaultdict[str, Figures] = defaultdict(Figures)
