"""A request with an idempotency key is carried out by one at a time, and nobody once it was answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from peerlearn.adapters.sealing import SecretSeal
from peerlearn.domain.errors import Conflict
from peerlearn.domain.idempotency import CLAIM_LASTS, KEPT_FOR, Claim, Kept, KeptAnswer, NamedRequest, named_request
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.idempotency import IdempotencyRepository
from peerlearn.persistence.table import Table
from peerlearn.services.idempotency import IdempotencyService
from tests.fakes.clock import FakeClock
from tests.support.at_once import at_once
from tests.support.wire import Fault, Wire

THREADS = 32
REQUEST = named_request("key", "user usr_1", "POST /v1/courses", '{"title": "Endgames"}')
ANSWER = KeptAnswer(201, {"Location": "/v1/courses/crs_1"}, '{"status":"success"}')


def impatient() -> Backoff:
    return Backoff(attempts=2, sleep=lambda _: None)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def claims(table: Table) -> IdempotencyRepository:
    return IdempotencyRepository(table)


@pytest.fixture
def once(claims: IdempotencyRepository, clock: FakeClock) -> IdempotencyService:
    return IdempotencyService(claims, SecretSeal(), impatient, clock)


def claimed(once: IdempotencyService, request: NamedRequest = REQUEST) -> Kept:
    found = once.begin(request)
    assert isinstance(found, Kept)
    return found


def test_of_many_at_once_one_carries_the_request_out(once: IdempotencyService) -> None:
    found = at_once([lambda: once.begin(REQUEST)] * THREADS)
    assert sum(isinstance(one, Kept) for one in found) == 1
    assert sum(isinstance(one, Conflict) and one.retry_after == 1 for one in found) == THREADS - 1


def test_many_who_wait_are_given_the_answer(claims: IdempotencyRepository, clock: FakeClock) -> None:
    once = IdempotencyService(claims, SecretSeal(), lambda: Backoff(attempts=60, budget=30), clock)
    first = claimed(once)
    with ThreadPoolExecutor(THREADS + 1) as pool:
        waiting = [pool.submit(once.begin, REQUEST) for _ in range(THREADS)]
        once.keep(REQUEST, first, ANSWER)
        assert [one.result() for one in waiting] == [ANSWER] * THREADS


def test_claim_whose_holder_has_ended_is_taken_over_once_with_its_seed(
    once: IdempotencyService, clock: FakeClock
) -> None:
    first = claimed(once)
    clock.advance(CLAIM_LASTS.total_seconds())
    found = at_once([lambda: once.begin(REQUEST)] * THREADS)
    (second,) = [one for one in found if isinstance(one, Kept)]
    assert second.claim.seed == first.claim.seed
    assert second.claim.claim_id != first.claim.claim_id


def test_claim_whose_holder_has_time_left_is_left_alone(once: IdempotencyService, clock: FakeClock) -> None:
    claimed(once)
    clock.advance((CLAIM_LASTS - timedelta(milliseconds=1)).total_seconds())
    with pytest.raises(Conflict):
        once.begin(REQUEST)


def test_answer_that_comes_after_a_claim_was_taken_over_is_not_kept(once: IdempotencyService, clock: FakeClock) -> None:
    first = claimed(once)
    clock.advance(CLAIM_LASTS.total_seconds())
    second = claimed(once)
    once.keep(REQUEST, first, replace(ANSWER, body="late"))
    once.give_up(REQUEST, first, is_undone=True)
    once.keep(REQUEST, second, ANSWER)
    assert once.begin(REQUEST) == ANSWER
    # Nor is one that was given already: not even its own claim changes it.
    once.keep(REQUEST, second, replace(ANSWER, body="twice"))
    once.give_up(REQUEST, second, is_undone=True)
    assert once.begin(REQUEST) == ANSWER


def test_claim_that_somebody_took_over_first_is_theirs(
    once: IdempotencyService, claims: IdempotencyRepository, clock: FakeClock
) -> None:
    lapsed = claimed(once)
    one, other = Claim.at(clock()), Claim.at(clock())
    assert claims.take_over(REQUEST.place, lapsed, one).claim.claim_id == one.claim_id
    assert claims.take_over(REQUEST.place, lapsed, other).claim.claim_id == one.claim_id


def test_claim_that_was_answered_at_the_last_moment_is_not_taken_over(
    once: IdempotencyService, claims: IdempotencyRepository, clock: FakeClock
) -> None:
    lapsed = claimed(once)
    once.keep(REQUEST, lapsed, ANSWER)
    assert claims.take_over(REQUEST.place, lapsed, Claim.at(clock())).answer is not None
    once.give_up(REQUEST, lapsed, is_undone=False)
    assert once.begin(REQUEST) == ANSWER


def test_released_claim_is_free(once: IdempotencyService) -> None:
    first = claimed(once)
    once.give_up(REQUEST, first, is_undone=True)
    assert claimed(once).claim.claim_id != first.claim.claim_id


def test_claim_that_lapses_is_taken_over_at_once_with_its_seed(once: IdempotencyService) -> None:
    first = claimed(once)
    once.give_up(REQUEST, first, is_undone=False)
    second = claimed(once)
    assert second.claim.seed == first.claim.seed
    # A late write of the first changes nothing of the second's.
    once.give_up(REQUEST, first, is_undone=False)
    once.give_up(REQUEST, first, is_undone=True)
    with pytest.raises(Conflict):
        once.begin(REQUEST)


def test_answer_is_kept_for_a_day_and_no_longer(once: IdempotencyService, clock: FakeClock) -> None:
    once.keep(REQUEST, claimed(once), ANSWER)
    clock.advance(KEPT_FOR.total_seconds() - 1)
    assert once.begin(REQUEST) == ANSWER
    clock.advance(1)
    assert isinstance(once.begin(REQUEST), Kept)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("after", [timedelta(0), CLAIM_LASTS])
def test_another_body_is_a_conflict_whatever_became_of_the_first(
    once: IdempotencyService, clock: FakeClock, after: timedelta, *, answered: bool
) -> None:
    first = claimed(once)
    if answered:
        once.keep(REQUEST, first, ANSWER)
    clock.advance(after.total_seconds())
    with pytest.raises(Conflict, match="another body"):
        once.begin(named_request("key", "user usr_1", "POST /v1/courses", '{"title": "Openings"}'))


def test_reply_that_is_lost_changes_nothing(wire: Wire, table_name: str, clock: FakeClock) -> None:
    """Each write's first reply is lost, and the client library repeats it."""
    once = IdempotencyService(IdempotencyRepository(Table(wire.client, table_name)), SecretSeal(), impatient, clock)
    wire.judge = lambda one: Fault.LOST if one.writes and one.number == 1 else None
    first = claimed(once)
    once.give_up(REQUEST, first, is_undone=True)
    once.keep(REQUEST, claimed(once), ANSWER)
    assert once.begin(REQUEST) == ANSWER
