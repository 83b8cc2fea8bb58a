"""Accounts and sessions on DynamoDB Local: at the same instant, and when replies are lost."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.domain.errors import (
    Conflict,
    InvalidCredentials,
    Unauthenticated,
    ValidationFailed,
)
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence import keys as table_keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.table import Table
from peerlearn.services.accounts import SignedIn
from tests.support.accounts import Accounts
from tests.support.at_once import at_once
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.integration.auth.conftest import EMAIL, HERE, PASSWORD, THREADS, codes, signed_in

NEW_PASSWORD = "Difference-1822"


def items_of(dynamodb: DynamoDBClient, table_name: str) -> Counter[str]:
    return Counter(item["entity"]["S"] for item in dynamodb.scan(TableName=table_name)["Items"])


def principal(person: SignedIn, tokens: TokenService) -> Principal:
    return tokens.verify_access(person.access_token)


# -- one account per address


def test_one_account_under_simultaneous_registrations(
    accounts: Accounts, dynamodb: DynamoDBClient, table_name: str
) -> None:
    results = at_once([lambda: accounts.register("Ada", EMAIL, PASSWORD)] * THREADS)
    winners = signed_in(results)
    assert len(winners) == 1
    assert codes(results) == {"EMAIL_ALREADY_REGISTERED": THREADS - 1}
    assert items_of(dynamodb, table_name) == {"Credential": 1, "Profile": 1, "Session": 1, "Standing": 1, "Mail": 1}
    assert accounts.login(EMAIL, PASSWORD, HERE).user.user_id == winners[0].user.user_id


def test_one_account_in_every_case(accounts: Accounts, dynamodb: DynamoDBClient, table_name: str) -> None:
    def spelling(number: int) -> str:
        name = "".join(c.upper() if number >> place & 1 else c for place, c in enumerate("abcde"))
        return f"{name}@People.Example"

    assert len({spelling(number) for number in range(THREADS)}) == THREADS
    results = at_once([partial(accounts.register, "Ada", spelling(number), PASSWORD) for number in range(THREADS)])
    assert len(signed_in(results)) == 1
    assert codes(results) == {"EMAIL_ALREADY_REGISTERED": THREADS - 1}
    assert items_of(dynamodb, table_name) == {"Credential": 1, "Profile": 1, "Session": 1, "Standing": 1, "Mail": 1}


# -- rules that hold whoever asks


@pytest.mark.parametrize("weak", ["Short-1", "password1"])
def test_weak_passwords(
    accounts: Accounts, ada: SignedIn, tokens: TokenService, dynamodb: DynamoDBClient, table_name: str, weak: str
) -> None:
    with pytest.raises(ValidationFailed):
        accounts.register("Bob", "bob@people.example", weak)
    with pytest.raises(ValidationFailed):
        accounts.change_password(principal(ada, tokens), PASSWORD, weak)
    assert items_of(dynamodb, table_name) == {"Credential": 1, "Profile": 1, "Session": 1, "Standing": 1, "Mail": 1}
    assert accounts.login(EMAIL, PASSWORD, HERE).user == ada.user


def test_nobody_gives_up_their_own_role(accounts: Accounts, ada: SignedIn) -> None:
    bob = accounts.register("Bob", "bob@people.example", PASSWORD)
    admin = Principal("usr_admin", Role.ADMIN, "sid_admin")
    for person in (ada, bob):
        accounts.set_role(admin, person.user.user_id, Role.ADMIN)
    with pytest.raises(Conflict, match="Another administrator"):
        accounts.set_role(Principal(ada.user.user_id, Role.ADMIN, "sid"), ada.user.user_id, Role.LEARNER)


# -- what ends sessions


def test_sign_in_under_way_while_the_password_changes_is_refused(
    accounts: Accounts, unreliable: Accounts, ada: SignedIn, tokens: TokenService, wire: Wire
) -> None:
    change = lambda: accounts.change_password(principal(ada, tokens), PASSWORD, NEW_PASSWORD)  # noqa: E731
    wire.before("TransactWriteItems", change)
    with pytest.raises(InvalidCredentials):
        unreliable.login(EMAIL, PASSWORD, HERE)
    assert accounts.refresh(ada.refresh_token).user.user_id == ada.user.user_id


def test_password_change_overtaken_by_a_role_change_is_refused(
    accounts: Accounts, unreliable: Accounts, ada: SignedIn, tokens: TokenService, wire: Wire
) -> None:
    """Both move the epoch: moved twice to the same number, sessions begun in between would end or live on wrongly."""
    admin = Principal("usr_admin", Role.ADMIN, "sid_admin")
    between: list[SignedIn] = []

    def promote_and_sign_in() -> None:
        accounts.set_role(admin, ada.user.user_id, Role.TUTOR)
        between.append(accounts.login(EMAIL, PASSWORD, HERE))

    wire.before("TransactWriteItems", promote_and_sign_in)
    with pytest.raises(Unauthenticated):
        unreliable.change_password(principal(ada, tokens), PASSWORD, NEW_PASSWORD)
    assert accounts.refresh(between[0].refresh_token).user.role is Role.TUTOR


def test_simultaneous_password_changes_leave_one_password(
    accounts: Accounts, ada: SignedIn, tokens: TokenService
) -> None:
    def change(number: int) -> str:
        password = f"Difference-{number}"
        accounts.change_password(principal(ada, tokens), PASSWORD, password)
        return password

    results = at_once([partial(change, number) for number in range(8)])
    changed = [result for result in results if isinstance(result, str)]
    assert len(changed) == 1
    assert accounts.login(EMAIL, changed[0], HERE).user.user_id == ada.user.user_id


def test_simultaneous_role_changes_leave_both_copies_alike(accounts: Accounts, ada: SignedIn, table: Table) -> None:
    admin = Principal("usr_admin", Role.ADMIN, "sid_admin")
    roles = [Role.TUTOR, Role.ADMIN]
    at_once([partial(accounts.set_role, admin, ada.user.user_id, roles[number % 2]) for number in range(16)])
    repository = AccountRepository(table)
    credential = repository.credential(EMAIL)
    assert credential is not None
    assert credential.user == repository.user(ada.user.user_id)
    assert credential.user.role in roles


def test_a_role_that_was_changed_meanwhile_is_not_changed_again(
    accounts: Accounts, unreliable: Accounts, ada: SignedIn, wire: Wire, table: Table
) -> None:
    admin = Principal("usr_admin", Role.ADMIN, "sid_admin")
    wire.before("TransactWriteItems", lambda: accounts.set_role(admin, ada.user.user_id, Role.TUTOR))
    with pytest.raises(Conflict, match="at the same moment"):
        unreliable.set_role(admin, ada.user.user_id, Role.ADMIN)
    user = AccountRepository(table).user(ada.user.user_id)
    assert user is not None
    assert (user.role, user.session_epoch) == (Role.TUTOR, 1)


def test_the_same_role_given_by_another_at_the_same_moment_is_given(
    accounts: Accounts, unreliable: Accounts, ada: SignedIn, wire: Wire
) -> None:
    admin = Principal("usr_admin", Role.ADMIN, "sid_admin")
    wire.before("TransactWriteItems", lambda: accounts.set_role(admin, ada.user.user_id, Role.TUTOR))
    assert unreliable.set_role(admin, ada.user.user_id, Role.TUTOR).role is Role.TUTOR


def test_somebody_stays_an_administrator(accounts: Accounts, ada: SignedIn) -> None:
    admin = Principal("usr_admin", Role.ADMIN, "sid_admin")
    accounts.set_role(admin, ada.user.user_id, Role.ADMIN)
    with pytest.raises(Conflict, match="has to stay"):
        accounts.set_role(admin, ada.user.user_id, Role.LEARNER)


def test_the_end_of_a_session_that_is_gone_leaves_nothing(
    accounts: Accounts, ada: SignedIn, tokens: TokenService, table: Table, dynamodb: DynamoDBClient,
    table_name: str,
) -> None:  # fmt: skip
    claims = tokens.verify_refresh(ada.refresh_token)
    table.batch_delete([table_keys.session(claims.user_id, claims.session_id)])
    accounts.logout(ada.refresh_token)
    assert items_of(dynamodb, table_name) == {"Credential": 1, "Profile": 1, "Standing": 1, "Mail": 1}


def test_round_trips(unreliable: Accounts, ada: SignedIn, wire: Wire) -> None:
    unreliable.login(EMAIL, PASSWORD, HERE)
    assert len(wire.calls) == 2
    wire.forget()
    unreliable.refresh(ada.refresh_token)
    assert len(wire.calls) == 2
    wire.forget()
    unreliable.logout(ada.refresh_token)
    assert len(wire.calls) == 1
