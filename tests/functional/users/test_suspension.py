"""Administrators suspend accounts, let them in again, and end their sessions; each leaves its audit entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peerlearn.domain.users import Role
from tests.support.api import Answer
from tests.support.people import PASSWORD, People, Person

Call = Callable[..., Answer]


def change(call: Call, administrator: Person, person: Person, **body: object) -> Answer:
    return call("update_user", token=administrator.token, path={"userId": person.user_id}, body=body)


def sign_in(call: Call, person: Person, password: str = PASSWORD) -> Answer:
    return call("login", body={"email": person.user.email, "password": password})


def audited(call: Call, administrator: Person, target: Person) -> list[dict[str, Any]]:
    answer = call("list_audit", token=administrator.token, query={"target": target.user_id})
    entries: list[dict[str, Any]] = answer.body["data"]["entries"]
    return entries


def test_suspended_account_signs_in_nowhere_until_it_is_let_in_again(
    call: Call, administrator: Person, learner: Person
) -> None:
    assert change(call, administrator, learner, status="suspended").body["data"]["user"]["status"] == "suspended"
    assert (sign_in(call, learner).status, sign_in(call, learner).code) == (403, "ACCOUNT_SUSPENDED")
    # Only the owner is told.
    assert sign_in(call, learner, "Wrong-Horse-7").code == "INVALID_CREDENTIALS"
    assert call("refresh", body={"refreshToken": learner.refresh_token}).status == 401
    assert change(call, administrator, learner, status="active").body["data"]["user"]["status"] == "active"
    assert sign_in(call, learner).status == 201
    # Sessions that had ended stay so.
    assert call("refresh", body={"refreshToken": learner.refresh_token}).status == 401


def test_suspension_leaves_an_audit_entry_with_its_reason(call: Call, administrator: Person, learner: Person) -> None:
    change(call, administrator, learner, status="suspended", reason="  Spam in three courses. ")
    (entry,) = audited(call, administrator, learner)
    assert (entry["action"], entry["outcome"], entry["actor"]["userId"]) == (
        "status.changed",
        "done",
        administrator.user_id,
    )
    assert entry["details"] == {"before": "active", "after": "suspended", "reason": "Spam in three courses."}
    assert entry["source"] == "203.0.113.7"


def test_same_status_again_changes_nothing(call: Call, administrator: Person, learner: Person) -> None:
    assert change(call, administrator, learner, status="active").status == 200
    assert call("refresh", body={"refreshToken": learner.refresh_token}).status == 201
    assert audited(call, administrator, learner) == []


def test_role_and_status_at_once_are_two_entries(call: Call, administrator: Person, learner: Person) -> None:
    answer = change(call, administrator, learner, role="tutor", status="suspended")
    user = answer.body["data"]["user"]
    assert (user["role"], user["status"]) == ("tutor", "suspended")
    assert {entry["action"] for entry in audited(call, administrator, learner)} == {"role.changed", "status.changed"}


def test_administrators_do_not_suspend_themselves(call: Call, administrator: Person) -> None:
    answer = change(call, administrator, administrator, status="suspended")
    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert call("update_profile", token=administrator.token, body={"name": "Ada"}).status == 200


@pytest.mark.parametrize("body", [{"status": "suspended"}, {"role": "learner"}])
def test_suspended_administrator_is_not_the_one_who_is_left(
    call: Call, people: People, body: dict[str, object]
) -> None:
    one, other, third = (people.add(Role.ADMIN) for _ in range(3))
    assert change(call, one, other, status="suspended").status == 200
    assert change(call, one, third, **body).status == 200
    # One active administrator is left: whoever is suspended could not let anybody in again.
    assert call("erase_account", token=one.token, body={"password": PASSWORD}).code == "CONFLICT"
    assert change(call, one, other, status="active").status == 200
    assert call("erase_account", token=one.token, body={"password": PASSWORD}).status == 204


def test_sessions_ended_by_an_administrator_are_audited(call: Call, administrator: Person, learner: Person) -> None:
    path = {"userId": learner.user_id}
    assert call("end_user_sessions", token=administrator.token, path=path).status == 204
    assert call("refresh", body={"refreshToken": learner.refresh_token}).status == 401
    assert [entry["action"] for entry in audited(call, administrator, learner)] == ["sessions.ended"]
    assert sign_in(call, learner).status == 201
    unknown = call("end_user_sessions", token=administrator.token, path={"userId": "usr_nobody"})
    assert (unknown.status, unknown.code) == (404, "USER_NOT_FOUND")


def test_administrator_may_end_their_own_sessions(call: Call, administrator: Person) -> None:
    path = {"userId": administrator.user_id}
    assert call("end_user_sessions", token=administrator.token, path=path).status == 204
    assert call("end_user_sessions", token=administrator.token, path=path).status == 401


def test_password_and_erasure_are_audited_by_their_owner(call: Call, administrator: Person, learner: Person) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": "Battery-Staple-2"}
    assert call("change_password", token=learner.token, body=body).status == 204
    assert call("erase_account", token=learner.token, body={"password": "Battery-Staple-2"}).status == 204
    entries = audited(call, administrator, learner)
    assert [entry["action"] for entry in entries] == ["account.erased", "password.changed"]
    assert {entry["actor"]["name"] for entry in entries} == {"Former learner"}


@pytest.mark.parametrize(
    "body",
    [
        {"status": "erased"},
        {"status": "banned"},
        {"status": None},
        {"reason": "no change"},
        {"status": "suspended", "reason": "x" * 501},
        {"status": "suspended", "until": "2027-01-01T00:00:00Z"},
    ],
)
def test_wrong_bodies_change_nothing(
    call: Call, administrator: Person, learner: Person, body: dict[str, object]
) -> None:
    answer = change(call, administrator, learner, **body)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert call("refresh", body={"refreshToken": learner.refresh_token}).status == 201
