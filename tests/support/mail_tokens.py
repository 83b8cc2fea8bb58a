"""Tokens as mails carry them, without the mails."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.domain.account_changes import AccountChange
from peerlearn.domain.clock import utc_now
from peerlearn.domain.mail_tokens import TokenKind, new_token
from peerlearn.domain.notices import Notice, new_mail_key, unsubscribing_token
from peerlearn.persistence.addresses import AddressRepository
from peerlearn.persistence.mails import OutboxRepository
from peerlearn.persistence.notices import NoticeRepository

# The purposes of tokens, by the names that the catalogue has for them.
NAMES = ("proof", "move", "reset", "undo", "unsubscribe")


def minted(name: str, user_id: str, wanted: str = "") -> str:
    """A token for somebody: what it needs first, a change of address that was asked for, is there with it."""
    now = utc_now()
    user = account_repository().user(user_id)
    assert user is not None
    if name == "unsubscribe":
        return unsubscribing_token(
            user_id, Notice.SESSION_REMINDER, NoticeRepository(table()).keep_mail_key(user_id, new_mail_key())
        )
    kind, email, number = TokenKind.VERIFY, user.email, 0
    if name in ("move", "undo"):
        email = wanted or f"{uuid4().hex}@moved.example"
        after = replace(user, address=user.address.asked_for(user.email, email, user.session_epoch, now))
        AddressRepository(table()).apply(AccountChange(user, after), now, uuid4().hex)
        number = after.address.changes
    if name == "undo":
        kind, email = TokenKind.UNDO, user.email
    if name == "reset":
        kind, number = TokenKind.RESET, user.address.resets
    text, token = new_token(kind, user_id, email, number, now)
    OutboxRepository(table()).keep_token(token)
    return text


class Minted(dict[str, str]):
    """The ids of a scene; tokens are made when they are asked for, each time a new one."""

    def __init__(self, ids: dict[str, str], user_id: str) -> None:
        super().__init__(ids)
        self._user_id = user_id

    def __missing__(self, name: str) -> str:
        if name not in NAMES:
            raise KeyError(name)
        return minted(name, self._user_id)
