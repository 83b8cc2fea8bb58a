"""The auth endpoints from event to answer, one after the other as a client calls them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import Answer, event_of
from tests.support.people import Person

Call = Callable[..., Answer]
PASSWORD = "Analytical-1843"
EMAIL = "ada@learners.example"


@pytest.fixture
def ada(call: Call) -> dict[str, Any]:
    answer = call("register")
    assert answer.status == 201
    return answer.body


def test_register_answers_flat_with_both_tokens(ada: dict[str, Any]) -> None:
    assert set(ada) == {"status", "token", "refreshToken", "tokenType", "expiresIn", "deviceToken", "user"}
    assert (ada["status"], ada["tokenType"], ada["expiresIn"]) == ("success", "Bearer", 3600)
    user = ada["user"]
    assert user.pop("userId").startswith("usr_")
    assert user == {
        "name": "Ada Lovelace",
        "email": EMAIL,
        "emailVerified": False,
        "role": "learner",
        "interests": ["mathematics"],
        "learningGoals": ["write a program"],
    }


def test_registered_token_opens_the_profile(call: Call, ada: dict[str, Any]) -> None:
    answer = call("get_profile", token=ada["token"])
    assert answer.status == 200
    assert answer.body["data"]["profile"]["userId"] == ada["user"]["userId"]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("email", [EMAIL, "ADA@learners.example", "Ada@LEARNERS.Example"])
def test_address_is_unique_in_every_case(call: Call, email: str) -> None:
    answer = call("register", body={"name": "Eve", "email": email, "password": PASSWORD})
    assert (answer.status, answer.code) == (409, "EMAIL_ALREADY_REGISTERED")


def test_every_wrong_field_is_named_at_once(call: Call) -> None:
    answer = call("register", body={"name": " ", "email": "nobody", "password": "short", "role": "admin"})
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert {field["field"] for field in answer.body["details"]["fields"]} == {"name", "email", "password", "role"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "Aa!" + "x" * 70),
        ("password", "A!" + "é" * 36),
        ("password", "abcdefg!"),
        ("password", "ABCDEFGh1"),
        ("password", 12345678),
        ("password", None),
        ("password", "Abcdefg!\0"),
        ("password", "Peerlearn1!"),
        ("email", "ada lovelace@learners.example"),
        ("email", "ada@learners\n.example"),
        ("email", "ada\ufeff@learners.example"),
        ("email", "ada@learners.example\nBcc: eve@learners.example"),
        ("email", " \ufeff "),
        ("email", "a@b@c.example"),
        ("email", "ada@localhost"),
        ("email", "a" * 250 + "@x.example"),
        ("email", ["ada@learners.example"]),
        ("name", ""),
        ("name", "x" * 101),
        ("name", 5),
        ("interests", "chess"),
        ("interests", ["x"] * 3 + [""]),
        ("interests", ["x" * 61]),
        ("interests", [str(number) for number in range(21)]),
        ("learningGoals", {"a": 1}),
        ("points", 100),
        ("userId", "usr_1"),
    ],
)
def test_register_refuses(call: Call, field: str, value: object) -> None:
    body = {"name": "Ada", "email": EMAIL, "password": PASSWORD, field: value}
    answer = call("register", body=body)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert answer.body["details"]["fields"][0]["field"].startswith(field)


def test_password_of_72_bytes_signs_in_and_one_of_73_does_not(call: Call) -> None:
    longest = "Aa!" + "x" * 69
    assert call("register", body={"name": "Ada", "email": EMAIL, "password": longest}).status == 201
    assert call("login", body={"email": EMAIL, "password": longest}).status == 201
    answer = call("login", body={"email": EMAIL, "password": longest + "x"})
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")


@pytest.mark.parametrize(
    "around", [("", "\n"), ("\ufeff", ""), (" \t", "\r\n"), ("\u00a0", "\u3000"), (" \ufeff ", " ")]
)
def test_blanks_and_byte_order_marks_around_an_address_are_trimmed(call: Call, around: tuple[str, str]) -> None:
    before, after = around
    answer = call("register", body={"name": "Ada", "email": f"{before}{EMAIL}{after}", "password": PASSWORD})
    assert (answer.status, answer.body.get("user", {}).get("email")) == (201, EMAIL)
    assert call("login", body={"email": f"{after}{EMAIL}{before}", "password": PASSWORD}).status == 201


@pytest.mark.parametrize("domain", ["school.example", "example.com", "school.test", "mail.invalid", "printer.local"])
def test_reserved_domains_are_accepted(call: Call, domain: str) -> None:
    answer = call("register", body={"name": "Ada", "email": f"ada@{domain}", "password": PASSWORD})
    assert (answer.status, answer.body.get("user", {}).get("email")) == (201, f"ada@{domain}")


def test_password_is_the_same_however_its_letters_are_composed(call: Call) -> None:
    composed, decomposed = "Crème brûlée-7", "Cre\u0300me bru\u0302le\u0301e-7"
    assert call("register", body={"name": "Ada", "email": EMAIL, "password": decomposed}).status == 201
    for password in (composed, decomposed):
        assert call("login", body={"email": EMAIL, "password": password}).status == 201


def test_password_is_measured_in_its_composed_spelling(call: Call) -> None:
    body = {"name": "Ada", "email": EMAIL}
    assert call("register", body=body | {"password": "A!" + "e\u0301" * 36}).status == 422
    assert call("register", body=body | {"password": "A!" + "e\u0301" * 35}).status == 201


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("password", [PASSWORD.lower(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]])
def test_password_counts_exactly_as_typed(call: Call, password: str) -> None:
    answer = call("login", body={"email": EMAIL, "password": password})
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")


@pytest.mark.usefixtures("ada")
def test_wrong_password_and_unknown_address_look_the_same(call: Call) -> None:
    wrong = call("login", body={"email": EMAIL, "password": "Wrong-Password-1"})
    unknown = call("login", body={"email": "nobody@learners.example", "password": PASSWORD})
    same = ("status", "code", "message", "details")
    assert (wrong.status, unknown.status) == (401, 401)
    assert [wrong.body[name] for name in same] == [unknown.body[name] for name in same]


def test_login_ignores_the_case_of_the_address(call: Call, ada: dict[str, Any]) -> None:
    answer = call("login", body={"email": "ADA@Learners.example", "password": PASSWORD})
    assert (answer.status, answer.body["user"]) == (201, ada["user"])


def test_refresh_spends_the_token(call: Call, ada: dict[str, Any]) -> None:
    second = call("refresh", body={"refreshToken": ada["refreshToken"]})
    third = call("refresh", body={"refreshToken": second.body["refreshToken"]})
    assert (second.status, third.status) == (201, 201)
    assert len({ada["refreshToken"], second.body["refreshToken"], third.body["refreshToken"]}) == 3

    reused = call("refresh", body={"refreshToken": ada["refreshToken"]})
    assert (reused.status, reused.code) == (401, "TOKEN_REUSED")
    after = call("refresh", body={"refreshToken": third.body["refreshToken"]})
    assert (after.status, after.code) == (401, "UNAUTHENTICATED")


def test_tokens_are_not_interchangeable(call: Call, ada: dict[str, Any]) -> None:
    as_refresh = call("refresh", body={"refreshToken": ada["token"]})
    as_access = call("get_profile", token=ada["refreshToken"])
    assert (as_refresh.status, as_refresh.code) == (401, "UNAUTHENTICATED")
    assert (as_access.status, as_access.code) == (401, "UNAUTHENTICATED")


def test_logout_ends_the_session_and_only_that(call: Call, ada: dict[str, Any]) -> None:
    other = call("login").body
    left = call("logout", body={"refreshToken": ada["refreshToken"]})
    assert (left.status, left.body) == (204, {})
    assert call("logout", body={"refreshToken": ada["refreshToken"]}).status == 204
    ended = call("refresh", body={"refreshToken": ada["refreshToken"]})
    assert (ended.status, ended.code) == (401, "UNAUTHENTICATED")
    assert call("refresh", body={"refreshToken": other["refreshToken"]}).status == 201


def test_password_change_ends_every_other_session(call: Call, ada: dict[str, Any]) -> None:
    other = call("login").body
    assert call("change_password", token=ada["token"]).status == 204
    ended = call("refresh", body={"refreshToken": other["refreshToken"]})
    assert (ended.status, ended.code) == (401, "UNAUTHENTICATED")
    assert call("refresh", body={"refreshToken": ada["refreshToken"]}).status == 201
    assert call("login").code == "INVALID_CREDENTIALS"
    assert call("login", body={"email": EMAIL, "password": "Difference-1822"}).status == 201


def test_password_change_asks_for_the_present_one(call: Call, ada: dict[str, Any]) -> None:
    body = {"currentPassword": "Wrong-Password-1", "newPassword": "Difference-1822"}
    answer = call("change_password", token=ada["token"], body=body)
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")
    assert call("login").status == 201


def test_weak_new_password_is_told_each_rule_that_it_breaks(call: Call, ada: dict[str, Any]) -> None:
    answer = call("change_password", token=ada["token"], body={"currentPassword": PASSWORD, "newPassword": "weak"})
    assert answer.status == 422
    assert [(one["field"], one["rule"], one.get("limit")) for one in answer.body["details"]["fields"]] == [
        ("newPassword", "too_short", 8),
        ("newPassword", "no_upper_case", None),
        ("newPassword", "no_special_character", None),
    ]


@pytest.mark.usefixtures("ada")
def test_password_change_needs_a_caller(call: Call) -> None:
    assert call("change_password").code == "UNAUTHENTICATED"


@pytest.mark.parametrize("name", ["refresh", "logout"])
@pytest.mark.parametrize("token", ["x", "a.b.c", "é" * 10, "x" * 9000, "...", "\0"])
def test_a_text_that_is_no_token_is_a_401(call: Call, name: str, token: str) -> None:
    answer = call(name, body={"refreshToken": token})
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["x-amzn-remapped-www-authenticate"] == "Bearer"


def test_role_change_ends_the_sessions_of_that_person(call: Call, learner: Person, administrator: Person) -> None:
    changed = call("update_user", token=administrator.token, path={"userId": learner.user_id}, body={"role": "tutor"})
    assert changed.status == 200
    ended = call("refresh", body={"refreshToken": learner.refresh_token})
    assert (ended.status, ended.code) == (401, "UNAUTHENTICATED")
    assert call("refresh", body={"refreshToken": administrator.refresh_token}).status == 201


def test_no_secret_is_logged(call: Call, ada: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    call("login", body={"email": EMAIL, "password": "Wrong-Password-1"})
    call("refresh", body={"refreshToken": ada["refreshToken"]})
    call("get_profile", token="forged." + ada["token"])
    call("change_password", token=ada["token"])
    told = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    for secret in (PASSWORD, "Wrong-Password-1", "Difference-1822", ada["token"], ada["refreshToken"]):
        assert secret not in told


def test_event_files_carry_no_token_that_works() -> None:
    assert event_of("get_profile")["headers"]["Authorization"] == "Bearer <access token>"
