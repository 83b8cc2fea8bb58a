"""Sign-in sessions: refresh-token families, each an item of its own and a name in its account's standing."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from peerlearn.domain.calendars import CalendarLink
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.errors import AccountSuspended, TemporarilyUnavailable, TokenReused, Unauthenticated
from peerlearn.domain.limits import Limit, note_usage
from peerlearn.domain.standing import Admission, Standing, session_ended
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import AccountState, Credential, Principal, RefreshClaims, SignInSession, User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import session_item, session_of, user_of
from peerlearn.persistence.items.base import LAST_CHANGE, LastChange
from peerlearn.persistence.items.privacy import calendar_of
from peerlearn.persistence.items.standing import standing_in, standing_of
from peerlearn.persistence.standing import StandingRepository, StandingWrite, admission_write, refused
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.throttling import bearable, window_of
from peerlearn.persistence.writes import Write, put, update

_TRIES_MAX = 5


class SignInSessionRepository:
    """Begins, renews, lists and ends sign-in sessions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(
        self,
        credential: Credential,
        session: SignInSession,
        allowance: Allowance,
        limit: Limit,
        now: datetime,
        token: str,
    ) -> bool:
        """Store the session, while the password that was checked is the present one; return False when it is not.

        Where 20 sessions stand already, the one that has gone unused the longest ends with it.

        Parameters
        ----------
        allowance: Allowance
            Of wrong passwords: it must not be used up.
        limit: Limit
            Of sign-ins to one account.

        Raises
        ------
        AccountSuspended
        TooManyRequests
        TemporarilyUnavailable
            The account's other sign-ins were always faster.
        """
        user, standing = credential.user, None
        for attempt in range(_TRIES_MAX):
            beginning = StandingWrite(user.user_id, now).require_active().require_epoch(user.session_epoch)
            beginning.make_room(standing).count(limit, standing).use_session(session.session_id)
            writes = [put(session_item(session)), beginning.write(), bearable(allowance, now)]
            if standing is not None and standing.one_too_many is not None:
                writes.append(_revoking(user.user_id, standing.one_too_many))
            try:
                self._table.transact(writes, f"{token[:34]}{attempt}")
            except ConditionFailed as failure:
                if failure.failed[2]:
                    allowance.require_room(window_of(allowance, failure.found[2], now), now)
                if not failure.failed[1]:
                    continue
                standing = standing_of(failure.found[1]) if failure.found[1] is not None else None
                # The reply to our own commit may have been lost.
                if standing is not None and session.session_id in standing.sessions:
                    return True
                if not _may_begin(standing, user.session_epoch, limit, now):
                    return False
                continue
            return True
        raise TemporarilyUnavailable

    def rotate(self, claims: RefreshClaims, next_hash: str, limit: Limit, now: datetime, token: str) -> SignInSession:
        """Spend the refresh token that is shown; its successor becomes the live one.

            live                     --shown-->  spent, its successor is live
            parent of the live one   --shown-->  the live one again, however late: a reply may have been lost
            anything older           --shown-->  the whole family is revoked, TokenReused
            of a session that ended  --shown-->  Unauthenticated

        Raises
        ------
        Unauthenticated
            The session has ended.
        TokenReused
            The token is older than the live one's parent; the session is ended now.
        TooManyRequests
        TemporarilyUnavailable
            The account's other requests were always faster.
        """
        admission = Admission(claims.principal, (limit,))
        for attempt in range(_TRIES_MAX):
            using = admission_write(admission, now).use_session(claims.session_id)
            try:
                self._table.transact([_rotation(claims, next_hash, now), using.write()], f"{token[:34]}{attempt}")
            except ConditionFailed as failure:
                if failure.failed[0]:
                    session = self._answered_again(claims, failure.found[0])
                    try:
                        # A repeated answer counts as well.
                        StandingRepository(self._table).admit(admission, now)
                    except Unauthenticated as refusal:
                        raise self.refusal(claims) from refusal
                    return session
                admission = refused(admission, failure, 1, now)
                continue
            admission.spent(now)
            return SignInSession(
                session_id=claims.session_id,
                user_id=claims.user_id,
                generation=claims.generation + 1,
                token_hash=next_hash,
                rotated_at=now,
                expires_at=claims.expires_at,
            )
        raise TemporarilyUnavailable

    def _answered_again(self, claims: RefreshClaims, found: Item | None) -> SignInSession:
        session = session_of(found) if found is not None else None
        if session is None or (session.revoked and _is_known(claims, session)):
            raise session_ended()
        # Also how our own rotation looks when its reply was lost and the client library repeated it.
        if session.previous_hash == claims.token_hash:
            return session
        # A family that has ended already stays so, and a token that was spent stays spent.
        with suppress(Unauthenticated):
            self.end(claims.principal, claims.session_id)
        raise TokenReused

    def refusal(self, claims: RefreshClaims) -> Unauthenticated:
        """Return what the token of a session that has ended is told: others may have been faster meanwhile."""
        item = self._table.get(keys.session(claims.user_id, claims.session_id))
        return session_ended() if item is None or _is_known(claims, session_of(item)) else TokenReused()

    def present(self, user_id: str) -> tuple[User | None, Standing | None]:
        """Return the account and its standing, in one read."""
        profile = keys.profile(user_id)
        found = self._table.batch_get([profile, keys.standing(user_id)])
        return user_of(found[profile]) if profile in found else None, standing_in(found, user_id)

    def end(self, caller: Principal, session_id: str, limit: Limit | None = None) -> bool:
        """End one of the caller's sessions for good; return False where it does not stand.

        Parameters
        ----------
        limit: Limit, optional
            What it counts against.

        Raises
        ------
        Unauthenticated
            The caller's own session has ended.
        TooManyRequests
        TemporarilyUnavailable
            The account's other requests were always faster.
        """
        admission = Admission(caller, (limit,) if limit is not None else ())
        now = utc_now()
        admission.note(now)
        for _ in range(_TRIES_MAX):
            ending = admission_write(admission, now).end_session(session_id)
            try:
                self._table.transact([ending.write(), _revoking(caller.user_id, session_id)], str(uuid4()))
            except ConditionFailed as failure:
                if failure.failed[0]:
                    admission = refused(admission, failure, 0, now)
                    if admission.standing is not None and session_id not in admission.standing.sessions:
                        return False
                    continue
                return False
            admission.spent(now)
            return True
        raise TemporarilyUnavailable

    def of_user(self, user_id: str) -> tuple[Standing | None, list[SignInSession], CalendarLink | None]:
        """Return somebody's standing, every session that is kept of theirs, and what their sessions planted."""
        sessions = sessions_of(self._table, user_id)
        found = self._table.batch_get([keys.standing(user_id), keys.calendar(user_id)])
        link = found.get(keys.calendar(user_id))
        return standing_in(found, user_id), sessions, calendar_of(link) if link else None


def sessions_of(table: Table, user_id: str) -> list[SignInSession]:
    """Return every session that is kept of somebody's, ended or not."""
    items = table.query(
        "#pk = :pk AND begins_with(#sk, :session)",
        {":pk": keys.user_partition(user_id), ":session": keys.SESSION_PREFIX},
        names={"#pk": "PK", "#sk": "SK"},
    )
    return [session_of(item) for item in items]


def _is_known(claims: RefreshClaims, session: SignInSession) -> bool:
    """Return whether the token that is shown is the session's last one, or the parent of that."""
    return claims.token_hash in (session.token_hash, session.previous_hash)


def _may_begin(standing: Standing | None, epoch: int, limit: Limit, now: datetime) -> bool:
    if standing is not None and standing.state is AccountState.SUSPENDED:
        raise AccountSuspended
    if standing is None or standing.epoch != epoch:
        return False
    second = int(now.timestamp())
    window = standing.window(limit, second)
    note_usage(limit, window.count, window.closes_at, second)
    if window.count >= limit.quota:
        raise limit.exceeded(window.closes_at - second)
    return True


def _revoking(user_id: str, session_id: str) -> Write:
    """The stream's consumers see it, and close the session's connections."""
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
