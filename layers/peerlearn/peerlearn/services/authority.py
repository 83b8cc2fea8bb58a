"""Changing what an account may do, by its owner or by an administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.errors import Conflict
from peerlearn.domain.mails import Mail
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import AuthorityChange, User


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def user(self, user_id: str) -> User | None: ...
    def change_authority(
        self,
        user: User,
        change: AuthorityChange,
        entries: Sequence[AuditEntry],
        now: datetime,
        token: str,
        admission: Admission | None = None,
        mails: Sequence[Mail] = (),
    ) -> User | None: ...


def change_own(
    accounts: Accounts,
    user: User,
    change: AuthorityChange,
    entries: Sequence[AuditEntry],
    now: datetime,
    mails: Sequence[Mail] = (),
) -> None:
    """Change one's own account.

    Raises
    ------
    Conflict
        The account was changed at the same moment from elsewhere.
    Unauthenticated
        The session that is to be kept has ended, or the account was erased.
    """
    if accounts.change_authority(user, change, entries, now, str(uuid4()), mails=mails) is None:
        raise changed_elsewhere()


def changed_elsewhere() -> Conflict:
    """Return the refusal for a change that comes too late."""
    return Conflict("The account was changed at the same moment from elsewhere.")
