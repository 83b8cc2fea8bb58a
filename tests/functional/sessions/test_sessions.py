"""Where somebody is signed in, what their sessions planted, and ending both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.bootstrap.accounts import account_service
from tests.support.api import Answer
from tests.support.people import PASSWORD, People, Person

Call = Callable[..., Answer]
DEVICE = {"deviceName": "Ada's telephone"}


def sign_in(call: Call, person: Person, **fields: str) -> Answer:
    answer = call("login", body={"email": person.user.email, "password": PASSWORD, **fields})
    assert answer.status == 201, answer
    return answer


def sessions(call: Call, token: str) -> list[dict[str, object]]:
    answer = call("list_sessions", token=token)
    assert answer.status == 200
    found: list[dict[str, object]] = answer.body["data"]["sessions"]
    return found


def test_sessions_are_listed_newest_first_with_their_devices(call: Call, learner: Person) -> None:
    token = sign_in(call, learner, **DEVICE).body["token"]
    newest, first = sessions(call, token)
    assert set(newest) == {"sessionId", "device", "createdAt", "lastUsedAt", "current"}
    assert (newest["device"], newest["current"]) == (DEVICE["deviceName"], True)
    assert (first["device"], first["current"], first["sessionId"]) == (None, False, learner.session.session_id)


def test_registered_device_is_named_too(call: Call) -> None:
    body = {"name": "Eve", "email": "eve@people.example", "password": "Battery-Staple-2", "deviceName": "  Laptop "}
    answer = call("register", body=body)
    assert answer.status == 201
    assert answer.body["deviceToken"]
    assert [one["device"] for one in sessions(call, answer.body["token"])] == ["Laptop"]


@pytest.mark.parametrize("name", ["", " ", "x" * 61, 7, ["phone"]])
def test_device_name_that_is_none_is_refused(call: Call, learner: Person, name: object) -> None:
    answer = call("login", body={"email": learner.user.email, "password": PASSWORD, "deviceName": name})
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")


def test_ended_session_is_gone_and_the_others_stay(call: Call, learner: Person) -> None:
    other = sign_in(call, learner).body
    assert call("end_session", token=learner.token, path={"sessionId": "sid_nobodys"}).status == 404
    other_id = next(str(one["sessionId"]) for one in sessions(call, other["token"]) if one["current"])
    assert call("end_session", token=learner.token, path={"sessionId": other_id}).status == 204
    assert [one["sessionId"] for one in sessions(call, learner.token)] == [learner.session.session_id]
    assert call("refresh", body={"refreshToken": other["refreshToken"]}).status == 401
    assert call("end_session", token=learner.token, path={"sessionId": other_id}).code == "NOT_FOUND"


def test_session_of_somebody_else_is_not_found(call: Call, learner: Person, people: People) -> None:
    stranger = people.add()
    answer = call("end_session", token=learner.token, path={"sessionId": stranger.session.session_id})
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert call("list_sessions", token=stranger.token).status == 200


def test_own_session_can_be_ended_by_itself(call: Call, learner: Person) -> None:
    path = {"sessionId": learner.session.session_id}
    assert call("end_session", token=learner.token, path=path).status == 204
    assert call("update_profile", token=learner.token, body={"name": "Eve"}).status == 401


def test_twenty_first_session_ends_the_one_unused_longest(call: Call, learner: Person) -> None:
    tokens = [account_service().login(learner.user.email, PASSWORD) for _ in range(19)]
    # The first one is used again, so that another one has gone unused the longest.
    renewed = account_service().refresh(learner.refresh_token)
    newest = sign_in(call, learner).body["token"]
    assert len(sessions(call, newest)) == 20
    assert call("update_profile", token=renewed.access_token, body={"name": "Ada"}).status == 200
    statuses = [call("update_profile", token=one.access_token, body={"name": "Ada"}).status for one in tokens]
    assert statuses.count(401) == 1


def test_calendar_link_is_listed_and_ends_with_the_session_that_its_owner_ends(call: Call, learner: Person) -> None:
    planted = sign_in(call, learner).body["token"]
    url = call("create_calendar_link", token=planted).body["data"]["calendar"]["url"]
    token = url.partition("token=")[2]
    listed = call("list_sessions", token=learner.token).body["data"]
    link, planter = listed["calendarLink"], next(one for one in listed["sessions"] if not one["current"])
    assert link["sessionId"] == planter["sessionId"]
    assert call("get_calendar", query={"token": token}).status == 200
    assert call("end_session", token=learner.token, path={"sessionId": planter["sessionId"]}).status == 204
    assert call("get_calendar", query={"token": token}).status == 404


@pytest.mark.parametrize("end", ["password", "others"])
def test_planted_calendar_link_ends_with_all_other_sessions(call: Call, learner: Person, end: str) -> None:
    planted = sign_in(call, learner).body["token"]
    token = call("create_calendar_link", token=planted).body["data"]["calendar"]["url"].partition("token=")[2]
    body = {"currentPassword": PASSWORD, "newPassword": "Battery-Staple-2"}
    name, changes = ("change_password", {"body": body}) if end == "password" else ("end_other_sessions", {})
    assert call(name, token=learner.token, **changes).status == 204
    assert call("get_calendar", query={"token": token}).status == 404
    assert call("list_sessions", token=learner.token).body["data"]["calendarLink"] is None


def test_own_calendar_link_outlives_a_new_password_and_signing_out(call: Call, learner: Person) -> None:
    token = call("create_calendar_link", token=learner.token).body["data"]["calendar"]["url"].partition("token=")[2]
    body = {"currentPassword": PASSWORD, "newPassword": "Battery-Staple-2"}
    assert call("change_password", token=learner.token, body=body).status == 204
    assert call("logout", body={"refreshToken": learner.refresh_token}).status == 204
    assert call("get_calendar", query={"token": token}).status == 200


def test_device_token_is_answered_again_to_the_device_that_shows_it(call: Call, learner: Person) -> None:
    first = sign_in(call, learner).body["deviceToken"]
    assert sign_in(call, learner, deviceToken=first).body["deviceToken"] == first
    assert sign_in(call, learner, deviceToken="forged").body["deviceToken"] not in (first, "forged")
