"""`mail test` and `mail allow`."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import utc_now
from peerlearn.domain.suppressions import Feedback, Suppression, SuppressionReason
from peerlearn.persistence.suppressions import SuppressionRepository
from scripts.cli.target import Target
from tests.functional.cli.conftest import STACK, CloudFormation, Run

pytestmark = pytest.mark.usefixtures("aws")


class Ses:
    """Takes mails, or refuses them."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refuses: ClientError | None = None

    def send_email(self, **request: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.taken.append(request)


@pytest.fixture
def ses(stacks: CloudFormation, monkeypatch: pytest.MonkeyPatch) -> Ses:
    """The service that the stack's sender sends by."""
    fake = Ses()
    stacks.stacks[STACK]["MailConfigurationSet"] = "settings"
    parameters = {"MailFrom": "school@learn.example", "AppUrl": "https://learn.example/"}
    monkeypatch.setattr(Target, "mails", lambda _: fake)
    monkeypatch.setattr(Target, "parameters", property(lambda _: parameters))
    return fake


def test_mail_leaves_as_the_stack_sends_its_own(run: Run, ses: Ses) -> None:
    done = run("mail", "test", "ada@learn.example", "--language", "de")
    assert done.status == 0, done.err
    assert "SES has taken a mail from school@learn.example to ada@learn.example." in done.out
    (request,) = ses.taken
    assert request["ConfigurationSetName"] == "settings"
    assert b"Eine Mail zum Ausprobieren" in request["Content"]["Raw"]["Data"]


def test_refusal_is_told_in_a_sentence(run: Run, ses: Ses) -> None:
    error: Any = {"Error": {"Code": "MessageRejected", "Message": "Email address is not verified."}}
    ses.refuses = ClientError(error, "SendEmail")
    done = run("mail", "test", "ada@learn.example")
    assert (done.status, "AWS refused SendEmail: Email address is not verified." in done.err) == (1, True)


def test_address_that_is_none_is_a_mistake_of_the_command(run: Run, ses: Ses) -> None:
    assert run("mail", "test", "nobody").status == 2
    assert ses.taken == []


def test_stack_without_a_sender_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "parameters", property(lambda _: {}))
    done = run("mail", "test", "ada@learn.example")
    assert done.status == 1
    assert "sends no mails: deploy it with MailFrom" in done.err


def test_allowed_address_has_no_bounce_or_complaint_any_more(run: Run, ses: Ses) -> None:
    suppressions = SuppressionRepository(table())
    for reason in SuppressionReason:
        assert suppressions.note(Feedback("ada@learn.example", reason, utc_now()), utc_now())
    done = run("mail", "allow", "Ada@learn.example")
    assert "Every mail goes to Ada@learn.example again." in done.out
    assert suppressions.of("ada@learn.example") == Suppression()
    assert run("mail", "allow", "ada@learn.example").status == 0
    assert ses.taken == []


def test_address_that_is_none_is_not_allowed(run: Run, ses: Ses) -> None:
    done = run("mail", "allow", "ada")
    assert (done.status, ses.taken) == (2, [])
    assert "ADDRESS:" in done.err
