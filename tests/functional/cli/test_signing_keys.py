"""`keys rotate`: nobody is logged out, and nobody is by rotating again too soon."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import jwt
import pytest

from peerlearn.adapters import signing_keys as signing
from peerlearn.bootstrap.accounts import account_service
from peerlearn.bootstrap.security import access_tokens, published_keys, tokens
from peerlearn.domain.errors import TemporarilyUnavailable, Unauthenticated
from peerlearn.snapshots import forget_providers
from scripts.cli import signing_keys
from scripts.project.problem import Problem
from tests.functional.cli.conftest import Run
from tests.functional.conftest import KEYS_TABLE, SECRET
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Clock = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """`later(timedelta(days=7))`: the command's clock is so far ahead."""

    def later_(ahead: timedelta) -> None:
        monkeypatch.setattr(signing_keys, "utc_now", lambda: datetime.now(UTC) + ahead)

    return later_


@pytest.fixture
def secrets(people: People) -> SecretsManagerClient:  # noqa: ARG001 (AWS stands while it is used)
    return boto3.client("secretsmanager")


def kid_of(token: str) -> Any:
    return jwt.get_unverified_header(token)["kid"]


def is_valid(token: str) -> bool:
    """For a function that starts now."""
    forget_providers()
    try:
        access_tokens().verify_access(token)
    except Unauthenticated:
        return False
    return True


def test_tokens_outlive_a_rotation_and_new_ones_carry_the_new_key(
    run: Run, learner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("keys", "rotate")
    assert done.status == 0, done.err
    assert is_valid(learner.token)
    at_once = account_service().refresh(learner.refresh_token)
    assert kid_of(learner.token) == kid_of(at_once.access_token) == kid_of(at_once.refresh_token)
    # five minutes later
    monkeypatch.setattr(signing, "KEY_SIGNS_AFTER_SECONDS", 0)
    assert is_valid(learner.token)
    renewed = account_service().refresh(at_once.refresh_token)
    assert kid_of(learner.token) != kid_of(renewed.access_token) == kid_of(renewed.refresh_token)
    assert f"Key {kid_of(renewed.access_token)} signs from " in done.out
    assert f"; {kid_of(learner.token)} still verifies." in done.out


def test_a_function_that_runs_takes_to_the_new_key_by_itself(
    run: Run, learner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = access_tokens()
    assert run("keys", "rotate").status == 0
    monkeypatch.setattr(signing, "KEY_SIGNS_AFTER_SECONDS", 0)
    forget_providers()
    fresh = tokens().issue_access(learner.user, learner.session.session_id)
    assert running.verify_access(fresh).user_id == learner.user_id
    assert running.verify_access(learner.token).user_id == learner.user_id


def test_a_new_key_is_like_the_template_s_and_a_new_one_each_time(run: Run, secrets: SecretsManagerClient) -> None:
    run("keys", "rotate")
    first = json.loads(secrets.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"])
    run("keys", "rotate", "--force")
    second = json.loads(secrets.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"])
    assert first.keys() == second.keys() == {"key"}
    assert first != second
    assert len(first["key"]) == 64
    assert first["key"].isalnum()


def test_again_too_soon_is_refused_until_the_last_token_has_expired(run: Run, learner: Person, later: Clock) -> None:
    run("keys", "rotate")
    until = timedelta(days=7, seconds=310)
    for ahead in (timedelta(0), until - timedelta(seconds=20)):
        later(ahead)
        refused = run("keys", "rotate")
        assert refused.status == 1
        assert "would log people out" in refused.err
        assert f"{datetime.now(UTC) + until:%Y-%m-%d}" in refused.err
        assert is_valid(learner.token)
    later(until + timedelta(seconds=20))
    assert run("keys", "rotate").status == 0


def test_a_key_that_has_leaked_is_forced_out(run: Run, learner: Person) -> None:
    assert run("keys", "rotate", "--force").status == 0
    assert run("keys", "rotate", "--force").status == 0
    assert not is_valid(learner.token)


def test_two_at_once_rotate_once(run: Run, secrets: SecretsManagerClient, learner: Person) -> None:
    seen = signing_keys.key_state(secrets, SECRET)
    assert run("keys", "rotate").status == 0
    with pytest.raises(Problem, match="Somebody else has just rotated"):
        signing_keys.replace_key(secrets, SECRET, seen)
    assert is_valid(learner.token)


def test_showing_the_keys_shows_no_key(run: Run, secrets: SecretsManagerClient) -> None:
    before = run("keys", "show").out
    assert "previous" not in before
    run("keys", "rotate")
    after = run("keys", "show").out
    assert "previous" in after
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        value = secrets.get_secret_value(SecretId=SECRET, VersionStage=stage)
        assert value["VersionId"] in after
        assert json.loads(value["SecretString"])["key"] not in after


def test_a_rotation_publishes_the_new_key_at_once(run: Run, learner: Person) -> None:
    before = published_keys().read()
    assert before is not None
    assert set(before.keys) == {kid_of(learner.token)}
    run("keys", "rotate")
    after = published_keys().read()
    assert after is not None
    assert set(after.keys) > set(before.keys)
    assert len(after.keys) == 2


def test_a_key_that_nobody_has_published_is_told(run: Run, people: People) -> None:
    assert "not published yet" in run("keys", "show").out
    people.add()
    assert "not published yet" not in run("keys", "show").out


def test_caller_who_may_not_publish_rotates_nothing(run: Run, secrets: SecretsManagerClient, learner: Person) -> None:
    before = signing_keys.key_state(secrets, SECRET)
    boto3.client("dynamodb").delete_table(TableName=KEYS_TABLE)
    assert run("keys", "rotate").status != 0
    after = signing_keys.key_state(secrets, SECRET)
    assert (after.current, after.previous) == (before.current, None)
    assert kid_of(learner.token) == before.current


def test_a_rotation_that_cannot_be_published_says_so(
    run: Run, secrets: SecretsManagerClient, learner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_key = signing_keys.replace_key

    def replace_and_lose_the_table(*arguments: Any) -> str:
        kid = replace_key(*arguments)
        monkeypatch.setattr(signing.PublishingKeyRing, "publish", mock.Mock(side_effect=TemporarilyUnavailable))
        return kid

    monkeypatch.setattr(signing_keys, "replace_key", replace_and_lose_the_table)
    done = run("keys", "rotate")
    assert done.status == 1
    assert "is current now, but not published" in done.err
    monkeypatch.undo()
    assert signing_keys.key_state(secrets, SECRET).previous == kid_of(learner.token)
