"""Which news people get, and the one click that turns a kind of mail off."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from peerlearn.domain.notices import Notice, shown
from peerlearn.snapshots import forget_providers
from tests.functional.conftest import TABLE
from tests.functional.mail.conftest import Call
from tests.support.mail_tokens import minted
from tests.support.people import People, Person

KINDS = {notice.value for notice in Notice}


def wishes(call: Call, person: Person) -> dict[str, Any]:
    answer = call("get_notifications", token=person.token)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.body["data"]["notifications"]
    return found


def test_everything_is_on_to_begin_with(call: Call, learner: Person) -> None:
    assert wishes(call, learner) == {kind: {"email": True, "push": True} for kind in KINDS}


def test_kind_and_channel_are_turned_off_one_by_one(call: Call, learner: Person) -> None:
    change = {"session.reminder": {"email": False}, "message.unread": {"push": False}}
    answer = call("change_notifications", token=learner.token, body=change)
    assert answer.body["data"]["notifications"] == wishes(call, learner)
    assert wishes(call, learner)["session.reminder"] == {"email": False, "push": True}
    assert wishes(call, learner)["message.unread"] == {"email": True, "push": False}
    call("change_notifications", token=learner.token, body={"session.reminder": {"email": True, "push": False}})
    assert wishes(call, learner)["session.reminder"] == {"email": True, "push": False}
    assert wishes(call, learner)["message.unread"] == {"email": True, "push": False}


@pytest.mark.parametrize(
    "body",
    [
        *({"security": {"email": False}}, {"session.reminder": False}, {"session.reminder": {"sms": True}}),
        *({"session.reminder": {"email": "no"}}, {"session.reminder": None}, {"session_reminder": {"email": False}}),
    ],
)
def test_unknown_kind_or_channel_is_refused(body: dict[str, Any], call: Call, learner: Person) -> None:
    assert call("change_notifications", token=learner.token, body=body).code == "VALIDATION_FAILED"
    assert wishes(call, learner)["session.reminder"] == {"email": True, "push": True}


def test_one_click_turns_a_kind_of_mail_off(call: Call, learner: Person) -> None:
    token = minted("unsubscribe", learner.user_id)
    for _ in range(2):
        assert call("unsubscribe", query={"token": token}).status == 204
    assert wishes(call, learner)["session.reminder"] == {"email": False, "push": True}
    assert wishes(call, learner)["announcement"] == {"email": True, "push": True}


def test_click_needs_no_json_and_no_body(call: Call, learner: Person) -> None:
    token = minted("unsubscribe", learner.user_id)
    assert call("unsubscribe", query={"token": token}, body=None).status == 204
    assert call("unsubscribe", query={"token": token}, body="List-Unsubscribe=One-Click").status == 204


def test_forged_click_turns_nothing_off(call: Call, learner: Person, people: People) -> None:
    token, other = minted("unsubscribe", learner.user_id), people.add()
    user_id, mac = token.partition(".")[0], token.rpartition(".")[2]
    assert shown(token).notice is Notice.SESSION_REMINDER
    for forged in (
        f"{user_id}.announcement.{mac}",
        f"{other.user_id}.session.reminder.{mac}",
        f"usr_nobody.session.reminder.{mac}",
        f"{user_id}.session.reminder.{'A' * 43}",
        f"{user_id}.security.{mac}",
        "x",
    ):
        assert call("unsubscribe", query={"token": forged}).code == "UNAUTHENTICATED", forged
    assert wishes(call, learner)["announcement"] == {"email": True, "push": True}
    assert call("unsubscribe", query={}).code == "VALIDATION_FAILED"


def test_wishes_are_exported_as_they_are(
    call: Call, learner: Person, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKET_NAME", "uploads")
    forget_providers()
    boto3.client("s3").create_bucket(Bucket="uploads")
    call("change_notifications", token=learner.token, body={"announcement": {"email": False}})
    minted("unsubscribe", learner.user_id)
    exported = str(call("export_data", token=learner.token).body["data"])
    assert "announcement/email" in exported
    assert "mailKey" not in exported
    items = [item for item in aws.scan(TableName=TABLE)["Items"] if item["entity"]["S"] == "Wishes"]
    # the range that an erasure deletes
    assert [item["SK"]["S"][:2] for item in items] == ["O#"]
