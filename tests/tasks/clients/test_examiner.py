"""Labels and analyses from the rehearsed services, over real HTTP and the real journal."""

import asyncio
from typing import Any

import pytest

from tasks.catalog.engines import Examination, ItemFailure
from tasks.clients.accounts import Account, Budget
from tasks.clients.errors import (
    BudgetReachedError,
    PermanentServiceError,
    ServiceError,
    ServiceParkedError,
    TransientServiceError,
)
from tasks.clients.second_opinion import QwenThenClaude


def stats(server: Any, service: str) -> dict[str, Any]:
    return server.stats()["services"][service]


async def test_fifteen_images_are_one_request_with_label_and_analysis(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse()
    results = await lab.examiner().examine(make_cases(15))
    assert all(isinstance(result, Examination) for result in results)
    assert any(result.analysis and result.analysis.colors for result in results)
    assert (stats(server, "qwen")["requests"], stats(server, "qwen")["max_items"]) == (1, 15)


async def test_a_second_run_in_another_process_asks_nothing(make_lab: Any, rehearse: Any, make_cases: Any) -> None:
    server, cases = rehearse(), make_cases(15)
    first = await make_lab().examiner().examine(cases)
    later = make_lab()
    # Batched otherwise, and with one image that is new: only that one is paid.
    second = await later.examiner().examine([*reversed(cases), *make_cases(1, seed=9)])
    assert second[:15] == list(reversed(first))
    assert (stats(server, "qwen")["items"], stats(server, "qwen")["items_paid_twice"]) == (16, 0)
    assert later.figures("qwen").cached == 15


async def test_concurrent_identical_calls_are_one_call(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server, cases = rehearse(qwen={"base_seconds": 0.2}), make_cases(6)
    examiner = lab.examiner()
    one, two, three = await asyncio.gather(
        examiner.examine(cases), examiner.examine(cases[:3]), examiner.examine(cases[2:])
    )
    assert (one[:3], one[2:]) == (two, three)
    assert stats(server, "qwen")["items"] == 6


async def test_one_caller_that_is_cancelled_leaves_its_images_to_the_other(
    lab: Any, rehearse: Any, make_cases: Any
) -> None:
    rehearse(qwen={"base_seconds": 0.3})
    examiner, cases = lab.examiner(), make_cases(2)
    first = asyncio.create_task(examiner.examine(cases))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(examiner.examine(cases))
    await asyncio.sleep(0.05)
    first.cancel()
    assert all(isinstance(result, Examination) for result in await second)


@pytest.mark.parametrize(
    "faults", [{"missing": 0.3}, {"wrong_labels": 0.3}, {"truncated": 0.25}, {"malformed": 0.25}, {"fenced": 1.0}]
)
async def test_every_image_gets_its_verdict_whatever_answers_lack(
    lab: Any, rehearse: Any, make_cases: Any, faults: dict[str, float]
) -> None:
    server = rehearse(qwen=faults)
    results = await lab.examiner().examine(make_cases(15))
    # An image may fail alone, too, when luck is against it at every size; most do not.
    assert sum(isinstance(result, Examination) for result in results) >= 8
    assert stats(server, "qwen")["requests"] <= 25
    assert all(result.permanent is False for result in results if isinstance(result, ItemFailure))


async def test_what_a_bad_answer_did_say_is_kept_and_not_paid_again(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse(qwen={"missing": 0.3})
    await lab.examiner().examine(make_cases(15))
    assert stats(server, "qwen")["items_paid_twice"] == 0


async def test_an_endpoint_s_maximum_is_learnt_once_and_remembered(
    make_lab: Any, rehearse: Any, make_cases: Any
) -> None:
    server = rehearse("few-images")
    assert all(isinstance(one, Examination) for one in await make_lab().examiner().examine(make_cases(15)))
    assert stats(server, "qwen")["statuses"] == {"200": 4, "400": 1}
    server.reset()
    await make_lab().examiner().examine(make_cases(8, seed=5))
    assert stats(server, "qwen")["statuses"] == {"200": 2}


async def test_a_body_that_is_too_large_is_sent_in_parts(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse(qwen={"max_body_bytes": 40_000})
    results = await lab.examiner().examine(make_cases(12))
    assert all(isinstance(result, Examination) for result in results)
    assert stats(server, "qwen")["statuses"]["413"] >= 1


async def test_an_unreadable_file_fails_alone(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse()
    cases = make_cases(3)
    cases[1].path.write_bytes(b"no image")
    results = await lab.examiner().examine(cases)
    assert [isinstance(result, Examination) for result in results] == [True, False, True]
    assert "cannot be read" in results[1].reason


async def test_claude_takes_over_what_qwen_is_unsure_of(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse(qwen={"uncertain": 0.5})
    both = QwenThenClaude(lab.examiner(), lab.examiner("claude"))
    results = await both.examine(make_cases(15))
    assert all(isinstance(one, Examination) and one.label.confidence >= 0.6 for one in results)
    assert 1 <= stats(server, "claude")["items"] < 15
    assert stats(server, "claude")["requests"] == 1


async def test_claude_takes_over_what_qwen_fails_on(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse(qwen={"malformed": 1.0})
    both = QwenThenClaude(lab.examiner(), lab.examiner("claude"))
    assert all(isinstance(one, Examination) for one in await both.examine(make_cases(3)))


async def test_where_both_fail_each_image_says_why(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse(qwen={"uncertain": 1.0}, claude={"missing": 1.0})
    both = QwenThenClaude(lab.examiner(), lab.examiner("claude"))
    results = await both.examine(make_cases(3))
    assert all(isinstance(one, ItemFailure) and not one.permanent for one in results)
    assert "uncertain" in results[0].reason
    assert "claude" in results[0].reason


async def test_a_parked_qwen_does_not_send_its_images_to_claude(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse(qwen={"outage_calls": [[1, 1000]], "outage_status": 500})
    both = QwenThenClaude(lab.examiner(), lab.examiner("claude"))
    with pytest.raises(TransientServiceError, match="answered 500"):
        await lab.examiner().examine(make_cases(1))
    with pytest.raises(ServiceParkedError):  # after four attempts there, the first one here is the fifth failure
        await both.examine(make_cases(3))
    assert stats(server, "claude")["requests"] == 0


@pytest.mark.parametrize("service", ["qwen", "claude"])
async def test_an_account_without_credits_is_said_so_at_once(
    lab: Any, rehearse: Any, make_cases: Any, service: str
) -> None:
    server = rehearse("no-credits")
    with pytest.raises(PermanentServiceError, match="quota or billing"):
        await lab.examiner(service).examine(make_cases(4))
    assert stats(server, service)["requests"] == 1


async def test_a_wrong_key_is_permanent(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse("bad-key")
    with pytest.raises(PermanentServiceError, match="key is not accepted"):
        await lab.examiner().examine(make_cases(2))
    assert stats(server, "qwen")["requests"] == 1


async def test_the_budget_stops_new_calls_and_keeps_what_was_paid(lab: Any, rehearse: Any, make_cases: Any) -> None:
    from tasks.clients.examiner import ExaminerOptions
    from tasks.clients.pricing import Price

    server, cases = rehearse(), make_cases(6)
    lab.account = Account(Budget(0.01))
    gate = asyncio.Semaphore(1)  # one call at a time, so that each one knows what the one before it cost
    one_each = ExaminerOptions(images_per_request=1)
    examiner = lab.examiner(options=one_each, slot=lambda: gate, price=Price(input_per_million=1.0))
    lab.account.budget.max_cost_usd = 1e-12
    first = await examiner.examine(cases[:1])
    assert isinstance(first[0], Examination)
    with pytest.raises(BudgetReachedError, match="budget"):
        await examiner.examine(cases[1:])
    assert stats(server, "qwen")["requests"] == 1
    mixed = await examiner.examine(cases[:2])
    assert isinstance(mixed[0], Examination)
    assert "budget" in mixed[1].reason


async def test_a_sleeping_endpoint_is_woken_by_one_caller(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse(qwen={"cold_seconds": 1.0})
    examiner = lab.examiner(deadline_seconds=0.6)  # shorter than the start: waking up is not on the clock
    results = await asyncio.gather(*(examiner.examine(make_cases(1, seed=seed)) for seed in range(5)))
    assert all(isinstance(one, Examination) for (one,) in results)
    statuses = stats(server, "qwen")["statuses"]
    assert statuses["200"] == 5
    assert statuses["503"] <= 5 + 6  # one try each, then one caller every 0.2 s


async def test_a_slow_endpoint_is_asked_about_fewer(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse(qwen={"base_seconds": 0.1, "item_seconds": 0.1})
    results = await lab.examiner(deadline_seconds=0.8).examine(make_cases(12))  # 1.3 s for all, 0.5 s for four
    assert all(isinstance(result, Examination) for result in results)


async def test_when_everything_goes_wrong_every_image_still_gets_an_end(
    lab: Any, rehearse: Any, make_cases: Any
) -> None:
    no_waits = {"base_seconds": 0.02, "item_seconds": 0.0, "cold_seconds": 0.5, "windows": [], "outage_calls": []}
    server = rehearse("everything-goes-wrong", qwen=no_waits, claude=no_waits)
    gates = {name: asyncio.Semaphore(count) for name, count in (("qwen", 5), ("claude", 2))}
    qwen, claude = (
        lab.examiner(name, slot=lambda name=name: gates[name], deadline_seconds=4.0, request_seconds=0.5)
        for name in gates
    )
    both = QwenThenClaude(qwen, claude)
    batches = [make_cases(15, seed=seed) for seed in range(4)]
    found = await asyncio.gather(*(both.examine(batch) for batch in batches), return_exceptions=True)
    for batch in found:
        assert isinstance(batch, list | ServiceError)
    results = [one for batch in found if isinstance(batch, list) for one in batch]
    assert sum(isinstance(one, Examination) for one in results) >= 30
    assert all(gate._value == count for gate, count in zip(gates.values(), (5, 2), strict=True))
    assert stats(server, "qwen")["violations"] == 0
    assert stats(server, "claude")["violations"] == 0


async def test_keys_and_files_stay_out_of_messages(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse(qwen={"statuses": {500: 1.0}})
    with pytest.raises(Exception, match="answered 500") as caught:
        await lab.examiner(retries=0).examine(make_cases(1))
    assert "test-key" not in str(caught.value)
