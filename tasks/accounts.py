"""Whose budget and figures a call counts for: the job's account, carried by a context variable; and its report."""

from __future__ import annotations

from contextvars import ContextVar

from tasks import limit_figures
from tasks.catalog.report import ServiceCalls
from tasks.clients.accounts import Account, Budget

__all__ = ["ACCOUNT", "Account", "describe_calls", "open_account", "report_calls"]

# Calls outside a job (a search) count here.
_ANYWHERE = Account()
ACCOUNT: ContextVar[Account] = ContextVar("ACCOUNT", default=_ANYWHERE)


def open_account(max_cost_usd: float | None) -> Account:
    """A job begins: its calls are counted from here on."""
    account = Account(Budget(max_cost_usd))
    ACCOUNT.set(account)
    return account


def report_calls(account: Account) -> dict[str, ServiceCalls]:
    """The report's `calls`: what the job asked of each service, and how close this process came to the cap."""
    caps = limit_figures.snapshot()
    return {
        service: ServiceCalls(
            requests=figures.requests,
            cached=figures.cached,
            retries=figures.retries,
            max_in_flight=caps.get(service, {}).get("max_in_flight", 0),
            max_per_60s=caps.get(service, {}).get("max_per_60s", 0),
            utilisation=_utilisation(caps, service),
            cost_usd=round(figures.cost_usd, 6),
        )
        for service, figures in sorted(account.figures.items())
        if figures.requests or figures.cached
    }


def describe_calls(account: Account) -> str:
    """The services that the job used so far, in a few words for its log; empty before any call."""
    caps = limit_figures.snapshot()
    return "; ".join(
        f"{service}: {figures.requests} requests, {figures.cached} cached, {figures.retries} retries, "
        f"{caps.get(service, {}).get('in_flight', 0)} in flight, {caps.get(service, {}).get('waiting', 0)} waiting, "
        f"cap used {_utilisation(caps, service):.0%}"
        for service, figures in sorted(account.figures.items())
        if figures.requests or figures.cached
    )


def _utilisation(caps: dict[str, dict[str, object]], service: str) -> float:
    """Of the cap that binds: of a rate where the service has one, else of the calls at once."""
    shares = [caps.get(name, {}).get("utilisation") for name in (service, f"{service}-requests")]
    return max((share for share in shares if isinstance(share, float)), default=0.0)
