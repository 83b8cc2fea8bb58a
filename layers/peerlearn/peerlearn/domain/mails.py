"""Mails: their kinds, and the mailroom that makes them.

A mail is an item of the table, written by the transaction of its cause. The stream hands it to a worker, which renders
it in its reader's language, sends it, and removes the item. So a mail about an account leaves at least once where its
cause has happened, and never where that has not. A notice leaves at most once, and only while its reader wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from peerlearn.domain.clock import Clock, from_rfc3339, to_rfc3339, utc_now
from peerlearn.domain.errors import MailDisabled, TemporarilyUnavailable
from peerlearn.domain.ids import new_id
from peerlearn.domain.notices import Notice
from peerlearn.domain.users import User

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


class MailKind(StrEnum):
    """The kinds of mails; each has a template of that name in every language."""

    ADDRESS_PROOF = "address.proof"
    ADDRESS_CHANGE = "address.change"
    ADDRESS_TAKEN = "address.taken"
    ADDRESS_CHANGING = "address.changing"
    ADDRESS_CHANGED = "address.changed"
    PASSWORD_RESET = "password.reset"  # noqa: S105 (the name of a mail)
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 (as above)
    DEVICE_NEW = "device.new"
    ROLE_CHANGED = "role.changed"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_RESTORED = "account.restored"
    # by the operator's hand
    MAIL_TEST = "mail.test"
    # notices
    SESSION_REMINDER = "session.reminder"
    SESSION_CHANGED = "session.changed"
    SESSION_CLOSED = "session.closed"
    ENROLLMENT_PROMOTED = "enrollment.promoted"
    SUBMISSION_GRADED = "submission.graded"
    ASSESSMENT_DUE = "assessment.due"
    MESSAGE_UNREAD = "message.unread"


# The mails that people may turn off, each with the kind of news that it is; the others are about their accounts.
NOTICES: Mapping[MailKind, Notice] = {
    MailKind.SESSION_REMINDER: Notice.SESSION_REMINDER,
    MailKind.SESSION_CHANGED: Notice.SESSION_CHANGED,
    MailKind.SESSION_CLOSED: Notice.SESSION_CHANGED,
    MailKind.ENROLLMENT_PROMOTED: Notice.ENROLLMENT_PROMOTED,
    MailKind.SUBMISSION_GRADED: Notice.SUBMISSION_GRADED,
    MailKind.ASSESSMENT_DUE: Notice.ASSESSMENT_DUE,
    MailKind.MESSAGE_UNREAD: Notice.MESSAGE_UNREAD,
}

# How long a mail is worth sending; the others are for a week. One that comes later would only confuse.
_WORTH: Mapping[MailKind, timedelta] = {
    MailKind.ADDRESS_PROOF: _DAY,
    MailKind.ADDRESS_CHANGE: _DAY,
    MailKind.ADDRESS_TAKEN: _DAY,
    MailKind.PASSWORD_RESET: _HOUR,
    MailKind.MESSAGE_UNREAD: _DAY,
}
# The moment behind which a mail reminds nobody of anything any more.
_UNTIL: Mapping[MailKind, str] = {MailKind.SESSION_REMINDER: "startsAt", MailKind.ASSESSMENT_DUE: "dueAt"}
# The data of a mail are texts. By such a name one is a moment, told as the reader's clock shows it.
_MOMENT = "At"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is to leave.

    Attributes
    ----------
    address: str
        Where it goes, whatever becomes of the account's address meanwhile. Empty for a notice, which goes to the
        address that its reader has when it leaves.
    user_id: str or None
        The owner of the account that it is about; None where only the address is known, and
        the worker looks for the owner.
    data: mapping
        The values of its text, by name; a moment has a name that ends with `At`. No token and no link: those are made
        when it is sent.
    """

    mail_id: str
    kind: MailKind
    address: str
    user_id: str | None
    created_at: datetime
    data: Mapping[str, str] = field(default_factory=dict)

    def is_stale(self, now: datetime) -> bool:
        """Return whether nobody is helped by it any more."""
        until = self.told.get(_UNTIL.get(self.kind, ""))
        if isinstance(until, datetime):
            return now >= until
        return now - self.created_at >= _WORTH.get(self.kind, _WEEK)

    @property
    def notice(self) -> Notice | None:
        """Return the kind of news that it is; None of a mail that nobody can turn off."""
        return NOTICES.get(self.kind)

    @property
    def told(self) -> Mapping[str, str | datetime]:
        """Return what its text tells, by name."""
        return {name: from_rfc3339(text) if name.endswith(_MOMENT) else text for name, text in self.data.items()}


class Outcome(StrEnum):
    """The end of a mail, for the log."""

    SENT = "sent"
    GONE = "gone"
    STALE = "stale"
    NOBODY = "nobody"
    TOO_MANY = "too many"
    SUPPRESSED = "suppressed"
    UNWANTED = "unwanted"

    @property
    def has_left(self) -> bool:
        return self is Outcome.SENT


class NotTaken(TemporarilyUnavailable):
    """A mail was refused for now: it has certainly not left."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it leaves: one text in two forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Makes mails where the product sends any; where it does not, there are none to store.

    Attributes
    ----------
    is_open: bool
        Whether a sender's address was set.
    """

    is_open: bool = False
    clock: Clock = field(default=utc_now)

    def require_open(self) -> None:
        """Check that mails are sent.

        Raises
        ------
        MailDisabled
        """
        if not self.is_open:
            raise MailDisabled

    def to(self, user: User, kind: MailKind, *, address: str = "", **data: str) -> list[Mail]:
        """Return a mail about somebody's account, in a list; an empty one where no mails are sent.

        Parameters
        ----------
        address: str, optional
            The account's own unless told otherwise.
        """
        return self._made(kind, address or user.email, user.user_id, data)

    def to_address(self, address: str, kind: MailKind) -> list[Mail]:
        """Return a mail to an address of which nobody has looked yet whether it has an account."""
        return self._made(kind, address, None, {})

    def notice(self, user_id: str, kind: MailKind, **told: str | datetime) -> list[Mail]:
        """Return a mail that somebody may have turned off: its store has to ask for that.

        Parameters
        ----------
        told
            The values of its text, by name: a moment by one that ends with `At`, and a text by any other.
        """
        data = {name: to_rfc3339(one) if isinstance(one, datetime) else one for name, one in told.items()}
        return self._made(kind, "", user_id, data)

    def _made(self, kind: MailKind, address: str, user_id: str | None, data: Mapping[str, str]) -> list[Mail]:
        if not self.is_open:
            return []
        return [Mail(new_id("mail"), kind, address, user_id, self.clock(), data)]


def masked(address: str) -> str:
    """Return an address that its owner recognises and nobody else learns: `a•••@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
