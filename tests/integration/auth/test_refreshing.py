"""Refresh tokens: one successor each, whoever uses them at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.domain.errors import (
    DomainError,
    TokenReused,
    Unauthenticated,
)
from peerlearn.persistence import keys as table_keys
from peerlearn.persistence.items.accounts import session_of
from peerlearn.persistence.sign_in_sessions import SignInSessionRepository
from peerlearn.persistence.standing import StandingRepository
from peerlearn.persistence.table import Table
from peerlearn.services.accounts import SignedIn
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeyRing, signing_key
from tests.support.accounts import Accounts
from tests.support.at_once import at_once

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.integration.auth.conftest import EMAIL, HERE, PASSWORD, THREADS, codes, signed_in


def test_parallel_uses_of_one_token_give_one_successor(accounts: Accounts, ada: SignedIn) -> None:
    results = at_once([lambda: accounts.refresh(ada.refresh_token)] * THREADS)
    assert codes(results) == {}
    assert len({result.refresh_token for result in signed_in(results)}) == 1
    successor = signed_in(results)[0].refresh_token
    assert accounts.refresh(successor).user == ada.user


def test_refresh_with_the_parent_of_the_live_token_gets_the_live_one_however_late(
    accounts: Accounts, ada: SignedIn, clock: FakeClock
) -> None:
    """The reply may have been lost, and the device asleep since then."""
    successor = accounts.refresh(ada.refresh_token).refresh_token
    for seconds in (0, 11, 3 * 86_400):
        clock.advance(seconds)
        assert accounts.refresh(ada.refresh_token).refresh_token == successor
    assert accounts.refresh(successor).user == ada.user


def test_token_before_the_last_is_reused_at_once(accounts: Accounts, ada: SignedIn) -> None:
    second = accounts.refresh(ada.refresh_token).refresh_token
    third = accounts.refresh(second).refresh_token
    with pytest.raises(TokenReused):
        accounts.refresh(ada.refresh_token)
    with pytest.raises(Unauthenticated):
        accounts.refresh(third)
    # A spent token stays a spent token, also when its family has ended.
    with pytest.raises(TokenReused):
        accounts.refresh(ada.refresh_token)


def test_refresh_after_logout_is_no_reuse(accounts: Accounts, ada: SignedIn, clock: FakeClock) -> None:
    second = accounts.refresh(ada.refresh_token).refresh_token
    accounts.logout(second)
    for seconds in (0, 11):
        clock.advance(seconds)
        for token in (second, ada.refresh_token):
            with pytest.raises(Unauthenticated) as ended:
                accounts.refresh(token)
            assert ended.value.code == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "step", [(StandingRepository, "admit"), (SignInSessionRepository, "present")], ids=["counted", "read"]
)
@pytest.mark.parametrize(("rotations", "code"), [(0, "UNAUTHENTICATED"), (1, "TOKEN_REUSED")], ids=["still", "no more"])
def test_a_parent_whose_session_ends_while_it_is_answered_is_told_what_it_is_by_then(
    accounts: Accounts,
    ada: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[type, str],
    rotations: int,
    code: str,
) -> None:
    live = accounts.refresh(ada.refresh_token).refresh_token
    original = getattr(*step)

    def after_the_others(*arguments: object) -> object:
        monkeypatch.setattr(*step, original)
        last = live
        for _ in range(rotations):
            last = accounts.refresh(last).refresh_token
        accounts.logout(last)
        return original(*arguments)

    monkeypatch.setattr(*step, after_the_others)
    with pytest.raises(Unauthenticated) as refused:
        accounts.refresh(ada.refresh_token)
    assert refused.value.code == code


def test_reuse_ends_only_its_own_family(accounts: Accounts, ada: SignedIn) -> None:
    elsewhere = accounts.login(EMAIL, PASSWORD, HERE)
    accounts.refresh(accounts.refresh(ada.refresh_token).refresh_token)
    with pytest.raises(TokenReused):
        accounts.refresh(ada.refresh_token)
    assert accounts.refresh(elsewhere.refresh_token).user == ada.user


def test_successor_is_the_same_when_the_key_changes_in_between(
    accounts: Accounts, ada: SignedIn, keys: FakeKeyRing
) -> None:
    successor = accounts.refresh(ada.refresh_token).refresh_token
    keys.rotate(signing_key(2))
    assert accounts.refresh(ada.refresh_token).refresh_token == successor
    third = accounts.refresh(successor).refresh_token
    assert accounts.refresh(third).user == ada.user


def test_refresh_does_not_prolong_the_seven_days(
    accounts: Accounts, ada: SignedIn, tokens: TokenService, clock: FakeClock
) -> None:
    token = ada.refresh_token
    for _ in range(6):
        clock.advance(86_400)
        token = accounts.refresh(token).refresh_token
    clock.advance(86_400 - 1)
    assert tokens.verify_refresh(token).generation == 7
    clock.advance(2)
    with pytest.raises(DomainError) as expired:
        accounts.refresh(token)
    assert expired.value.code == "TOKEN_EXPIRED"


def test_no_token_is_stored(ada: SignedIn, accounts: Accounts, dynamodb: DynamoDBClient, table_name: str) -> None:
    successor = accounts.refresh(ada.refresh_token).refresh_token
    stored = str(dynamodb.scan(TableName=table_name)["Items"])
    for secret in (ada.refresh_token, successor, PASSWORD):
        assert secret not in stored
        assert secret.rpartition(".")[2] not in stored


def test_session_item_outlives_nothing(ada: SignedIn, tokens: TokenService, table: Table, clock: FakeClock) -> None:
    claims = tokens.verify_refresh(ada.refresh_token)
    item = table.get(table_keys.session(claims.user_id, claims.session_id))
    assert item is not None
    assert session_of(item).expires_at == clock.now + timedelta(days=7)
    assert item["ttl"] == int((clock.now + timedelta(days=7)).timestamp())
