"""Sending notices: at most once, and only to somebody who wants them at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.mails import Letter, Mail, MailKind, NotTaken, Outcome
from peerlearn.domain.notices import Channel, Notice, Wishes, new_mail_key, unsubscribing_token, wants
from peerlearn.domain.suppressions import Suppression
from peerlearn.domain.users import AccountState, Language, User


class Outbox(Protocol):
    """See `peerlearn.persistence.mails`."""

    def take(self, mail_id: str) -> bool: ...
    def put_back(self, mail: Mail) -> None: ...


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def user(self, user_id: str) -> User | None: ...


class Suppressions(Protocol):
    """See `peerlearn.persistence.suppressions`."""

    def of(self, address: str) -> Suppression: ...


class Store(Protocol):
    """See `peerlearn.persistence.notices`."""

    def wishes(self, user_id: str) -> Wishes: ...
    def keep_mail_key(self, user_id: str, key: str) -> str: ...


class Texts(Protocol):
    """See `peerlearn.adapters.mail_texts`."""

    def letter(self, kind: MailKind, language: Language, time_zone: str, values: Mapping[str, object]) -> Letter: ...


class Post(Protocol):
    """See `peerlearn.adapters.mailing.MailingOnce`."""

    def send(self, address: str, letter: Letter, headers: Mapping[str, str]) -> None: ...


# The page of the front end that a notice leads to; the others lead to the course's.
_PAGES: Mapping[MailKind, str] = {
    MailKind.SUBMISSION_GRADED: "assessments/{assessmentId}",
    MailKind.ASSESSMENT_DUE: "assessments/{assessmentId}",
    MailKind.MESSAGE_UNREAD: "chat",
}
_COURSE_PAGE = "courses/{courseId}"


class NoticeDelivery:
    """The worker's use case for mails that may be turned off.

    Parameters
    ----------
    app_url, api_url: str
        Where the front end and the API are found: the first ends with a slash, the second does not.
    """

    def __init__(
        self,
        outbox: Outbox,
        accounts: Accounts,
        suppressions: Suppressions,
        store: Store,
        texts: Texts,
        post: Post,
        app_url: str,
        api_url: str,
        clock: Clock = utc_now,
    ) -> None:
        self._outbox = outbox
        self._accounts = accounts
        self._suppressions = suppressions
        self._store = store
        self._texts = texts
        self._post = post
        self._app_url = app_url
        self._api_url = api_url
        self._clock = clock

    def deliver(self, mail: Mail, notice: Notice) -> Outcome:
        """Send a notice, unless its reader may not have it or has turned its kind off meanwhile.

        It is removed first, and sent only by the worker that has removed it: cut off in between, it never leaves. One
        that was certainly not taken is put back, and leaves when its task comes again.

        Raises
        ------
        TemporarilyUnavailable
        """
        user = self._accounts.user(mail.user_id or "")
        reason = self._reason_against(mail, notice, user)
        letter: Letter | None = None
        headers: dict[str, str] = {}
        if reason is None and user is not None:
            headers, values = self._told(mail, notice, user)
            letter = self._texts.letter(mail.kind, user.language, user.time_zone, values)
        if not self._outbox.take(mail.mail_id):
            return Outcome.GONE
        if user is None or letter is None:
            return reason or Outcome.NOBODY
        try:
            self._post.send(user.email, letter, headers)
        except NotTaken:
            self._outbox.put_back(mail)
            raise
        return Outcome.SENT

    def _reason_against(self, mail: Mail, notice: Notice, user: User | None) -> Outcome | None:
        """Return why a notice is not to be sent, or None."""
        now = self._clock()
        if mail.is_stale(now):
            return Outcome.STALE
        if user is None or user.state is not AccountState.ACTIVE or not user.email_verified:
            return Outcome.NOBODY
        if not wants(self._store.wishes(user.user_id), notice, Channel.EMAIL):
            return Outcome.UNWANTED
        if self._suppressions.of(user.email).stops(mail, user, now):
            return Outcome.SUPPRESSED
        return None

    def _told(self, mail: Mail, notice: Notice, user: User) -> tuple[dict[str, str], dict[str, object]]:
        """Return the headers by which a mail program offers one click (RFC 8058), and the values of the text."""
        key = user.mail_key or self._store.keep_mail_key(user.user_id, new_mail_key())
        token = unsubscribing_token(user.user_id, notice, key)
        page = f"{self._app_url}#/unsubscribe?token={token}"
        headers = {
            "List-Unsubscribe": f"<{self._api_url}/v1/unsubscribe?token={token}>, <{page}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        values: dict[str, object] = {
            **mail.told,
            "name": user.name,
            "at": mail.created_at,
            "app": self._app_url,
            "link": f"{self._app_url}#/{_PAGES.get(mail.kind, _COURSE_PAGE).format_map(mail.data)}",
            "unsubscribe": page,
        }
        return headers, values
