"""Mails as they leave: at least once, in their reader's language, with headers and forms that any program reads."""

from __future__ import annotations

import email.parser
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from peerlearn.bootstrap.mails import mail_delivery
from peerlearn.domain.clock import utc_now
from peerlearn.domain.users import Role
from tests.functional.conftest import TABLE
from tests.functional.mail.conftest import ADA, OTHER, PASSWORD, Call, register, sign_in
from tests.support.inbox import Inbox, Received
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def by_hand(raw: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """A mail's headers and the parts of its body, read without the library's parser of mails: RFC 5322 and 2046."""
    head, _, body = raw.partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").decode("ascii")
    lines = [line.partition(": ") for line in unfolded.split("\r\n")]
    headers = {name.lower(): value for name, _, value in lines}
    boundary = headers["content-type"].partition('boundary="')[2].rstrip('"').encode()
    parts = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        part_head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        (kind,) = (line for line in part_head.split(b"\r\n") if line.lower().startswith(b"content-type"))
        parts[kind.partition(b": ")[2].partition(b";")[0].decode()] = content
    return headers, parts


def test_mail_is_read_alike_by_two_parsers(inbox: Inbox, ada: dict[str, Any]) -> None:
    mail = inbox.only(ADA)
    raw: bytes = mail.request["Content"]["Raw"]["Data"]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    headers, parts = by_hand(raw)
    assert headers["from"] == "Peerlearn <school@peerlearn.example>"
    assert headers["to"] == ADA
    assert headers["subject"] == mail.subject == "Confirm your address"
    assert headers["auto-submitted"] == "auto-generated"
    assert headers["mime-version"] == "1.0"
    assert list(parts) == ["text/plain", "text/html"]
    # what DMARC compares: the sender's domain, here and on the envelope
    assert mail.request["FromEmailAddress"].rpartition("@")[2] == headers["from"].rstrip(">").rpartition("@")[2]
    old = email.parser.BytesParser().parsebytes(raw)
    assert old.get_all("To") == [ADA]
    assert ada["user"]["userId"] in mail.token


def test_both_forms_hold_the_same_link(inbox: Inbox, ada: dict[str, Any]) -> None:  # noqa: ARG001 (she registered)
    mail = inbox.only(ADA)
    assert mail.link.startswith("https://peerlearn.example/#/verify?token=usr_")
    assert f'href="{mail.link}"' in mail.html
    assert '<html lang="en">' in mail.html
    assert "<title>Confirm your address</title>" in mail.html


def test_mail_is_in_its_readers_language_and_time(call: Call, inbox: Inbox) -> None:
    register(call, ADA, language="de", timeZone="Asia/Tokyo")
    mail = inbox.only(ADA)
    assert mail.subject == "Bitte bestätigen Sie Ihre Adresse"
    assert "(Asia/Tokyo)" in mail.text
    assert '<html lang="de">' in mail.html


def test_language_and_time_zone_are_of_the_profile(call: Call, proven: dict[str, Any], inbox: Inbox) -> None:
    profile = call("get_profile", token=proven["token"]).body["data"]["profile"]
    assert (profile["language"], profile["timeZone"], profile["emailVerified"]) == ("en", "UTC", True)
    changed = call("update_profile", token=proven["token"], body={"language": "de", "timeZone": "Europe/Berlin"})
    assert changed.body["data"]["profile"]["language"] == "de"
    call("forgot", body={"email": ADA})
    mail = inbox.only(ADA)
    assert mail.text.startswith("Hallo Ada,")
    assert "(Europe/Berlin)" in mail.text


@pytest.mark.parametrize(
    "body", [{"language": "xx"}, {"timeZone": "Mars/Olympus"}, {"timeZone": "../etc/passwd"}, {"timeZone": ""}]
)
def test_unknown_language_or_time_zone_is_refused(body: dict[str, str], call: Call, proven: dict[str, Any]) -> None:
    assert call("update_profile", token=proven["token"], body=body).code == "VALIDATION_FAILED"


def test_unproven_address_is_greeted_by_no_name(call: Call, inbox: Inbox) -> None:
    call("register", body={"name": "Win 1000 at evil.example", "email": ADA, "password": PASSWORD})
    mail = inbox.only(ADA)
    assert "evil" not in mail.text + mail.html + mail.subject


def test_text_of_a_name_is_no_markup(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    name = '<a href="https://evil.example">{link} & co</a>'
    assert call("update_profile", token=proven["token"], body={"name": name}).status == 200
    call("forgot", body={"email": ADA})
    mail = inbox.only(ADA)
    assert mail.html.count("<a ") == 1
    assert f"Hello {name}," in mail.text


@pytest.mark.parametrize(
    "address",
    [
        "ada@bücher.example",
        "ada@straße.example",
        "ada+tag@learners.example",
        "o'neil@learners.example",
        f"{'a' * 64}@b.example",
    ],
)
def test_unusual_address_gets_a_right_mail(address: str, call: Call, inbox: Inbox) -> None:
    register(call, address)
    (mail,) = inbox.deliver()
    assert mail.to.isascii()
    assert str(mail.message["To"]) == mail.to
    (receiver,) = mail.message["To"].addresses
    assert receiver.domain.encode("ascii")
    assert call("verify", body={"token": mail.token}).body["data"]["user"]["email"] == address


@pytest.mark.parametrize(
    "address",
    [
        *('"ada lovelace"@learners.example', "ada@learners.example\r\nBcc: eve@b.example", "ädä@learners.example"),
        *("ada@[127.0.0.1]", f"{'a' * 10_000}@b.example", "Ada <ada@learners.example>"),
        "ada@learners.example,eve@b.example",
    ],
)
def test_address_that_no_mail_reaches_is_refused(address: str, call: Call, inbox: Inbox) -> None:
    answer = call("register", body={"name": "Ada", "email": address, "password": PASSWORD})
    assert answer.code == "VALIDATION_FAILED"
    assert inbox.deliver() == []


def test_blanks_around_an_address_are_taken_off(call: Call, inbox: Inbox) -> None:
    register(call, "  ada@learners.example\n")
    assert inbox.deliver()[0].to == ADA


# -- security notices


def test_new_device_is_told_and_a_known_one_is_not(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    assert sign_in(call, ADA, deviceToken=proven["deviceToken"]).status == 201
    assert inbox.deliver() == []
    assert sign_in(call, ADA).status == 201
    assert inbox.only(ADA).subject == "A new device has signed in"


def test_wrong_password_is_told_to_nobody(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:  # noqa: ARG001
    assert sign_in(call, ADA, OTHER).status == 401
    assert inbox.deliver() == []


def test_new_password_is_told(call: Call, inbox: Inbox, proven: dict[str, Any]) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": OTHER}
    assert call("change_password", token=proven["token"], body=body).status == 204
    assert inbox.only(ADA).subject == "Your password was changed"


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ({"role": "tutor"}, "Your role was changed"),
        ({"status": "suspended", "reason": "Enough of evil.example"}, "Your account was suspended"),
    ],
)
def test_role_and_suspension_are_told(
    body: dict[str, str], subject: str, call: Call, inbox: Inbox, proven: dict[str, Any], administrator: Person
) -> None:
    path = {"userId": proven["user"]["userId"]}
    assert call("update_user", token=administrator.token, path=path, body=body).status == 200
    mail = inbox.only(ADA)
    assert mail.subject == subject
    assert "evil" not in mail.text
    if "role" in body:
        assert '"tutor"' in mail.text
        return
    assert call("update_user", token=administrator.token, path=path, body={"status": "active"}).status == 200
    assert inbox.only(ADA).subject == "Your account was restored"


# -- at least once, and never for nobody


def items(aws: DynamoDBClient, kind: str) -> list[dict[str, Any]]:
    return [dict(item) for item in aws.scan(TableName=TABLE)["Items"] if item["entity"]["S"] == kind]


def test_mail_that_has_left_is_forgotten(aws: DynamoDBClient, inbox: Inbox, ada: dict[str, Any]) -> None:  # noqa: ARG001
    assert len(items(aws, "Mail")) == 1
    inbox.deliver()
    assert items(aws, "Mail") == []
    (token,) = items(aws, "MailToken")
    assert inbox.received[0].token not in json.dumps(token)
    assert {"expiresAt", "ttl"} <= token.keys()


def test_mail_that_ses_refuses_is_tried_again(aws: DynamoDBClient, inbox: Inbox, ada: dict[str, Any]) -> None:  # noqa: ARG001
    inbox.refuses = ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail")
    inbox.deliver()
    assert len(inbox.workers.dead) == 1
    assert len(items(aws, "Mail")) == 1
    inbox.refuses = None
    task = inbox.workers.dead[0]
    assert mail_delivery().deliver(task["mailId"]).has_left
    assert not mail_delivery().deliver(task["mailId"]).has_left


@pytest.mark.usefixtures("ada")
def test_mail_that_may_have_left_leaves_again(
    call: Call,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cut off between sending and forgetting: both links work, until one of them is used for a new password."""
    remove = mail_delivery()._outbox.remove
    fails = iter([True])

    def cut_off(mail_id: str) -> None:
        if next(fails, False):
            raise TimeoutError
        remove(mail_id)

    monkeypatch.setattr(mail_delivery()._outbox, "remove", cut_off)
    first, second = inbox.deliver()
    assert first.token != second.token
    assert call("verify", body={"token": first.token}).status == 201
    assert call("verify", body={"token": second.token}).status == 201


Change = Callable[[Call, dict[str, Any]], object]


def test_erased_account_gets_no_mail(aws: DynamoDBClient, call: Call, inbox: Inbox, ada: dict[str, Any]) -> None:
    assert call("erase_account", token=ada["token"], body={"password": PASSWORD}).status == 204
    assert inbox.deliver() == []
    assert items(aws, "Mail") == []


@pytest.mark.usefixtures("ada")
def test_mail_that_comes_too_late_is_not_sent(
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_delivery(), "_clock", lambda: utc_now() + timedelta(days=1))
    assert inbox.deliver() == []


def test_unproven_address_is_not_flooded(call: Call, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS", "unproven-mails=2/86400")
    register(call, ADA)
    for _ in range(3):
        assert sign_in(call, ADA).status == 201
    assert len(inbox.deliver()) == 2


def test_operators_account_is_proven(people: People, call: Call, inbox: Inbox) -> None:
    """Somebody who has AWS's permissions vouches for it."""
    from peerlearn.bootstrap.accounts import account_service  # noqa: PLC0415

    signed_in = account_service().register("Ada", ADA, PASSWORD, role=Role.ADMIN, proven=True)
    assert call("get_profile", token=signed_in.access_token).body["data"]["profile"]["emailVerified"] is True
    assert inbox.deliver() == []
    assert people is not None


@pytest.mark.usefixtures("ada")
def test_log_names_no_address(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "peerlearn"):
        mails: list[Received] = inbox.deliver()
    logged = str([vars(record) for record in caplog.records])
    assert "mail dealt with" in logged
    assert ADA not in logged
    assert mails[0].token not in logged
