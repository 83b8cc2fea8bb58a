"""Accounts: the unique address, the account's two copies, and what ends all of its sessions at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict, EmailAlreadyRegistered
from peerlearn.domain.standing import Admission, Standing, session_ended
from peerlearn.domain.users import AuthorityChange, Credential, SignInSession, User
from peerlearn.persistence import keys
from peerlearn.persistence.guards import becoming_administrator, ceasing_as_administrator
from peerlearn.persistence.items.accounts import (
    credential_item,
    credential_of,
    directory_place,
    profile_item,
    session_item,
    user_of,
)
from peerlearn.persistence.items.base import LAST_CHANGE, LastChange
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.names import users_of
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.recording import recording
from peerlearn.persistence.standing import StandingWrite, admitting, refused
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, put, update

_IS_NEW = "attribute_not_exists(PK)"
_EXISTS = "attribute_exists(PK)"


class AccountRepository:
    """Credential (by address) and profile (by user id) hold the same account and are only written together."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, credential: Credential, session: SignInSession, token: str) -> None:
        """A new account with its first session.

        Raises
        ------
        EmailAlreadyRegistered
        """
        user, begun_at = credential.user, int(session.rotated_at.timestamp())
        standing = Standing(user.user_id, user.role, sessions={session.session_id: begun_at}, seen_at=begun_at)
        writes = [
            put(credential_item(credential), condition=_IS_NEW),
            put(profile_item(user)),
            put(session_item(session)),
            put(standing_item(standing)),
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
        item = self._table.get(keys.credential(email))
        return credential_of(item) if item else None

    def user(self, user_id: str) -> User | None:
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
    ) -> User:
        """The account with the given fields replaced; None leaves one as it is.

        Raises
        ------
        Unauthenticated
            The account was erased at the same moment.
        """
        changed = replace(
            user,
            name=user.name if name is None else name,
            interests=user.interests if interests is None else tuple(interests),
            learning_goals=user.learning_goals if learning_goals is None else tuple(learning_goals),
        )
        given = {"name": name, "interests": interests, "learningGoals": learning_goals}
        fields: Item = {
            field: value if isinstance(value, str) else list(value)
            for field, value in given.items()
            if value is not None
        }
        if fields:
            fields[LAST_CHANGE] = LastChange.PROFILE.value
            # The directory lists profiles alone.
            place = directory_place(changed) if name is not None else {}
            writes = [
                _setting(keys.profile(user.user_id), fields | place),
                _setting(keys.credential(user.email), fields),
            ]
            try:
                self._table.transact(writes, token)
            except ConditionFailed as failure:
                raise account_erased() from failure
        return changed

    def change_authority(
        self,
        user: User,
        change: AuthorityChange,
        entries: Sequence[AuditEntry],
        now: datetime,
        token: str,
        admission: Admission | None = None,
    ) -> User | None:
        """Change what an account may do, and end its sessions, in one transaction with the audit entries of it.

            standing     epoch n, the kept session stands   -->  epoch n + 1, without sessions or with the kept one
            credential, profile                             -->  the same role, state and epoch, and the new hash
            administrators                                  -->  with or without this one; never without any

        Everything that changes the hash, the role or the state moves the epoch, so the epoch is all that has to be as
        it was read: moving it to the same number again would leave the sessions begun since then alive.

        Parameters
        ----------
        admission: Admission, optional
            Of somebody else who does this to the account.

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
        writes = [
            _ending(user, after, now, token),
            *([admitting(admission, now)] if admission is not None else []),
            _credential_change(after, change.password_hash),
            _profile_change(after),
            *(recording(entry) for entry in entries),
        ]
        if after.administers and not user.administers:
            writes.append(becoming_administrator(user.user_id))
        is_leaving = user.administers and not after.administers
        if is_leaving:
            writes.append(ceasing_as_administrator(user.user_id))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = failure.found[0]
            # The reply to our own commit may have been lost.
            if found is not None and found.get(WRITTEN_BY) == token:
                return after
            if admission is not None:
                refused(admission, failure, 1, now)
            if change.kept_session is not None and found is not None and change.kept_session not in found["sessions"]:
                raise session_ended() from failure
            if is_leaving and failure.failed[-1]:
                raise Conflict("Somebody has to stay an active administrator.") from failure
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


def _setting(key: keys.Key, fields: Item) -> Write:
    return update(
        key,
        "SET " + ", ".join(f"#{field} = :{field}" for field in fields),
        condition=_EXISTS,
        names={f"#{field}": field for field in fields},
        values={f":{field}": value for field, value in fields.items()},
    )


def _ending(before: User, after: User, now: datetime, token: str) -> Write:
    writing = StandingWrite(before.user_id, now).end_sessions(before.session_epoch, after.kept_session)
    writing.set("role", after.role.value).set("state", after.state.value).set(WRITTEN_BY, token)
    return writing.write()


def _credential_change(after: User, password_hash: str | None) -> Write:
    # Guarded by the standing's epoch in the same transaction, as the profile is.
    fields = {"role": after.role.value, "state": after.state.value, "sessionEpoch": after.session_epoch}
    if password_hash is not None:
        fields["passwordHash"] = password_hash
    return update(
        keys.credential(after.email),
        "SET " + ", ".join(f"#{name} = :{name}" for name in fields),
        names={f"#{name}": name for name in fields},
        values={f":{name}": value for name, value in fields.items()},
    )


def _profile_change(after: User) -> Write:
    """The stream's consumers see it, and close the connections of the sessions that ended."""
    fields: Item = {"role": after.role.value, "state": after.state.value, "sessionEpoch": after.session_epoch}
    fields[LAST_CHANGE] = LastChange.ENDED.value
    if after.kept_session is not None:
        fields["keptSession"] = after.kept_session
    gone = "" if after.kept_session is not None else " REMOVE #keptSession"
    return update(
        keys.profile(after.user_id),
        "SET " + ", ".join(f"#{name} = :{name}" for name in fields) + gone,
        names={f"#{name}": name for name in fields} | {"#keptSession": "keptSession"},
        values={f":{name}": value for name, value in fields.items()},
    )
