"""Addresses that mails came back from, and those whose readers complained: they get fewer mails, or none.

    a mail came back for good  -->  no notice, until the address proves itself; no other mail for a day
    its reader complained      -->  no notice; mails about security to a proven address alone

This is the only such list: SES keeps one of its own for a whole account, but knows neither that an address has proven
itself since, nor a notice from a link to a new password.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from peerlearn.domain.addresses import same_address
from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.mails import Mail, MailKind
from peerlearn.domain.users import User

# A server that refuses everybody for an evening must not keep people out of their accounts for good. An address that is
# dead costs the sender's good name a mail a day, at most.
_PAUSE = timedelta(days=1)

_PROVING = frozenset({MailKind.ADDRESS_PROOF, MailKind.ADDRESS_CHANGE, MailKind.ADDRESS_TAKEN})


class SuppressionReason(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


class Feedback(NamedTuple):
    """A bounce or a complaint, told by SES, of a mail to this address."""

    address: str
    reason: SuppressionReason
    at: datetime


class Suppressed(NamedTuple):
    """Why some mails do not go to somebody's address, and since when."""

    reason: SuppressionReason
    at: datetime


class Suppression(NamedTuple):
    """Everything known of an address: when a mail last came back from it, and when its reader last complained."""

    bounced_at: datetime | None = None
    complained_at: datetime | None = None

    def stops(self, mail: Mail, user: User, now: datetime) -> bool:
        """Return whether a mail is not to leave."""
        is_notice = mail.notice is not None
        # a notice goes to the address that its reader has when it leaves
        is_theirs = is_notice or same_address(mail.address, user.email)
        bounced_at = self._stands(user.address.proven_at if is_theirs else None)
        if bounced_at is not None and (is_notice or now - bounced_at < _PAUSE):
            return True
        if self.complained_at is None:
            return False
        return is_notice or mail.kind in _PROVING or (is_theirs and not user.email_verified)

    def shown_of(self, user: User) -> Suppressed | None:
        """Return what administrators are shown of this, where it is the user's address."""
        bounced_at = self._stands(user.address.proven_at)
        if bounced_at is not None:
            return Suppressed(SuppressionReason.BOUNCE, bounced_at)
        if self.complained_at is not None:
            return Suppressed(SuppressionReason.COMPLAINT, self.complained_at)
        return None

    def _stands(self, proven_at: datetime | None) -> datetime | None:
        """Return when a mail last came back, unless a link that was mailed to the address has been opened since."""
        if self.bounced_at is None or (proven_at is not None and proven_at >= self.bounced_at):
            return None
        return self.bounced_at


def feedback_of(event: Mapping[str, Any]) -> Feedback | None:
    """Return what follows from an event of SES; from most nothing does.

    The address is the one that the mail was sent to, one for each mail from here. The recipients that a bounce or a
    complaint names are what the receiving server has written: any server could name somebody else's address there.

    Source: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    # A full inbox, or a server that is down, may take the next one: such a bounce is transient.
    if event.get("eventType") == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
        return _feedback(event, SuppressionReason.BOUNCE)
    if event.get("eventType") == "Complaint":
        return _feedback(event, SuppressionReason.COMPLAINT)
    return None


def _feedback(event: Mapping[str, Any], reason: SuppressionReason) -> Feedback | None:
    sent_to = event["mail"]["destination"]
    if len(sent_to) != 1:
        return None
    return Feedback(sent_to[0], reason, from_rfc3339(event[reason.value]["timestamp"]))
