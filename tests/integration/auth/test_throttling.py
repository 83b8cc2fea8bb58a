"""Failed sign-ins are counted exactly, whoever comes at once, and lock out the guesser rather than the owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.domain.errors import DomainError, InvalidCredentials, TooManyRequests
from peerlearn.persistence.table import Table
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.support.accounts import Accounts
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EMAIL, PASSWORD = "ada@people.example", "Correct-Horse"
FAILURES, WINDOW = 10, timedelta(minutes=15)
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Plain(PasswordHasher):
    """Compares texts: what is tested here is the counting."""

    def hash(self, password: str) -> str:
        return password

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password == password_hash

    def needs_renewal(self, password: str, password_hash: str) -> bool:
        return False


class Wristwatch:
    """Shows the time it is set to."""

    now = datetime(2026, 1, 1, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Wristwatch:
    return Wristwatch()


def accounts_on(table: Table, watch: Wristwatch) -> Accounts:
    return Accounts(table, FakeKeyRing(), Plain(10), watch)


@pytest.fixture
def accounts(table: Table, watch: Wristwatch) -> Accounts:
    service = accounts_on(table, watch)
    service.register("Ada", EMAIL, PASSWORD)
    return service


@pytest.fixture
def overtaken(wire: Wire, table_name: str, watch: Wristwatch, accounts: Accounts) -> Accounts:
    """The service, and somebody who fails ten times just before it writes."""
    wire.before("TransactWriteItems", lambda: [outcome(accounts, "wrong") for _ in range(FAILURES)])
    return accounts_on(Table(wire.client, table_name), watch)


def outcome(
    accounts: Accounts, password: str, source: str = HERE, email: str = EMAIL, device_token: str | None = None
) -> str:
    try:
        accounts.login(email, password, source, device_token=device_token)
    except DomainError as error:
        return error.code
    return "OK"


def test_eleventh_wrong_password_has_to_wait_wherever_it_comes_from(accounts: Accounts, watch: Wristwatch) -> None:
    sources = [f"192.0.2.{number}" for number in range(FAILURES)]
    failures = [outcome(accounts, "wrong", source, EMAIL.upper()) for source in sources]
    assert failures == [InvalidCredentials.code] * 10
    watch.now += timedelta(minutes=5)
    with pytest.raises(TooManyRequests) as refused:
        accounts.login(EMAIL, "wrong", HERE)
    assert refused.value.retry_after == 10 * 60
    assert outcome(accounts, PASSWORD) == TooManyRequests.code
    assert outcome(accounts, PASSWORD, ELSEWHERE) == TooManyRequests.code


def test_device_that_has_signed_in_before_is_not_locked_out_by_others(accounts: Accounts) -> None:
    device = accounts.login(EMAIL, PASSWORD, HERE).device_token
    for _ in range(FAILURES + 1):
        outcome(accounts, "wrong", ELSEWHERE)
    assert outcome(accounts, PASSWORD) == TooManyRequests.code
    again = accounts.login(EMAIL, PASSWORD, HERE, device_token=device)
    assert again.device_token == device


def test_known_device_has_ten_wrong_passwords_of_its_own(accounts: Accounts) -> None:
    device = accounts.login(EMAIL, PASSWORD, HERE).device_token
    answers = [outcome(accounts, "wrong", device_token=device) for _ in range(FAILURES + 1)]
    assert answers == [InvalidCredentials.code] * 10 + [TooManyRequests.code]
    assert outcome(accounts, PASSWORD, device_token=device) == TooManyRequests.code
    # nobody else is locked out by that device
    assert outcome(accounts, PASSWORD) == "OK"


def test_device_token_of_another_account_is_worth_nothing(accounts: Accounts) -> None:
    accounts.register("Bob", "bob@people.example", PASSWORD)
    foreign = accounts.login("bob@people.example", PASSWORD, HERE).device_token or ""
    for _ in range(FAILURES):
        outcome(accounts, "wrong")
    own = accounts.register("Eve", "eve@people.example", PASSWORD).device_token or ""
    for token in (foreign, own, "", "garbage", f"{'0' * 32}.{'0' * 64}", foreign[:-1], f"{foreign}0", "ä" * 40):
        assert outcome(accounts, PASSWORD, device_token=token) == TooManyRequests.code


def test_wrong_password_elsewhere_counts_as_a_sign_in(accounts: Accounts) -> None:
    ada = accounts.login(EMAIL, PASSWORD, HERE)
    caller = fake_tokens(clock=accounts.clock).verify_access(ada.access_token)
    for number in range(FAILURES):
        prove = (
            partial(accounts.change_password, new_password="Another-Pass-1") if number % 2 else accounts.erasure.erase
        )
        with pytest.raises(InvalidCredentials):
            prove(caller, "wrong")
    assert outcome(accounts, PASSWORD) == TooManyRequests.code
    with pytest.raises(TooManyRequests):
        accounts.change_password(caller, PASSWORD, "Another-Pass-1")
    with pytest.raises(TooManyRequests):
        accounts.erasure.erase(caller, PASSWORD)


def test_school_behind_one_address_signs_in_while_a_pupil_guesses(accounts: Accounts) -> None:
    pupils = [f"pupil-{number}@school.example" for number in range(300)]
    for pupil in pupils:
        accounts.register("Pupil", pupil, PASSWORD, source=HERE)
    for number in range(30):
        outcome(accounts, f"guess-{number}", email=pupils[0])
        outcome(accounts, f"guess-{number}", email=f"nobody-{number}@school.example")
    assert [outcome(accounts, PASSWORD, email=pupil) for pupil in pupils[1:]] == ["OK"] * 299
    assert outcome(accounts, PASSWORD, email=pupils[0]) == TooManyRequests.code


def test_used_up_allowance_leaves_one_audit_entry(
    accounts: Accounts, dynamodb: DynamoDBClient, table_name: str, watch: Wristwatch
) -> None:
    def entries() -> list[Any]:
        items = dynamodb.scan(TableName=table_name)["Items"]
        return [item for item in items if item.get("action") == {"S": "sign-in.blocked"}]

    for _ in range(FAILURES):
        outcome(accounts, "wrong")
    assert entries() == []
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: outcome(accounts, PASSWORD), range(8))) == {TooManyRequests.code}
    (entry,) = entries()
    assert entry["source"] == {"S": HERE}
    watch.now += WINDOW
    for _ in range(FAILURES + 1):
        outcome(accounts, "wrong")
    assert len(entries()) == 2
    for _ in range(FAILURES + 1):
        outcome(accounts, "wrong", email="nobody@people.example")
    assert len(entries()) == 2


def test_the_window_closes_and_a_new_one_counts_from_one(accounts: Accounts, watch: Wristwatch) -> None:
    for _ in range(11):
        outcome(accounts, "wrong")
    watch.now += WINDOW
    assert outcome(accounts, PASSWORD) == "OK"
    assert [outcome(accounts, "wrong") for _ in range(11)] == [InvalidCredentials.code] * 10 + [TooManyRequests.code]


def test_a_window_that_was_not_used_up_closes_as_well(accounts: Accounts, watch: Wristwatch) -> None:
    for _ in range(3):
        outcome(accounts, "wrong")
    watch.now += WINDOW
    assert [outcome(accounts, "wrong") for _ in range(11)] == [InvalidCredentials.code] * 10 + [TooManyRequests.code]


@pytest.mark.parametrize("password", ["wrong", PASSWORD])
def test_an_allowance_that_is_used_up_at_that_moment(
    overtaken: Accounts, password: str, dynamodb: DynamoDBClient, table_name: str
) -> None:
    """Nothing is told of the password, and nobody is signed in; the answer says how long to wait."""
    with pytest.raises(TooManyRequests) as refused:
        overtaken.login(EMAIL, password, HERE)
    assert refused.value.retry_after == 15 * 60
    items = dynamodb.scan(TableName=table_name)["Items"]
    assert [item["entity"]["S"] for item in items].count("Session") == 1
    assert [item["count"]["N"] for item in items if "count" in item] == [str(FAILURES)]


def test_failures_at_once_are_counted_one_by_one(accounts: Accounts) -> None:
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: outcome(accounts, "wrong"), range(32)))
    assert answers.count(InvalidCredentials.code) == FAILURES
    assert answers.count(TooManyRequests.code) == 32 - FAILURES


def test_an_unknown_address_is_counted_like_a_known_one(accounts: Accounts) -> None:
    answers = [outcome(accounts, "wrong", email="nobody@people.example") for _ in range(11)]
    assert answers == [InvalidCredentials.code] * 10 + [TooManyRequests.code]
