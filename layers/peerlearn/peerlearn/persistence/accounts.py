"""Accounts: the unique address, the account's two copies, and the changes that end all of its sessions at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict, EmailAlreadyRegistered
from peerlearn.domain.mails import Mail
from peerlearn.domain.standing import Admission, Standing, session_ended
from peerlearn.domain.users import AuthorityChange, Credential, Language, SignInSession, User
from peerlearn.persistence import keys
from peerlearn.persistence.address_writes import putting_credential
from peerlearn.persistence.guards import becoming_administrator, ceasing_as_administrator
from peerlearn.persistence.items.accounts import (
    credential_of,
    directory_place,
    is_credential,
    profile_item,
    session_item,
    user_of,
)
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, LastChange
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.mails import posting
from peerlearn.persistence.names import users_of
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own
from peerlearn.persistence.recording import recording
from peerlearn.persistence.standing import StandingWrite, admitting, refused
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, put, setting, update

_EXISTS = "attribute_exists(PK)"
# Of a change of authority: the first of its writes; the admission's comes after it.
_STANDING = 0


class AccountRepository:
    """Reads and writes accounts: a credential (by address) and a profile (by user id), only written together."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, credential: Credential, session: SignInSession, token: str, mails: Sequence[Mail] = ()) -> None:
        """Store a new account with its first session, and the mails that tell of it.

        Raises
        ------
        EmailAlreadyRegistered
        """
        user, begun_at = credential.user, int(session.rotated_at.timestamp())
        standing = Standing(
            user.user_id,
            user.role,
            sessions={session.session_id: begun_at},
            seen_at=begun_at,
            proven=user.email_verified,
        )
        writes = [
            putting_credential(credential, session.rotated_at),
            put(profile_item(user)),
            put(session_item(session)),
            put(standing_item(standing)),
            *map(posting, mails),
        ]
        if user.administers:
            writes.append(becoming_administrator(user.user_id))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = failure.found[0]
            # The reply to our own commit may have been lost: then the account found is this one.
            if found is None or found["userId"] != credential.user.user_id:
                raise EmailAlreadyRegistered from failure

    def credential(self, email: str) -> Credential | None:
        """Return the account of that address with its password's hash, or None."""
        item = self._table.get(keys.credential(email))
        return credential_of(item) if item and is_credential(item) else None

    def user(self, user_id: str) -> User | None:
        """Return the account, or None."""
        item = self._table.get(keys.profile(user_id))
        return user_of(item) if item else None

    def users(self, user_ids: Sequence[str]) -> dict[str, User]:
        """Return those that exist, by id."""
        return users_of(self._table, user_ids)

    def change_profile(
        self,
        user: User,
        token: str,
        *,
        name: str | None = None,
        interests: Sequence[str] | None = None,
        learning_goals: Sequence[str] | None = None,
        language: Language | None = None,
        time_zone: str | None = None,
    ) -> User:
        """Replace the given fields of an account, and return it with them; None leaves a field as it is.

        Raises
        ------
        Unauthenticated
            The account was erased at the same moment.
        """
        lists = {"interests": interests, "learningGoals": learning_goals}
        fields: Item = {field: list(texts) for field, texts in lists.items() if texts is not None}
        if name is not None:
            fields["name"] = name
        changed = replace(
            user,
            name=fields.get("name", user.name),
            interests=tuple(fields.get("interests", user.interests)),
            learning_goals=tuple(fields.get("learningGoals", user.learning_goals)),
            language=language or user.language,
            time_zone=time_zone or user.time_zone,
        )
        of_mails = {"language": language and language.value, "timeZone": time_zone}
        own: Item = {field: text for field, text in of_mails.items() if text is not None}
        if fields or own:
            self._set_both(changed, fields, own, token)
        return changed

    def _set_both(self, changed: User, fields: Item, own: Item, token: str) -> None:
        # The directory lists profiles alone, and only they know how mails are written.
        own = own | {LAST_CHANGE: LastChange.PROFILE.value} | (directory_place(changed) if "name" in fields else {})
        writes = [setting(keys.profile(changed.user_id), fields | own, condition=_EXISTS)]
        if fields:
            writes.append(_of_account(changed, fields))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            raise account_erased() from failure

    def change_authority(
        self,
        user: User,
        change: AuthorityChange,
        entries: Sequence[AuditEntry],
        now: datetime,
        token: str,
        admission: Admission | None = None,
        mails: Sequence[Mail] = (),
    ) -> User | None:
        """Change what an account may do, and end its sessions, in one transaction with its audit entries and mails.

        `admission` is that of somebody else who does this to the account.

        Returns
        -------
        User or None
            None when the account was changed meanwhile.

        Raises
        ------
        Unauthenticated
            The session that is to be kept has ended; or that of the admission.
        Forbidden
            The admission's role was taken away.
        Conflict
            Nobody would be an active administrator any more.
        """
        after = change.of(user)
        admitted = [admitting(admission, now)] if admission is not None else []
        ending, *others = _authority_writes(user, after, change.password_hash, entries, now, token)
        told = map(posting, mails)
        try:
            self._table.transact([ending, *admitted, *told, *others], token)
        except ConditionFailed as failure:
            if not is_own(failure.found[_STANDING], token):
                _refuse(user, after, admission, failure, now)
                return None
        return after

    def renew_hash(self, credential: Credential, new_hash: str) -> None:
        """Replace a hash by another one of the same password, unless the password was changed meanwhile."""
        renewal = update(
            keys.credential(credential.user.email),
            "SET #hash = :new",
            condition="#hash = :old",
            names={"#hash": "passwordHash"},
            values={":new": new_hash, ":old": credential.password_hash},
        )
        with suppress(ConditionFailed):
            self._table.write(renewal)


def _of_account(user: User, fields: Item) -> Write:
    """Return the write of the account's other copy: not of an address that is only held for it."""
    return setting(
        keys.credential(user.email),
        fields,
        condition="#entity = :entity",
        names={"#entity": "entity"},
        values={":entity": Entity.CREDENTIAL.value},
    )


def _authority_writes(
    before: User, after: User, password_hash: str | None, entries: Sequence[AuditEntry], now: datetime, token: str
) -> list[Write]:
    """Return the writes of a change of authority.

        standing              epoch n, the kept session stands   -->  epoch n + 1, without sessions or with the kept one
        credential, profile                                      -->  the same role, state and epoch, and the new hash
        administrators                                           -->  with or without this one; never without any

    Every change of the hash, the role or the state moves the epoch, so the epoch is all that has to be as it was read:
    moving it to the same number again would leave the sessions begun since then alive.
    """
    writes = [
        _ending(before, after, now, token),
        _credential_change(after, password_hash),
        _profile_change(after),
        *(recording(entry) for entry in entries),
    ]
    if after.administers and not before.administers:
        writes.append(becoming_administrator(before.user_id))
    if _leaves(before, after):
        writes.append(ceasing_as_administrator(before.user_id))
    return writes


def _leaves(before: User, after: User) -> bool:
    return before.administers and not after.administers


def _refuse(before: User, after: User, admission: Admission | None, failure: ConditionFailed, now: datetime) -> None:
    """Raise the reason why an authority could not be changed, unless it is that the account was changed meanwhile."""
    if admission is not None:
        refused(admission, failure, _STANDING + 1, now)
    found, kept = failure.found[_STANDING], after.kept_session
    if kept is not None and found is not None and kept not in found["sessions"]:
        raise session_ended() from failure
    if _leaves(before, after) and failure.failed[-1]:
        raise Conflict("Somebody has to stay an active administrator.") from failure


def _ending(before: User, after: User, now: datetime, token: str) -> Write:
    writing = StandingWrite(before.user_id, now).end_sessions(before.session_epoch, after.kept_session)
    writing.set("role", after.role.value).set("state", after.state.value).set(WRITTEN_BY, token)
    return writing.write()


def _credential_change(after: User, password_hash: str | None) -> Write:
    # Guarded by the standing's epoch in the same transaction, as the profile is.
    fields = _authority(after)
    if password_hash is not None:
        fields["passwordHash"] = password_hash
    return setting(keys.credential(after.email), fields)


def _profile_change(after: User) -> Write:
    # The stream's consumers see it, and close the connections of the sessions that ended.
    fields = _authority(after) | {LAST_CHANGE: LastChange.ENDED.value}
    if after.kept_session is None:
        return setting(keys.profile(after.user_id), fields, removed=["keptSession"])
    return setting(keys.profile(after.user_id), fields | {"keptSession": after.kept_session})


def _authority(user: User) -> Item:
    return {"role": user.role.value, "state": user.state.value, "sessionEpoch": user.session_epoch}
