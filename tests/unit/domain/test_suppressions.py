"""Which mails still go to an address that one came back from, or whose reader complained."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from peerlearn.domain.addresses import AddressState
from peerlearn.domain.mails import Mail, MailKind
from peerlearn.domain.notices import Notice
from peerlearn.domain.suppressions import Feedback, Suppressed, Suppression, SuppressionReason, feedback_of
from peerlearn.domain.users import Role, User

AT = datetime(2026, 11, 30, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA = User("usr_1", "Ada", "ada@learn.example", Role.LEARNER, (), (), AT - 9 * DAY, email_verified=True)
UNPROVEN = replace(ADA, email_verified=False)
BOUNCED, COMPLAINED = Suppression(bounced_at=AT), Suppression(complained_at=AT)
SECURITY = [MailKind.PASSWORD_RESET, MailKind.PASSWORD_CHANGED, MailKind.DEVICE_NEW, MailKind.ADDRESS_CHANGING]
PROVING = [MailKind.ADDRESS_PROOF, MailKind.ADDRESS_CHANGE, MailKind.ADDRESS_TAKEN]


def mail(kind: Any, address: str = ADA.email) -> Mail:
    return Mail("mail_1", kind, address, ADA.user_id, AT)


def proven(at: datetime) -> User:
    return replace(ADA, address=AddressState(proven_at=at))


def notice() -> Mail:
    return mail(Notice.SUBMISSION_GRADED)


def bounce(*sent_to: str, kind: str = "Permanent", named: str = "ada@learn.example") -> dict[str, Any]:
    told = {"bounceType": kind, "bouncedRecipients": [{"emailAddress": named}], "timestamp": "2026-11-30T10:00:00.000Z"}
    return {"eventType": "Bounce", "bounce": told, "mail": {"destination": list(sent_to or ["ada@learn.example"])}}


def complaint() -> dict[str, Any]:
    told = {"complainedRecipients": [{"emailAddress": "x"}], "timestamp": "2026-11-30T10:00:00.000Z"}
    return {"eventType": "Complaint", "complaint": told, "mail": {"destination": ["ada@learn.example"]}}


@pytest.mark.parametrize("kind", [*SECURITY, *PROVING, Notice.MESSAGE_UNREAD])
def test_address_that_nothing_is_known_of_gets_every_mail(kind: Any) -> None:
    assert not Suppression().stops(mail(kind), UNPROVEN, AT)
    assert Suppression().shown_of(UNPROVEN) is None


@pytest.mark.parametrize("kind", [*SECURITY, *PROVING])
def test_after_a_bounce_mails_about_security_rest_for_a_day(kind: MailKind) -> None:
    assert BOUNCED.stops(mail(kind), ADA, AT + DAY - HOUR)
    assert not BOUNCED.stops(mail(kind), ADA, AT + DAY)


def test_after_a_bounce_notices_rest_until_the_address_proves_itself() -> None:
    assert BOUNCED.stops(notice(), ADA, AT + 100 * DAY)
    assert BOUNCED.stops(notice(), proven(AT - HOUR), AT + 100 * DAY)
    since = proven(AT + HOUR)
    assert not BOUNCED.stops(notice(), since, AT + 2 * HOUR)
    assert not BOUNCED.stops(mail(MailKind.PASSWORD_RESET), since, AT + 2 * HOUR)


def test_proof_of_the_present_address_says_nothing_of_another_one() -> None:
    since = proven(AT + HOUR)
    assert BOUNCED.stops(mail(MailKind.ADDRESS_CHANGE, "new@learn.example"), since, AT + 2 * HOUR)


@pytest.mark.parametrize("kind", SECURITY)
def test_complaint_keeps_nobody_out_of_a_proven_account(kind: MailKind) -> None:
    assert not COMPLAINED.stops(mail(kind), ADA, AT + HOUR)


@pytest.mark.parametrize("kind", [*SECURITY, *PROVING])
def test_stranger_who_complained_of_somebody_elses_registration_gets_nothing(kind: MailKind) -> None:
    assert COMPLAINED.stops(mail(kind), UNPROVEN, AT + 100 * DAY)


@pytest.mark.parametrize("kind", [MailKind.ADDRESS_CHANGE, MailKind.ADDRESS_TAKEN])
def test_stranger_who_complained_is_not_asked_to_prove_an_address(kind: MailKind) -> None:
    assert COMPLAINED.stops(mail(kind, "stranger@learn.example"), ADA, AT)


def test_former_address_that_complained_still_learns_of_the_change() -> None:
    assert not COMPLAINED.stops(mail(MailKind.ADDRESS_CHANGED, "former@learn.example"), ADA, AT)


def test_complaint_ends_notices_whatever_is_proven_later() -> None:
    assert COMPLAINED.stops(notice(), proven(AT + HOUR), AT + 100 * DAY)


def test_administrators_are_shown_a_bounce_before_a_complaint_and_none_that_was_disproved() -> None:
    both = Suppression(AT, AT - HOUR)
    assert both.shown_of(ADA) == Suppressed(SuppressionReason.BOUNCE, AT)
    assert both.shown_of(proven(AT)) == Suppressed(SuppressionReason.COMPLAINT, AT - HOUR)
    assert BOUNCED.shown_of(proven(AT)) is None


def test_bounce_and_complaint_are_about_the_address_that_the_mail_went_to() -> None:
    assert feedback_of(bounce()) == Feedback("ada@learn.example", SuppressionReason.BOUNCE, AT)
    assert feedback_of(complaint()) == Feedback("ada@learn.example", SuppressionReason.COMPLAINT, AT)


def test_server_that_names_somebody_elses_address_in_a_bounce_does_them_no_harm() -> None:
    forged = feedback_of(bounce("thief@evil.example", named="ada@learn.example"))
    assert forged == Feedback("thief@evil.example", SuppressionReason.BOUNCE, AT)


@pytest.mark.parametrize(
    "event",
    [
        bounce(kind="Transient"),
        bounce(kind="Undetermined"),
        bounce("ada@learn.example", "bob@learn.example"),
        {"eventType": "Delivery"},
        {"eventType": None},
        {},
    ],
)
def test_nothing_follows_from_other_events(event: dict[str, Any]) -> None:
    assert feedback_of(event) is None
