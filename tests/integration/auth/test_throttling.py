"""Failed sign-ins are counted exactly, whoever comes at once, and lock out the guesser rather than the owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.domain.errors import DomainError, InvalidCredentials, TooManyRequests
from peerlearn.domain.throttling import FAILURES_PER_ACCOUNT, FAILURES_PER_SOURCE, WINDOW
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.accounts import AccountService
from tests.fakes.keys import fake_tokens
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EMAIL, PASSWORD = "ada@people.example", "Correct-Horse"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Plain(PasswordHasher):
    """Compares texts: what is tested here is the counting."""

    def hash(self, password: str) -> str:
        return password

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password == password_hash


class Wristwatch:
    """Shows the time it is set to."""

    now = datetime(2026, 1, 1, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Wristwatch:
    return Wristwatch()


def service_on(table: Table, watch: Wristwatch) -> AccountService:
    tokens = fake_tokens(clock=watch)
    return AccountService(AccountRepository(table), ThrottleRepository(table), Plain(10), tokens, watch)


@pytest.fixture
def accounts(table: Table, watch: Wristwatch) -> AccountService:
    service = service_on(table, watch)
    service.register("Ada", EMAIL, PASSWORD)
    return service


@pytest.fixture
def overtaken(wire: Wire, table_name: str, watch: Wristwatch, accounts: AccountService) -> AccountService:
    """The service, and somebody who fails ten times just before it writes."""
    wire.before("TransactWriteItems", lambda: [outcome(accounts, "wrong") for _ in range(FAILURES_PER_ACCOUNT)])
    return service_on(Table(wire.client, table_name), watch)


def outcome(accounts: AccountService, password: str, source: str = HERE, email: str = EMAIL) -> str:
    try:
        accounts.login(email, password, source)
    except DomainError as error:
        return error.code
    return "OK"


def test_the_eleventh_failure_has_to_wait_and_so_has_the_right_password_from_there(
    accounts: AccountService, watch: Wristwatch
) -> None:
    failures = [outcome(accounts, "wrong", email=EMAIL.upper()) for _ in range(FAILURES_PER_ACCOUNT)]
    assert failures == [InvalidCredentials.code] * 10
    watch.now += timedelta(minutes=5)
    with pytest.raises(TooManyRequests) as refused:
        accounts.login(EMAIL, "wrong", HERE)
    assert refused.value.retry_after == 10 * 60 + 1
    assert outcome(accounts, PASSWORD) == TooManyRequests.code
    assert outcome(accounts, PASSWORD, ELSEWHERE) == "OK"


def test_the_window_closes_and_a_new_one_counts_from_one(accounts: AccountService, watch: Wristwatch) -> None:
    for _ in range(11):
        outcome(accounts, "wrong")
    watch.now += WINDOW
    assert outcome(accounts, PASSWORD) == "OK"
    assert [outcome(accounts, "wrong") for _ in range(11)] == [InvalidCredentials.code] * 10 + [TooManyRequests.code]


def test_a_window_that_was_not_used_up_closes_as_well(accounts: AccountService, watch: Wristwatch) -> None:
    for _ in range(3):
        outcome(accounts, "wrong")
    watch.now += WINDOW
    assert [outcome(accounts, "wrong") for _ in range(11)] == [InvalidCredentials.code] * 10 + [TooManyRequests.code]


@pytest.mark.parametrize("password", ["wrong", PASSWORD])
def test_an_allowance_that_is_used_up_at_that_moment(
    overtaken: AccountService, password: str, dynamodb: DynamoDBClient, table_name: str
) -> None:
    """Nothing is told of the password, and nobody is signed in; the answer says how long to wait."""
    with pytest.raises(TooManyRequests) as refused:
        overtaken.login(EMAIL, password, HERE)
    assert refused.value.retry_after == 15 * 60 + 1
    items = dynamodb.scan(TableName=table_name)["Items"]
    assert [item["entity"]["S"] for item in items].count("Session") == 1
    counts = [item["failures"]["N"] for item in items if "failures" in item]
    assert counts == [str(FAILURES_PER_ACCOUNT)] * 2


def test_failures_at_once_are_counted_one_by_one(accounts: AccountService) -> None:
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: outcome(accounts, "wrong"), range(32)))
    assert answers.count(InvalidCredentials.code) == FAILURES_PER_ACCOUNT
    assert answers.count(TooManyRequests.code) == 32 - FAILURES_PER_ACCOUNT


def test_an_unknown_address_is_counted_like_a_known_one(accounts: AccountService) -> None:
    answers = [outcome(accounts, "wrong", email="nobody@people.example") for _ in range(11)]
    assert answers == [InvalidCredentials.code] * 10 + [TooManyRequests.code]


def test_one_source_cannot_try_a_password_on_everybody(accounts: AccountService) -> None:
    for number in range(FAILURES_PER_SOURCE):
        outcome(accounts, PASSWORD, email=f"guess-{number}@people.example")
    assert outcome(accounts, PASSWORD) == TooManyRequests.code
    assert outcome(accounts, PASSWORD, ELSEWHERE) == "OK"
