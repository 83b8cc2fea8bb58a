"""Notices: news that people may turn off, by kind and channel, and the link that turns a kind of mail off.

Everything is on until somebody turns it off. Mails about somebody's security are no notices: nobody turns them off.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from peerlearn.domain.errors import Unauthenticated

_KEY_BYTES = 16
_TEXT = re.compile(r"([A-Za-z0-9_-]{1,64})\.([a-z.]{1,32})\.([A-Za-z0-9_-]{43})")


class Notice(StrEnum):
    """The kinds of news."""

    SESSION_REMINDER = "session.reminder"
    SESSION_CHANGED = "session.changed"
    ENROLLMENT_PROMOTED = "enrollment.promoted"
    SUBMISSION_GRADED = "submission.graded"
    ASSESSMENT_DUE = "assessment.due"
    MESSAGE_UNREAD = "message.unread"
    REVIEW_ASSIGNED = "review.assigned"
    ANNOUNCEMENT = "announcement"


class Channel(StrEnum):
    EMAIL = "email"
    PUSH = "push"


class Wish(NamedTuple):
    """A kind of news by a channel."""

    notice: Notice
    channel: Channel


# Some of them, each with whether somebody has said that they want it.
Wishes = Mapping[Wish, bool]


def wants(wishes: Wishes, notice: Notice, channel: Channel) -> bool:
    """Return whether somebody who has said this wants that kind of news by that channel."""
    return wishes.get(Wish(notice, channel), True)


def new_mail_key() -> str:
    """Return a key for the links that turn mails of one account off."""
    return secrets.token_urlsafe(_KEY_BYTES)


def unsubscribing_token(user_id: str, notice: Notice, mail_key: str) -> str:
    """Return the token that turns a kind of mail off, the same in every mail: it may be used more than once."""
    return f"{user_id}.{notice.value}.{_mac(mail_key, notice)}"


class Unsubscribing(NamedTuple):
    """A token that was shown, with the account and the kind that it names."""

    user_id: str
    notice: Notice
    mac: str

    def require_made_with(self, mail_key: str | None) -> None:
        """Check that the token was made with the account's key.

        Raises
        ------
        Unauthenticated
        """
        if not mail_key or not hmac.compare_digest(self.mac, _mac(mail_key, self.notice)):
            raise no_such_link()


def shown(text: str) -> Unsubscribing:
    """Return what a token says.

    Raises
    ------
    Unauthenticated
        It is no such token.
    """
    match = _TEXT.fullmatch(text)
    if match is None or match[2] not in {notice.value for notice in Notice}:
        raise no_such_link()
    return Unsubscribing(match[1], Notice(match[2]), match[3])


def no_such_link() -> Unauthenticated:
    """Return the refusal of a token that turns nothing off."""
    return Unauthenticated("This link is not valid: it turns no mails off.")


def _mac(mail_key: str, notice: Notice) -> str:
    digest = hmac.digest(mail_key.encode(), f"unsubscribe {notice.value}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
