"""Administrators give roles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.bootstrap.accounts import account_repository
from tests.support.api import Answer
from tests.support.people import Person

Call = Callable[..., Answer]


def test_role_is_given_and_no_address_is_told(call: Call, administrator: Person, learner: Person) -> None:
    answer = call("update_user", token=administrator.token, path={"userId": learner.user_id}, body={"role": "tutor"})
    assert answer.status == 200
    assert answer.body["data"]["user"] == {
        "userId": learner.user_id,
        "name": learner.user.name,
        "role": "tutor",
        "status": "active",
        "interests": ["chess"],
        "learningGoals": ["endgames"],
    }
    # Both copies: signing in reads the one, refreshing the other.
    profile = account_repository().user(learner.user_id)
    credential = account_repository().credential(learner.user.email)
    assert profile is not None
    assert credential is not None
    assert profile == credential.user
    assert profile.role == "tutor"


def test_same_role_again_ends_no_session(call: Call, administrator: Person, learner: Person) -> None:
    answer = call("update_user", token=administrator.token, path={"userId": learner.user_id}, body={"role": "learner"})
    assert answer.status == 200
    assert call("refresh", body={"refreshToken": learner.refresh_token}).status == 201


def test_administrator_keeps_their_own_role(call: Call, administrator: Person) -> None:
    path = {"userId": administrator.user_id}
    answer = call("update_user", token=administrator.token, path=path, body={"role": "learner"})
    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert call("update_user", token=administrator.token, path=path, body={"role": "admin"}).status == 200


def test_unknown_user(call: Call, administrator: Person) -> None:
    answer = call("update_user", token=administrator.token, path={"userId": "usr_nobody"}, body={"role": "tutor"})
    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")


@pytest.mark.parametrize("body", [{"role": "root"}, {"role": None}, {"role": 1}, {}, {"role": "tutor", "name": "x"}])
def test_wrong_bodies(call: Call, administrator: Person, learner: Person, body: dict[str, object]) -> None:
    answer = call("update_user", token=administrator.token, path={"userId": learner.user_id}, body=body)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")


@pytest.mark.parametrize("who", ["learner", "tutor"])
@pytest.mark.parametrize("body", [{"role": "admin"}, {"role": "nonsense"}, "not json"])
def test_others_are_refused_whatever_they_send(
    call: Call, request: pytest.FixtureRequest, who: str, body: object
) -> None:
    person: Person = request.getfixturevalue(who)
    answer = call("update_user", token=person.token, path={"userId": person.user_id}, body=body)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
