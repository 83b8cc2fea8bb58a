"""Proving an address, losing a password, changing an address and taking the change back, by the mails themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.bootstrap.addresses import address_service, link_opener
from peerlearn.domain.clock import utc_now
from peerlearn.domain.mail_tokens import LIFETIMES, TokenKind
from peerlearn.snapshots import forget_providers
from tests.functional.conftest import TABLE
from tests.functional.mail.conftest import OTHER, PASSWORD, Call, is_proven, register, sign_in, stands
from tests.support.inbox import Inbox
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ADA, NEW = "ada@learners.example", "countess@learners.example"


@pytest.fixture
def proven(call: Call, inbox: Inbox, ada: dict[str, Any]) -> dict[str, Any]:
    """Ada, whose address is proven."""
    assert call("verify", body={"token": inbox.only(ADA).token}).status == 201
    return ada


def ask_for(call: Call, token: str, wanted: str = NEW) -> None:
    answer = call("change_email", token=token, body={"newEmail": wanted, "password": PASSWORD})
    assert (answer.status, answer.body["data"]) == (201, {"pending": wanted})


def later(monkeypatch: pytest.MonkeyPatch, kind: TokenKind) -> None:
    """From now on links see a clock at which that kind's lifetime is over."""
    for service in (address_service(), link_opener()):
        monkeypatch.setattr(service, "_clock", lambda: utc_now() + LIFETIMES[kind])


# -- verify


def test_registration_mails_a_link_that_proves_the_address(call: Call, inbox: Inbox, ada: dict[str, Any]) -> None:
    assert ada["user"]["emailVerified"] is False
    mail = inbox.only(ADA)
    assert mail.page == "/verify"
    answer = call("verify", body={"token": mail.token})
    assert answer.status == 201
    assert answer.body["data"]["user"]["emailVerified"] is True
    assert is_proven(call, ada["token"])
    assert sign_in(call, ADA).body["user"]["emailVerified"] is True


def test_spent_link_is_401_and_its_account_stays_proven(call: Call, inbox: Inbox, ada: dict[str, Any]) -> None:
    token = inbox.only(ADA).token
    assert call("verify", body={"token": token}).status == 201
    assert call("verify", body={"token": token}).code == "UNAUTHENTICATED"
    assert is_proven(call, ada["token"])


@pytest.mark.usefixtures("ada")
def test_late_link_is_told_to_be_late(call: Call, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    token = inbox.only(ADA).token
    later(monkeypatch, TokenKind.VERIFY)
    assert call("verify", body={"token": token}).code == "TOKEN_EXPIRED"


def test_altered_and_foreign_links_are_401(call: Call, inbox: Inbox, ada: dict[str, Any]) -> None:
    token = inbox.only(ADA).token
    other = register(call, "eve@learners.example")
    foreign = f"{other['user']['userId']}.{token.partition('.')[2]}"
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for text in (altered, foreign, token + "x", "x", "usr_x." + "é" * 43, ada["token"], ada["refreshToken"][:500]):
        assert call("verify", body={"token": text}).code == "UNAUTHENTICATED", text
    # of another purpose
    assert call("undo", body={"token": token}).code == "UNAUTHENTICATED"
    assert call("reset", body={"token": token, "newPassword": OTHER}).code == "UNAUTHENTICATED"
    assert call("verify", body={"token": token}).status == 201


def test_link_is_mailed_once_more(call: Call, inbox: Inbox, ada: dict[str, Any]) -> None:
    inbox.deliver()
    answer = call("send_verification", token=ada["token"])
    assert (answer.status, answer.body["data"]) == (201, {"sentTo": ADA})
    assert call("verify", body={"token": inbox.only(ADA).token}).status == 201
    assert call("send_verification", token=ada["token"]).code == "CONFLICT"


def test_link_is_mailed_five_times_an_hour(call: Call, ada: dict[str, Any]) -> None:
    answers = [call("send_verification", token=ada["token"]).status for _ in range(6)]
    assert answers == [201] * 5 + [429]


# -- forgot, reset


def test_lost_password_is_replaced_by_the_mailed_link(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    answer = call("forgot", body={"email": " ADA@learners.example "})
    assert (answer.status, answer.body) == (201, {"status": "success", "data": {}})
    # to the address as its owner has written it
    mail = inbox.only(ADA)
    assert mail.page == "/reset"
    assert call("reset", body={"token": mail.token, "newPassword": OTHER}).status == 204
    assert not stands(call, proven["token"])
    assert call("refresh", body={"refreshToken": proven["refreshToken"]}).status == 401
    assert sign_in(call, ADA).code == "INVALID_CREDENTIALS"
    assert sign_in(call, ADA, OTHER).body["user"]["name"] == "Ada"
    assert call("reset", body={"token": mail.token, "newPassword": PASSWORD}).code == "UNAUTHENTICATED"


def test_unknown_address_gets_the_same_answer_and_no_mail(call: Call, inbox: Inbox, ada: dict[str, Any]) -> None:
    inbox.deliver()
    known = call("forgot", body={"email": ADA})
    unknown = call("forgot", body={"email": "nobody@learners.example"})
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert set(known.headers) == set(unknown.headers)
    assert [one.to for one in inbox.deliver()] == [ADA]
    assert ada["user"]["email"] == ADA


@pytest.mark.usefixtures("ada")
def test_forgot_makes_the_same_calls_for_every_address(
    call: Call, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time tells nothing, since nothing looks at the account."""
    calls: list[str] = []
    make = type(aws)._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        calls.append(operation)
        return make(client, operation, parameters)

    call("forgot", body={"email": "warm@learners.example"})
    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", noted)
    made = []
    for email in (ADA, "nobody@learners.example"):
        calls.clear()
        assert call("forgot", body={"email": email}).status == 201
        made.append(list(calls))
    assert made[0] == made[1]


@pytest.mark.usefixtures("proven")
def test_one_reset_ends_every_other_link(call: Call, inbox: Inbox) -> None:
    for _ in range(2):
        call("forgot", body={"email": ADA})
    first, second = (one.token for one in inbox.deliver())
    assert call("reset", body={"token": second, "newPassword": OTHER}).status == 204
    assert call("reset", body={"token": first, "newPassword": PASSWORD}).code == "UNAUTHENTICATED"


@pytest.mark.usefixtures("proven")
def test_late_reset_changes_nothing(call: Call, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from peerlearn.bootstrap.addresses import recovery_service  # noqa: PLC0415

    call("forgot", body={"email": ADA})
    token = inbox.only(ADA).token
    monkeypatch.setattr(recovery_service(), "_clock", lambda: utc_now() + LIFETIMES[TokenKind.RESET])
    assert call("reset", body={"token": token, "newPassword": OTHER}).code == "TOKEN_EXPIRED"
    assert sign_in(call, ADA).status == 201


@pytest.mark.usefixtures("proven")
def test_weak_password_spends_no_link(call: Call, inbox: Inbox) -> None:
    call("forgot", body={"email": ADA})
    token = inbox.only(ADA).token
    assert call("reset", body={"token": token, "newPassword": "Password1!"}).code == "VALIDATION_FAILED"
    assert call("reset", body={"token": token, "newPassword": OTHER}).status == 204


@pytest.mark.usefixtures("proven")
def test_password_change_leaves_a_mailed_link_alive(call: Call, inbox: Inbox) -> None:
    """A thief who knows the password cannot keep the owner out by changing it again and again."""
    call("forgot", body={"email": ADA})
    token = inbox.only(ADA).token
    thief = sign_in(call, ADA).body["token"]
    body = {"currentPassword": PASSWORD, "newPassword": "Thieves-Only-9"}
    assert call("change_password", token=thief, body=body).status == 204
    assert call("reset", body={"token": token, "newPassword": OTHER}).status == 204
    assert not stands(call, thief)


@pytest.mark.usefixtures("proven")
def test_no_more_than_five_links_an_hour_reach_an_address(call: Call, inbox: Inbox) -> None:
    for _ in range(7):
        assert call("forgot", body={"email": ADA}).status == 201
    assert len(inbox.deliver()) == 5


def test_squatters_registration_ends_with_the_reset(call: Call, inbox: Inbox, aws: DynamoDBClient) -> None:
    more: dict[str, Any] = {"interests": ["spam"], "learningGoals": ["phishing"]}
    squatter = register(call, ADA, **more)
    link = call("create_calendar_link", token=squatter["token"], body=None).body["data"]["calendar"]["url"]
    call("forgot", body={"email": ADA})
    mail = next(one for one in inbox.deliver() if one.page == "/reset")
    assert "Ada" not in mail.text
    assert call("reset", body={"token": mail.token, "newPassword": OTHER}).status == 204
    assert not stands(call, squatter["token"])
    assert call("refresh", body={"refreshToken": squatter["refreshToken"]}).status == 401
    assert call("get_calendar", query={"token": link.partition("token=")[2]}).status == 404
    assert sign_in(call, ADA).code == "INVALID_CREDENTIALS"
    user = sign_in(call, ADA, OTHER).body["user"]
    assert (user["name"], user["interests"], user["learningGoals"]) == ("New learner", [], [])
    assert user["emailVerified"] is True
    stored = str(aws.scan(TableName=TABLE)["Items"])
    assert "phishing" not in stored


# -- change of address


def test_address_changes_once_the_new_one_is_proven(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    ask_for(call, proven["token"])
    assert stands(call, proven["token"])
    mails = {one.to: one for one in inbox.deliver()}
    assert set(mails) == {ADA, NEW}
    assert (mails[NEW].page, mails[ADA].page) == ("/verify", "/undo")
    assert "c•••@learners.example" in mails[ADA].text
    assert NEW not in mails[ADA].text
    assert sign_in(call, NEW).code == "INVALID_CREDENTIALS"
    answer = call("verify", body={"token": mails[NEW].token})
    assert (answer.body["data"]["user"]["email"], answer.body["data"]["user"]["emailVerified"]) == (NEW, True)
    assert not stands(call, proven["token"])
    assert sign_in(call, ADA).code == "INVALID_CREDENTIALS"
    assert sign_in(call, NEW).status == 201
    told = inbox.deliver()
    assert [(one.to, one.page) for one in told if one.to == ADA] == [(ADA, "/undo")]


def test_wrong_password_changes_no_address(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    answer = call("change_email", token=proven["token"], body={"newEmail": NEW, "password": OTHER})
    assert answer.code == "INVALID_CREDENTIALS"
    assert inbox.deliver() == []


def test_own_address_is_no_new_one(call: Call, proven: dict[str, Any]) -> None:
    body = {"newEmail": "ADA@learners.example", "password": PASSWORD}
    answer = call("change_email", token=proven["token"], body=body)
    assert answer.code == "VALIDATION_FAILED"


def test_taken_address_is_told_by_mail_alone(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    register(call, NEW)
    inbox.deliver()
    ask_for(call, proven["token"])
    mail = inbox.only(NEW)
    assert "has an account already" in mail.subject
    assert "http" not in mail.text.partition("This mail is about")[0]


def test_address_that_was_taken_meanwhile_is_refused(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    ask_for(call, proven["token"])
    token = inbox.only(NEW).token
    register(call, NEW, OTHER)
    assert call("verify", body={"token": token}).code == "EMAIL_ALREADY_REGISTERED"
    assert sign_in(call, ADA).status == 201
    assert sign_in(call, NEW, OTHER).status == 201


def test_later_change_replaces_the_pending_one(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    ask_for(call, proven["token"])
    first = inbox.only(NEW).token
    ask_for(call, proven["token"], "lovelace@learners.example")
    second = inbox.only("lovelace@learners.example").token
    assert call("verify", body={"token": first}).code == "UNAUTHENTICATED"
    assert call("verify", body={"token": second}).status == 201


@pytest.mark.parametrize("ending", ["reset", "password", "others"])
def test_event_that_ends_sessions_ends_a_pending_change(
    ending: str, call: Call, inbox: Inbox, proven: dict[str, Any]
) -> None:
    thief = sign_in(call, ADA).body["token"]
    ask_for(call, thief)
    token = inbox.only(NEW).token
    if ending == "reset":
        call("forgot", body={"email": ADA})
        mailed = inbox.only(ADA).token
        assert call("reset", body={"token": mailed, "newPassword": OTHER}).status == 204
    elif ending == "password":
        body = {"currentPassword": PASSWORD, "newPassword": OTHER}
        assert call("change_password", token=proven["token"], body=body).status == 204
    else:
        assert call("end_other_sessions", token=proven["token"]).status == 204
    assert call("verify", body={"token": token}).code == "UNAUTHENTICATED"


# -- undo


def test_change_is_undone_by_the_former_address(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    ask_for(call, proven["token"])
    assert call("verify", body={"token": inbox.only(NEW).token}).status == 201
    thief = sign_in(call, NEW).body["token"]
    undo = next(one for one in inbox.deliver() if one.to == ADA)
    assert call("undo", body={"token": undo.token}).status == 204
    assert not stands(call, thief)
    assert sign_in(call, NEW).code == "INVALID_CREDENTIALS"
    reset = inbox.only(ADA)
    assert reset.page == "/reset"
    assert call("reset", body={"token": reset.token, "newPassword": OTHER}).status == 204
    assert sign_in(call, ADA, OTHER).status == 201
    assert call("undo", body={"token": undo.token}).code == "UNAUTHENTICATED"
    assert register(call, NEW)["user"]["email"] == NEW


def test_pending_change_is_stopped_by_the_present_address(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    ask_for(call, proven["token"])
    mails = {one.to: one for one in inbox.deliver()}
    assert call("undo", body={"token": mails[ADA].token}).status == 204
    assert call("verify", body={"token": mails[NEW].token}).code == "UNAUTHENTICATED"
    assert not stands(call, proven["token"])
    assert inbox.only(ADA).page == "/reset"


def test_change_can_be_undone_for_72_hours(
    call: Call, inbox: Inbox, proven: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(call, proven["token"])
    token = inbox.only(ADA).token
    later(monkeypatch, TokenKind.UNDO)
    assert call("undo", body={"token": token}).code == "TOKEN_EXPIRED"


def test_thiefs_later_change_is_undone_with_the_first(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    """A thief who moves an account twice holds a link to undo the second change, which must open nothing."""
    third = "thief@elsewhere.example"
    ask_for(call, proven["token"])
    assert call("verify", body={"token": inbox.only(NEW).token}).status == 201
    owners = next(one for one in inbox.deliver() if one.to == ADA).token
    ask_for(call, sign_in(call, NEW).body["token"], third)
    assert call("verify", body={"token": inbox.only(third).token}).status == 201
    thiefs = next(one for one in inbox.deliver() if one.to == NEW and one.page == "/undo").token
    assert call("undo", body={"token": owners}).status == 204
    assert call("undo", body={"token": thiefs}).code == "UNAUTHENTICATED"
    assert sign_in(call, ADA).status == 201


def test_former_address_is_held_while_the_change_can_be_undone(
    call: Call, inbox: Inbox, proven: dict[str, Any]
) -> None:
    ask_for(call, proven["token"])
    assert call("verify", body={"token": inbox.only(NEW).token}).status == 201
    answer = call("register", body={"name": "Eve", "email": ADA, "password": OTHER})
    assert answer.code == "EMAIL_ALREADY_REGISTERED"
    back = sign_in(call, NEW).body["token"]
    inbox.deliver()
    ask_for(call, back, ADA)
    assert call("verify", body={"token": next(one for one in inbox.deliver() if one.to == ADA).token}).status == 201
    assert sign_in(call, ADA).status == 201


# -- without mails, and with a proof that is asked for


def test_mail_routes_answer_503_where_no_mail_is_sent(
    call: Call, learner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    monkeypatch.setenv("VERIFIED_EMAIL", "required")
    forget_providers()
    token = {"token": "usr_1." + "A" * 43}
    requests: dict[str, dict[str, Any]] = {
        "verify": {"body": token},
        "undo": {"body": token},
        "reset": {"body": token | {"newPassword": OTHER}},
        "forgot": {"body": {"email": ADA}},
        "send_verification": {"token": learner.token},
        "change_email": {"token": learner.token, "body": {"newEmail": NEW, "password": PASSWORD}},
    }
    for name, parts in requests.items():
        answer = call(name, **parts)
        assert (name, answer.status, answer.code) == (name, 503, "MAIL_DISABLED")
    assert call("update_profile", token=learner.token, body={"name": "Ada"}).status == 200


# Reads of one's own, which an unproven address does not stand in the way of.
MAY = {"list_points", "get_profile", "list_progress", "list_enrollments", "list_sessions", "list_my_submissions"}


def test_unproven_account_reads_its_own_and_proves_itself(
    call: Call, inbox: Inbox, ada: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERIFIED_EMAIL", "required")
    forget_providers()
    for name in MAY:
        assert call(name, token=ada["token"]).status == 200, name
    for name in ("update_profile", "enroll", "send", "find_peers", "leaderboard", "create_ticket", "create_course"):
        answer = call(name, token=ada["token"])
        assert (name, answer.status, answer.code) == (name, 403, "EMAIL_NOT_VERIFIED")
    assert sign_in(call, ADA).status == 201
    assert call("send_verification", token=ada["token"]).status == 201
    mail = next(one for one in inbox.deliver() if "/verify" in one.text)
    assert call("verify", body={"token": mail.token}).status == 201
    assert call("update_profile", token=ada["token"], body={"name": "Ada"}).status == 200
    assert call("find_peers", token=ada["token"]).status == 200
