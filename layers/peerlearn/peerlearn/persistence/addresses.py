"""Changes of accounts that a mail's link opens: each one transaction, with the token that it spends.

standing      epoch n                            -->  epoch n + 1 without sessions, proven  |  proven alone
profile       address version v                  -->  version v + 1, and what has changed
credential    of the same address                -->  what has changed
              of another one: see `address_writes`
token         there                              -->  gone
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from peerlearn.domain.account_changes import AccountChange
from peerlearn.domain.addresses import same_address
from peerlearn.domain.errors import EmailAlreadyRegistered
from peerlearn.domain.mail_tokens import MailToken, dead_link
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import session_ended
from peerlearn.domain.users import Credential, User
from peerlearn.persistence import keys, mail_keys
from peerlearn.persistence.address_writes import holding, leaving, putting_credential
from peerlearn.persistence.items.accounts import directory_place, user_of
from peerlearn.persistence.items.addresses import PENDING, address_fields
from peerlearn.persistence.items.base import LAST_CHANGE, Item, LastChange
from peerlearn.persistence.items.mails import mail_token_of
from peerlearn.persistence.mails import posting
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own
from peerlearn.persistence.recording import recording
from peerlearn.persistence.standing import StandingWrite
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, delete, setting

# The places of the writes by which a refusal is told; behind them comes what is conditional on nothing.
_PROFILE, _STANDING, _CREDENTIAL = 0, 1, 2


class AddressSituation(NamedTuple):
    """An account and the token that is shown for it, each None where there is none."""

    user: User | None
    token: MailToken | None


class AddressRepository:
    """Reads an account with a token, and applies what the two lead to."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def situation(self, user_id: str, token_hash: str) -> AddressSituation:
        """Return the account and the token, in one read."""
        profile, token = keys.profile(user_id), mail_keys.mail_token(user_id, token_hash)
        found = self._table.batch_get([profile, token])
        return AddressSituation(
            user_of(found[profile]) if profile in found else None,
            mail_token_of(found[token]) if token in found else None,
        )

    def apply(self, change: AccountChange, now: datetime, token: str) -> None:
        """Write all of it, or nothing.

        Raises
        ------
        Collision
            The account was changed meanwhile.
        Unauthenticated
            The token was spent meanwhile, or the session has ended.
        EmailAlreadyRegistered
            Another account has the new address.
        """
        writes = [_profile(change, token), _standing(change, now)]
        if change.ends_sessions or change.after.email_verified != change.before.email_verified:
            writes.append(_credential(change, now))
        if change.moves:
            writes.append(_left_behind(change))
        spending = len(writes)
        if change.spent is not None:
            spent = mail_keys.mail_token(change.spent.user_id, change.spent.token_hash)
            writes.append(delete(spent, condition="attribute_exists(PK)"))
        writes += [*map(recording, change.entries), *map(posting, change.mails)]
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            if not is_own(failure.found[_PROFILE], token):
                raise _refusal(change, failure, spending) from failure


def _refusal(change: AccountChange, failure: ConditionFailed, spending: int) -> Exception:
    if change.spent is not None and failure.failed[spending]:
        return dead_link()
    found = failure.found[_STANDING]
    if change.session_id is not None and found is not None and change.session_id not in found["sessions"]:
        return session_ended()
    if change.moves and failure.failed[_CREDENTIAL]:
        return EmailAlreadyRegistered()
    return Collision()


def _profile(change: AccountChange, token: str) -> Write:
    before, after = change.before, change.after
    version = before.address.version
    address = after.address._replace(version=version + 1)
    fields: Item = {"emailVerified": after.email_verified, WRITTEN_BY: token, **address_fields(address)}
    if change.ends_sessions:
        fields |= {"sessionEpoch": after.session_epoch, LAST_CHANGE: LastChange.ENDED.value}
    if change.moves:
        fields |= {"email": after.email, **directory_place(after)}
    if after.name != before.name:
        fields |= {LAST_CHANGE: LastChange.TAKEN_OVER.value, **_told(after), **directory_place(after)}
    removed = [] if address.pending is not None else [PENDING]
    if change.ends_sessions:
        removed.append("keptSession")
    return setting(
        keys.profile(before.user_id),
        fields,
        removed=removed,
        condition="#read = :read" if version else "attribute_exists(PK) AND attribute_not_exists(#read)",
        names={"#read": "addressVersion"},
        values={":read": version} if version else None,
    )


def _standing(change: AccountChange, now: datetime) -> Write:
    before, after = change.before, change.after
    writing = StandingWrite(before.user_id, now)
    if change.session_id is not None:
        writing.require_session(change.session_id)
    if change.ends_sessions:
        writing.end_sessions(before.session_epoch)
    else:
        # An event that ended all sessions meanwhile has also taken away what they had asked for.
        writing.require_epoch(before.session_epoch)
    if after.email_verified and not before.email_verified:
        writing.prove()
    return writing.write()


def _credential(change: AccountChange, now: datetime) -> Write:
    before, after = change.before, change.after
    if change.moves:
        return putting_credential(Credential(change.password_hash or change.read_hash or "", after), now)
    fields: Item = {"emailVerified": after.email_verified}
    if change.ends_sessions:
        fields["sessionEpoch"] = after.session_epoch
    if change.password_hash is not None:
        fields["passwordHash"] = change.password_hash
    if after.name != before.name:
        fields |= _told(after)
    # Guarded by the profile's version and the standing's epoch in the same transaction.
    return setting(keys.credential(before.email), fields)


def _left_behind(change: AccountChange) -> Write:
    """Return the write of the address that the account leaves: held while the account may go back to it, or free."""
    before, read_hash = change.before, change.read_hash or ""
    until = [one.until for one in change.after.address.former if same_address(one.email, before.email)]
    if until:
        return holding(before.email, before.user_id, read_hash, max(until))
    return leaving(before.email, before.user_id, read_hash)


def _told(user: User) -> Item:
    return {"name": user.name, "interests": list(user.interests), "learningGoals": list(user.learning_goals)}
