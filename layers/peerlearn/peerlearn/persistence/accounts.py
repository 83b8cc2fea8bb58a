"""Accounts and sessions: the unique address, the account's two copies, the refresh-token families."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import Conflict, EmailAlreadyRegistered, TokenReused, Unauthenticated
from peerlearn.domain.users import REFRESH_GRACE, Credential, RefreshClaims, Role, Session, User
from peerlearn.persistence import keys
from peerlearn.persistence.guards import becoming_administrator, ceasing_as_administrator
from peerlearn.persistence.items.accounts import (
    credential_item,
    credential_of,
    profile_item,
    session_item,
    session_of,
    user_of,
)
from peerlearn.persistence.items.base import LAST_CHANGE, LastChange
from peerlearn.persistence.table import ConditionFailed, Item, Table, Write, put, update

_IS_NEW = "attribute_not_exists(PK)"
_EXISTS = "attribute_exists(PK)"
# Somebody else may have changed the account since it was read; both copies move together.
_SAME_EPOCH = "#epoch = :epoch"
_CHANGE = {"#change": LAST_CHANGE}


class AccountRepository:
    """Credential (by address) and profile (by user id) hold the same account and are only written together."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, credential: Credential, session: Session, token: str) -> None:
        """A new account with its first session.

        Raises
        ------
        EmailAlreadyRegistered
        """
        writes = [
            put(credential_item(credential), condition=_IS_NEW),
            put(profile_item(credential.user)),
            put(session_item(session)),
        ]
        if credential.user.role is Role.ADMIN:
            writes.append(becoming_administrator(credential.user.user_id))
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
        """Those that exist, by id."""
        found = self._table.batch_get([keys.profile(user_id) for user_id in user_ids], consistent=False)
        return {item["userId"]: user_of(item) for item in found.values()}

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
        names = {"#name": "name", "#interests": "interests", "#goals": "learningGoals"}
        given = {"#name": name, "#interests": interests, "#goals": learning_goals}
        fields = {field: value for field, value in given.items() if value is not None}
        if fields:
            values: Item = {
                f":{field[1:]}": value if isinstance(value, str) else list(value) for field, value in fields.items()
            }
            try:
                self._write_both(
                    user,
                    "SET #change = :change, " + ", ".join(f"{field} = :{field[1:]}" for field in fields),
                    token,
                    names={field: names[field] for field in fields} | _CHANGE,
                    values=values | {":change": LastChange.PROFILE.value},
                )
            except ConditionFailed as failure:
                raise account_erased() from failure
        return changed

    def change_password(self, credential: Credential, new_hash: str, keep_session_id: str, token: str) -> bool:
        """Replaces the hash and ends every session but one; False when the account was changed meanwhile.

        Whatever changes the hash or the role moves the epoch too, so the epoch is all that has to be the same: moving
        it to the same number again would leave the sessions begun since then alive. Both copies move together.
        """
        user = credential.user
        values = {
            ":next": user.session_epoch + 1,
            ":keep": keep_session_id,
            ":change": LastChange.ENDED.value,
        }
        names = {"#epoch": "sessionEpoch", "#keep": "keptSession"} | _CHANGE
        expression = "SET #epoch = :next, #keep = :keep, #change = :change"
        writes = [
            update(
                keys.credential(user.email),
                f"{expression}, #hash = :new",
                condition=_SAME_EPOCH,
                names={**names, "#hash": "passwordHash"},
                values={**values, ":new": new_hash, ":epoch": user.session_epoch},
            ),
            update(keys.profile(user.user_id), expression, names=names, values=values),
        ]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = failure.found[0]
            return found is not None and found["passwordHash"] == new_hash
        return True

    def change_role(self, user: User, role: Role, token: str) -> User | None:
        """A new role; ends every session, so that no refresh token carries the old one.

        None when the account was changed meanwhile.

        Raises
        ------
        Conflict
            Nobody would be an administrator any more.
        """
        also = [becoming_administrator(user.user_id)] if role is Role.ADMIN else []
        if user.role is Role.ADMIN:
            also.append(ceasing_as_administrator(user.user_id))
        changed = replace(user, role=role, session_epoch=user.session_epoch + 1)
        try:
            self._write_both(
                user,
                "SET #role = :role, #epoch = :next, #change = :change REMOVE #keep",
                token,
                condition=_SAME_EPOCH,
                names={"#role": "role", "#epoch": "sessionEpoch", "#keep": "keptSession"} | _CHANGE,
                values={
                    ":role": role.value,
                    ":next": changed.session_epoch,
                    ":epoch": user.session_epoch,
                    ":change": LastChange.ENDED.value,
                },
                also=also,
            )
        except ConditionFailed as failure:
            if also and failure.failed == (False, False, True):
                raise Conflict("Somebody has to stay an administrator.") from failure
            found = failure.found[0]
            # The reply to our own commit may have been lost; another's commit of the same role is as good.
            if found is None or found["role"] != role:
                return None
        return changed

    def _write_both(
        self,
        user: User,
        expression: str,
        token: str,
        *,
        names: dict[str, str],
        values: Item,
        condition: str = _EXISTS,
        also: Sequence[Write] = (),
    ) -> None:
        writes: list[Write] = [
            update(key, expression, condition=condition, names=names, values=values)
            for key in (keys.profile(user.user_id), keys.credential(user.email))
        ]
        writes += also
        self._table.transact(writes, token)

    # -- sessions -----------------------------------------------------------------------------------------------

    def rotate(self, claims: RefreshClaims, next_hash: str, now: datetime) -> Session:
        """Spends the presented refresh token; its successor becomes the live one.

            live  --presented-->  spent, successor live
            spent less than 10 s ago, successor not used yet  -->  the same successor again
            spent earlier  -->  the whole family is revoked, TokenReused
            revoked, this token still live or only just spent  -->  ended, Unauthenticated

        Raises
        ------
        Unauthenticated
            The session has ended.
        TokenReused
            The token was spent before; the family is revoked now.
        """
        key = keys.session(claims.user_id, claims.session_id)
        is_live = "#hash = :presented AND #revoked = :false"
        rotation = update(
            key,
            "SET #hash = :next, #previous = :presented, #generation = :generation, #rotated = :now",
            condition=is_live,
            names={
                "#hash": "tokenHash",
                "#previous": "previousHash",
                "#generation": "generation",
                "#rotated": "rotatedAt",
                "#revoked": "revoked",
            },
            values={
                ":presented": claims.token_hash,
                ":next": next_hash,
                ":generation": claims.generation + 1,
                ":now": to_rfc3339(now),
                ":false": False,
            },
        )
        try:
            rotated = self._table.write(rotation, returning="ALL_NEW")
        except ConditionFailed as failure:
            found = failure.found[0]
            session = session_of(found) if found else None
            # Also how our own rotation looks when its reply was lost and the client library repeated it.
            is_just_spent = (
                session is not None
                and session.previous_hash == claims.token_hash
                and now - session.rotated_at <= REFRESH_GRACE
            )
            if session is None or (session.revoked and (is_just_spent or session.token_hash == claims.token_hash)):
                raise Unauthenticated("This session has ended. Sign in again.") from failure
            if is_just_spent:
                return session
            self.revoke(claims.user_id, claims.session_id)
            raise TokenReused from failure
        return session_of(rotated or {})

    def revoke(self, user_id: str, session_id: str) -> None:
        """Ends a session for good; one that is not there is left so."""
        revocation = update(
            keys.session(user_id, session_id),
            "SET #revoked = :true, #change = :change",
            condition=_EXISTS,
            names={"#revoked": "revoked"} | _CHANGE,
            values={":true": True, ":change": LastChange.ENDED.value},
        )
        with suppress(ConditionFailed):
            self._table.write(revocation)
