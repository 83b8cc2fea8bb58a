"""Notices as they leave: once for a claim, at most, and to nobody who may not have them or does not want them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.mails import mail_client_of_one_try, mail_delivery
from peerlearn.domain.clock import utc_now
from peerlearn.domain.mails import NOTICES, MailKind, Mailroom
from peerlearn.domain.tasks import Work
from peerlearn.persistence.claims import claim
from tests.functional.conftest import TABLE
from tests.functional.mail.conftest import ADA, PASSWORD, Call
from tests.functional.mail.test_feedback import LONG_AGO, bounce, complaint, tell
from tests.support.inbox import Inbox
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def error(code: str, status: int) -> ClientError:
    """A refusal of SES's."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")


STARTS_AT = datetime(2126, 3, 30, 10, tzinfo=UTC)


def reminded(user_id: str, key: str = "session.reminder#crs_1#1", **told: Any) -> bool:
    """Whether a reminder of a session could be claimed for somebody."""
    data: dict[str, Any] = {"title": "Knots", "courseId": "crs_1", "startsAt": STARTS_AT} | told
    (mail,) = Mailroom(is_open=True).notice(user_id, MailKind.SESSION_REMINDER, **data)
    return claim(table(), user_id, mail, key)


def kept(aws: DynamoDBClient, kind: str) -> list[dict[str, Any]]:
    return [dict(item) for item in aws.scan(TableName=TABLE)["Items"] if item["entity"]["S"] == kind]


@pytest.fixture
def user_id(proven: dict[str, Any]) -> str:
    """Ada's, whose address is proven."""
    found: str = proven["user"]["userId"]
    return found


def test_every_mail_of_a_kind_that_may_be_turned_off_says_which_kind() -> None:
    assert {kind.value for kind in NOTICES} - {notice.value for notice in NOTICES.values()} == {"session.closed"}


def test_notice_is_in_its_readers_language_and_time(
    call: Call, inbox: Inbox, proven: dict[str, Any], user_id: str
) -> None:
    call("update_profile", token=proven["token"], body={"language": "de", "timeZone": "Asia/Tokyo"})
    assert reminded(user_id)
    mail = inbox.only(ADA)
    assert mail.subject == "Knots beginnt bald"
    assert "30. März 2126, 19:00 Uhr (Asia/Tokyo)" in mail.text
    assert mail.text.startswith("Hallo Ada,")
    assert "https://peerlearn.example/#/courses/crs_1" in mail.text
    assert mail.html.count("<a ") == 2


def test_same_thing_is_told_once(aws: DynamoDBClient, inbox: Inbox, user_id: str) -> None:
    assert [reminded(user_id), reminded(user_id), reminded(user_id, "session.reminder#crs_1#2")] == [True, False, True]
    assert len(inbox.deliver()) == 2
    assert kept(aws, "Mail") == []
    claims = kept(aws, "Claim")
    assert len(claims) == 2
    assert all({"expiresAt", "ttl"} <= one.keys() for one in claims)


def test_one_click_of_a_mail_program_ends_the_kind(call: Call, inbox: Inbox, user_id: str) -> None:
    assert reminded(user_id)
    mail = inbox.only(ADA)
    one_click, page = (part.strip(" <>") for part in str(mail.message["List-Unsubscribe"]).split(","))
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert one_click.startswith("https://api.peerlearn.example/v1/unsubscribe?token=")
    assert page.startswith("https://peerlearn.example/#/unsubscribe?token=")
    assert page in mail.text
    token = parse_qs(urlsplit(one_click).query)["token"][0]
    assert call("unsubscribe", query={"token": token}, body="List-Unsubscribe=One-Click").status == 204
    assert not reminded(user_id, "session.reminder#crs_1#2")
    assert inbox.deliver() == []


def test_mail_about_an_account_offers_no_such_click(inbox: Inbox, ada: dict[str, Any]) -> None:  # noqa: ARG001
    assert "List-Unsubscribe" not in inbox.only(ADA).message


def test_links_of_all_notices_are_made_with_one_key(inbox: Inbox, user_id: str) -> None:
    for number in "12":
        assert reminded(user_id, number)
    first, second = inbox.deliver()
    assert first.message["List-Unsubscribe"] == second.message["List-Unsubscribe"]


def test_nobody_without_a_proven_address_is_told(aws: DynamoDBClient, ada: dict[str, Any], learner: Person) -> None:
    assert not reminded(ada["user"]["userId"])
    assert not reminded(learner.user_id)
    assert not reminded("usr_nobody")
    assert kept(aws, "Claim") == []


def test_suspended_account_is_told_nothing(call: Call, inbox: Inbox, user_id: str, administrator: Person) -> None:
    assert reminded(user_id, "1")
    change = {"status": "suspended", "reason": "Spam"}
    assert call("update_user", token=administrator.token, path={"userId": user_id}, body=change).status == 200
    assert not reminded(user_id, "2")
    assert [mail.subject for mail in inbox.deliver()] == ["Your account was suspended"]


def test_kind_that_was_turned_off_behind_the_claim_is_not_sent(
    aws: DynamoDBClient, call: Call, inbox: Inbox, proven: dict[str, Any], user_id: str
) -> None:
    assert reminded(user_id)
    call("change_notifications", token=proven["token"], body={"session.reminder": {"email": False}})
    assert inbox.deliver() == []
    assert kept(aws, "Mail") == []


def test_kind_that_was_turned_on_again_is_sent(call: Call, inbox: Inbox, proven: dict[str, Any], user_id: str) -> None:
    for is_on in (False, True):
        call("change_notifications", token=proven["token"], body={"session.reminder": {"email": is_on}})
    call("change_notifications", token=proven["token"], body={"session.changed": {"email": False}})
    assert reminded(user_id)
    assert len(inbox.deliver()) == 1


@pytest.mark.parametrize("told", [bounce(), complaint()])
@pytest.mark.parametrize("kind", NOTICES)
def test_address_that_mails_came_back_from_gets_no_notice(
    kind: MailKind, told: dict[str, Any], aws: DynamoDBClient, inbox: Inbox, user_id: str
) -> None:
    (mail,) = Mailroom(is_open=True).notice(user_id, kind, title="Knots", courseId="crs_1")
    assert claim(table(), user_id, mail, kind.value)
    tell(told)
    assert inbox.deliver() == []
    assert kept(aws, "Mail") == []


def test_address_that_has_proven_itself_since_gets_notices_again(inbox: Inbox, user_id: str) -> None:
    tell(bounce(at=LONG_AGO))
    assert reminded(user_id)
    assert len(inbox.deliver()) == 1


def test_erased_account_is_told_nothing_and_keeps_no_claim(
    aws: DynamoDBClient, call: Call, inbox: Inbox, proven: dict[str, Any], user_id: str
) -> None:
    assert reminded(user_id, "1")
    assert call("erase_account", token=proven["token"], body={"password": PASSWORD}).status == 204
    assert not reminded(user_id, "2")
    assert inbox.deliver() == []
    assert kept(aws, "Mail") == []


def test_reminder_that_comes_behind_the_beginning_is_not_sent(
    inbox: Inbox, user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reminded(user_id, "1", startsAt=utc_now() + timedelta(minutes=5))
    assert reminded(user_id, "2", startsAt=utc_now() + timedelta(minutes=15))
    later = utc_now() + timedelta(minutes=10)
    monkeypatch.setattr(mail_delivery()._notices, "_clock", lambda: later)
    assert len(inbox.deliver()) == 1


def test_notice_goes_to_the_address_of_the_present(
    call: Call, inbox: Inbox, proven: dict[str, Any], user_id: str
) -> None:
    body = {"newEmail": "countess@learners.example", "password": PASSWORD}
    assert call("change_email", token=proven["token"], body=body).status == 201
    token = next(mail.token for mail in inbox.deliver() if mail.to == "countess@learners.example")
    assert reminded(user_id)
    assert call("verify", body={"token": token}).status == 201
    assert [mail.to for mail in inbox.deliver() if mail.message["List-Unsubscribe"]] == ["countess@learners.example"]


@pytest.mark.parametrize("refusal", [ReadTimeoutError(endpoint_url="ses"), error("InternalServiceErrorException", 500)])
def test_notice_that_may_have_left_is_not_sent_again(
    refusal: Exception, aws: DynamoDBClient, inbox: Inbox, user_id: str
) -> None:
    """The reply of SES is lost: whether it took the mail, nobody knows."""
    assert reminded(user_id)
    inbox.refuses = refusal
    assert inbox.deliver() == []
    assert kept(aws, "Mail") == []
    inbox.refuses = None
    assert inbox.deliver() == []
    assert inbox.workers.dead == []


def test_notice_that_ses_has_certainly_not_taken_leaves_later(
    aws: DynamoDBClient, inbox: Inbox, user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand reminders of one minute are more than SES takes in a second."""
    assert reminded(user_id)
    inbox.refuses = error("TooManyRequestsException", 429)
    postponed: list[int] = []

    def postpone(_: str, seconds: int) -> None:
        postponed.append(seconds)
        if len(postponed) == 3:
            inbox.refuses = None

    monkeypatch.setattr(inbox.workers[Work.MAIL], "postpone", postpone)
    assert len(inbox.deliver()) == 1
    assert len(postponed) == 3
    assert kept(aws, "Mail") == []


def test_notice_that_ses_does_not_take_at_all_waits_as_a_dead_letter(
    aws: DynamoDBClient, inbox: Inbox, user_id: str
) -> None:
    assert reminded(user_id)
    inbox.refuses = error("SendingPausedException", 400)
    assert inbox.deliver() == []
    assert [mail["putBack"] for mail in kept(aws, "Mail")] == [{"BOOL": True}]
    inbox.refuses = None
    # what the stream tells of it makes no other task
    inbox.forget()
    assert inbox.deliver() == []
    (task,) = inbox.workers.dead
    assert mail_delivery().deliver(task["mailId"]).has_left
    assert not mail_delivery().deliver(task["mailId"]).has_left


@pytest.mark.usefixtures("aws")
def test_client_of_notices_makes_one_try() -> None:
    """A call that is repeated for want of an answer may send the mail twice."""
    assert mail_client_of_one_try().meta.config.retries["total_max_attempts"] == 1
