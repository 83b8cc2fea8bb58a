"""Mails that came back, and readers who complained: what is sent there no more, and what administrators see."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.workers import record_feedback
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import to_rfc3339
from peerlearn.persistence.suppressions import SuppressionRepository
from tests.functional.conftest import TABLE
from tests.functional.mail.conftest import PASSWORD, Call, register, sign_in
from tests.support.api import Context, event_of
from tests.support.inbox import Inbox
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ADA = "ada@learners.example"
# Later than whatever happens in a test.
AT = "2100-01-01T10:00:00.000Z"
LONG_AGO = "2020-01-01T10:00:00.000Z"


def bounce(address: str = ADA, kind: str = "Permanent", at: str = AT) -> dict[str, Any]:
    recipients = [{"emailAddress": address, "action": "failed", "status": "5.1.1"}]
    told = {"bounceType": kind, "bouncedRecipients": recipients, "timestamp": at}
    return {"eventType": "Bounce", "bounce": told, "mail": {"destination": [address]}}


def complaint(address: str = ADA, at: str = AT) -> dict[str, Any]:
    told = {"complainedRecipients": [{"emailAddress": address}], "timestamp": at}
    return {"eventType": "Complaint", "complaint": told, "mail": {"destination": [address]}}


def tell(*told: dict[str, Any]) -> None:
    """As the topic hands it to the queue, and the queue to the worker."""
    event = event_of("record_feedback")
    (record,) = event["Records"]
    bodies = [json.dumps(one) for one in told]
    event["Records"] = [{**record, "messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    answer = record_feedback.lambda_handler(event, cast("LambdaContext", Context()))
    assert answer == {"batchItemFailures": []}


def suppressed(call: Call, administrator: Person, registered: dict[str, Any]) -> object:
    answer = call("get_user", token=administrator.token, path={"userId": registered["user"]["userId"]})
    assert answer.status == 200, answer
    return answer.body["data"]["user"]["mailSuppressed"]


def prove(call: Call, inbox: Inbox) -> None:
    assert call("verify", body={"token": inbox.only(ADA).token}).status == 201


@pytest.mark.parametrize("told", [bounce(), bounce(ADA.upper()), complaint()])
def test_nothing_more_is_sent_to_an_unproven_address_and_administrators_see_why(
    told: dict[str, Any], call: Call, inbox: Inbox, ada: dict[str, Any], administrator: Person
) -> None:
    assert suppressed(call, administrator, ada) is None
    inbox.deliver()
    tell(told, told)
    assert suppressed(call, administrator, ada) == {"reason": told["eventType"].lower(), "at": AT}
    assert sign_in(call, ADA).status == 201
    call("forgot", body={"email": ADA})
    assert inbox.deliver() == []
    register(call, "grace@learners.example")
    assert [one.to for one in inbox.deliver()] == ["grace@learners.example"]


def test_complaint_leaves_the_way_back_into_a_proven_account(
    call: Call, inbox: Inbox, ada: dict[str, Any], administrator: Person
) -> None:
    prove(call, inbox)
    tell(complaint())
    call("forgot", body={"email": ADA})
    assert inbox.only(ADA).page == "/reset"
    assert suppressed(call, administrator, ada) == {"reason": "complaint", "at": AT}


def test_later_proof_takes_a_bounce_off(call: Call, inbox: Inbox, ada: dict[str, Any], administrator: Person) -> None:
    link = inbox.only(ADA)
    tell(bounce(at=LONG_AGO))
    assert suppressed(call, administrator, ada) == {"reason": "bounce", "at": LONG_AGO}
    assert call("verify", body={"token": link.token}).status == 201
    assert suppressed(call, administrator, ada) is None
    # the same, told late and twice, changes nothing
    tell(bounce(at=LONG_AGO), bounce(at=LONG_AGO))
    assert suppressed(call, administrator, ada) is None


def test_new_password_by_mail_proves_the_address_too(
    call: Call, inbox: Inbox, ada: dict[str, Any], administrator: Person
) -> None:
    prove(call, inbox)
    call("forgot", body={"email": ADA})
    link = inbox.only(ADA)
    user = account_repository().user(ada["user"]["userId"])
    assert user is not None
    assert user.address.proven_at is not None
    tell(bounce(at=to_rfc3339(user.address.proven_at + timedelta(milliseconds=1))))
    assert suppressed(call, administrator, ada) is not None
    assert call("reset", body={"token": link.token, "newPassword": "Difference-1822"}).status == 204
    assert suppressed(call, administrator, ada) is None


@pytest.mark.parametrize(
    "order", list(itertools.permutations([bounce(at=LONG_AGO), bounce(), complaint(at=LONG_AGO), complaint()]))
)
def test_events_in_any_order_and_twice_leave_the_latest_of_each_kind(
    order: tuple[dict[str, Any], ...], aws: DynamoDBClient
) -> None:
    assert aws is not None
    tell(*order, *order)
    known = SuppressionRepository(table()).of(ADA)
    assert known.bounced_at == known.complained_at
    assert known.bounced_at is not None
    assert known.bounced_at.year == 2100


def test_domain_in_another_script_is_the_one_that_ses_spells_in_ascii(
    call: Call, inbox: Inbox, administrator: Person
) -> None:
    ada = register(call, "ada@bücher.example")
    tell(bounce("ada@xn--bcher-kva.example"))
    assert suppressed(call, administrator, ada) == {"reason": "bounce", "at": AT}
    assert inbox.deliver() == []


@pytest.mark.parametrize(
    "told",
    [
        bounce(kind="Transient"),
        bounce(kind="Undetermined"),
        {"eventType": "Delivery"},
        {"Type": "Notification", "Message": json.dumps(bounce())},
    ],
)
def test_event_that_is_no_lasting_failure_stops_nothing(
    told: dict[str, Any], call: Call, inbox: Inbox, ada: dict[str, Any], administrator: Person
) -> None:
    tell(told)
    assert suppressed(call, administrator, ada) is None
    assert [one.to for one in inbox.deliver()] == [ADA]


def test_bounce_that_names_no_time_waits_as_a_dead_letter(aws: DynamoDBClient) -> None:
    assert aws is not None
    event = event_of("record_feedback")
    event["Records"][0]["body"] = json.dumps(bounce() | {"bounce": {"bounceType": "Permanent"}})
    answer = record_feedback.lambda_handler(event, cast("LambdaContext", Context()))
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == [event["Records"][0]["messageId"]]


def test_item_names_no_address_outlives_the_account_and_expires(
    aws: DynamoDBClient, call: Call, ada: dict[str, Any]
) -> None:
    def kept() -> list[dict[str, Any]]:
        return [dict(one) for one in aws.scan(TableName=TABLE)["Items"] if one["entity"]["S"] == "Suppression"]

    tell(bounce())
    (item,) = kept()
    assert {"expiresAt", "ttl"} <= item.keys()
    assert "ada" not in json.dumps(item).lower()
    assert call("erase_account", token=ada["token"], body={"password": PASSWORD}).status == 204
    assert kept() == [item]


def test_log_names_no_address_that_bounced(caplog: pytest.LogCaptureFixture, aws: DynamoDBClient) -> None:
    assert aws is not None
    with caplog.at_level("INFO", "peerlearn"):
        tell(bounce())
    logged = str([vars(record) for record in caplog.records])
    assert "feedback on a mail dealt with" in logged
    assert ADA not in logged
