"""Sign-in sessions: refresh-token families, each an item of its own and a name in its account's standing."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.calendars import CalendarLink
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.retrying import Collision
from peerlearn.domain.sign_ins import Shown, SignIn, SignInSituation
from peerlearn.domain.standing import Admission, Standing
from peerlearn.domain.users import RefreshClaims, SignInSession, User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import session_item, session_of, user_of
from peerlearn.persistence.items.base import LAST_CHANGE, LastChange
from peerlearn.persistence.items.privacy import calendar_of
from peerlearn.persistence.items.standing import standing_in, standing_of
from peerlearn.persistence.mails import posting
from peerlearn.persistence.ranges import items_under
from peerlearn.persistence.standing import StandingWrite, admission_write, refused
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.throttling import bearable, window_of
from peerlearn.persistence.writes import Write, put, update

# Of a sign-in's writes: the session comes first.
_STANDING, _WRONG_PASSWORDS = 1, 2


class SignInSessionRepository:
    """Begins, renews, lists and ends sign-in sessions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, sign_in: SignIn, situation: SignInSituation, now: datetime, token: str) -> None:
        """Store the session of a sign-in, while the password that was checked is the present one.

        Where 20 sessions stand already, the one that has gone unused the longest ends with it.

        Raises
        ------
        Collision
            Its situation is the standing as it is, and the window of wrong passwords where it has no room.
        """
        user, session, standing = sign_in.user, sign_in.session, situation.standing
        beginning = StandingWrite(user.user_id, now).require_active().require_epoch(user.session_epoch)
        beginning.make_room(standing).count(sign_in.limit, standing).use_session(session.session_id)
        writes = [put(session_item(session)), beginning.write(), bearable(sign_in.allowance, now)]
        if standing is not None and standing.one_too_many is not None:
            writes.append(_revoking(user.user_id, standing.one_too_many))
        writes += map(posting, sign_in.mails)
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            found = _found_instead(sign_in, situation, failure, now)
            # The reply to our own commit may have been lost.
            if found.standing is None or session.session_id not in found.standing.sessions:
                raise Collision(found) from failure

    def rotate(self, claims: RefreshClaims, next_hash: str, shown: Shown, now: datetime, token: str) -> SignInSession:
        """Spend the live refresh token; its successor becomes the live one.

        Parameters
        ----------
        shown: Shown
            With the admission that counts the use.

        Raises
        ------
        Collision
            Its situation is the session where the token is not its live one, or the admission to try again with.
        Unauthenticated, TooManyRequests
        """
        using = admission_write(shown.admission, now).use_session(claims.session_id)
        try:
            self._table.transact([_rotation(claims, next_hash, now), using.write()], token)
        except ConditionFailed as failure:
            if failure.failed[0]:
                found = session_of(failure.found[0]) if failure.found[0] else None
                raise Collision(shown._replace(is_live=False, session=found)) from failure
            raise Collision(Shown(refused(shown.admission, failure, 1, now))) from failure
        shown.admission.spent(now)
        return SignInSession(
            session_id=claims.session_id,
            user_id=claims.user_id,
            generation=claims.generation + 1,
            token_hash=next_hash,
            rotated_at=now,
            expires_at=claims.expires_at,
        )

    def session(self, user_id: str, session_id: str) -> SignInSession | None:
        """Return a session that is kept, ended or not."""
        item = self._table.get(keys.session(user_id, session_id))
        return session_of(item) if item else None

    def present(self, user_id: str) -> tuple[User | None, Standing | None]:
        """Return the account and its standing, in one read."""
        profile = keys.profile(user_id)
        found = self._table.batch_get([profile, keys.standing(user_id)])
        return user_of(found[profile]) if profile in found else None, standing_in(found, user_id)

    def end(self, admission: Admission, session_id: str, now: datetime, token: str) -> bool:
        """End one of the caller's sessions for good; return False where it is not kept any more.

        Raises
        ------
        Collision
            Its situation is the admission, made from the standing as it is.
        Unauthenticated
            The caller's own session has ended.
        TooManyRequests
        """
        ending = admission_write(admission, now).end_session(session_id)
        try:
            self._table.transact([ending.write(), _revoking(admission.caller.user_id, session_id)], token)
        except ConditionFailed as failure:
            if not failure.failed[0]:
                return False
            raise Collision(refused(admission, failure, 0, now)) from failure
        admission.spent(now)
        return True

    def of_user(self, user_id: str) -> tuple[Standing | None, list[SignInSession], CalendarLink | None]:
        """Return somebody's standing, every session that is kept of theirs, and the calendar link that one has made."""
        sessions = sessions_of(self._table, user_id)
        found = self._table.batch_get([keys.standing(user_id), keys.calendar(user_id)])
        link = found.get(keys.calendar(user_id))
        return standing_in(found, user_id), sessions, calendar_of(link) if link else None


def sessions_of(table: Table, user_id: str) -> list[SignInSession]:
    """Return every session that is kept of somebody's, ended or not."""
    return [session_of(item) for item in items_under(table, keys.user_partition(user_id), keys.SESSION_PREFIX)]


def _found_instead(
    sign_in: SignIn, situation: SignInSituation, failure: ConditionFailed, now: datetime
) -> SignInSituation:
    if failure.failed[_WRONG_PASSWORDS]:
        window = window_of(sign_in.allowance, failure.found[_WRONG_PASSWORDS], now)
        situation = situation._replace(wrong_passwords=window)
    if failure.failed[_STANDING]:
        found = failure.found[_STANDING]
        situation = situation._replace(standing=standing_of(found) if found else None, is_presumed=False)
    return situation


def _revoking(user_id: str, session_id: str) -> Write:
    # The stream's consumers see it, and close the session's connections.
    return update(
        keys.session(user_id, session_id),
        "SET #revoked = :true, #change = :change",
        condition="attribute_exists(PK)",
        names={"#revoked": "revoked", "#change": LAST_CHANGE},
        values={":true": True, ":change": LastChange.ENDED.value},
    )


def _rotation(claims: RefreshClaims, next_hash: str, now: datetime) -> Write:
    is_live = "#hash = :shown AND #revoked = :false"
    return update(
        keys.session(claims.user_id, claims.session_id),
        "SET #hash = :next, #previous = :shown, #generation = :generation, #rotated = :now",
        condition=is_live,
        names={
            "#hash": "tokenHash",
            "#previous": "previousHash",
            "#generation": "generation",
            "#rotated": "rotatedAt",
            "#revoked": "revoked",
        },
        values={
            ":shown": claims.token_hash,
            ":next": next_hash,
            ":generation": claims.generation + 1,
            ":now": to_rfc3339(now),
            ":false": False,
        },
    )
