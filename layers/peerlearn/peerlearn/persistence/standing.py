"""Standing in the table: the condition that admits a write, and the changes of the sessions that have not ended.

a session begins       state active, the epoch of the password that was checked, fewer than 20 sessions  -->  one more
a session ends         this one among the sessions   -->  without it
all of them end        epoch n                       -->  epoch n + 1, without sessions, or with the one that is kept
somebody writes        their session among them      -->  each limit's window has one use more
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from peerlearn.domain.limits import Limit
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import SESSIONS_MAX, Admission, Standing
from peerlearn.domain.users import AccountState
from peerlearn.persistence import keys
from peerlearn.persistence.items.standing import closes_attribute, count_attribute, standing_of
from peerlearn.persistence.table import ConditionFailed, Item, Table
from peerlearn.persistence.writes import Write, check, update


class StandingWrite:
    """One update of a standing, put together from what it requires and what it changes."""

    def __init__(self, user_id: str, now: datetime) -> None:
        self._key = keys.standing(user_id)
        self._now = int(now.timestamp())
        self._conditions: list[str] = []
        self._sets: list[str] = []
        self._removes: list[str] = []
        self._names: dict[str, str] = {}
        self._values: Item = {}

    def require_session(self, session_id: str) -> StandingWrite:
        """Require that the session has not ended: once gone it never comes again."""
        self._conditions.append(f"attribute_exists({self._session(session_id)})")
        return self

    def require_roles(self, admission: Admission) -> StandingWrite:
        """Require that the account has one of the admission's roles now."""
        if admission.roles is not None:
            roles = {f":role{number}": role.value for number, role in enumerate(sorted(admission.roles))}
            self._conditions.append(f"{self._name('role')} IN ({', '.join(roles)})")
            self._values |= roles
        return self

    def require_proof(self, admission: Admission) -> StandingWrite:
        """Require that the account's address is proven, where the admission asks for that."""
        return self.require_proven() if admission.needs_proof else self

    def require_epoch(self, epoch: int) -> StandingWrite:
        """Require that nothing has ended all sessions since the account was read."""
        self._conditions.append(f"{self._name('epoch')} = :before")
        self._values[":before"] = epoch
        return self

    def count(self, limit: Limit, standing: Standing | None) -> StandingWrite:
        """Count one use of the limit, which has to have room.

        Parameters
        ----------
        standing: Standing or None
            The presumed state of the account's windows; None presumes that this one is not open.
        """
        name = limit.name.replace("-", "_")
        count, closes = (
            self._name(f"n_{name}", count_attribute(limit.name)),
            self._name(f"t_{name}", closes_attribute(limit.name)),
        )
        self._values |= {":now": self._now, ":one": 1}
        known = standing.windows.get(limit.name) if standing else None
        if known is not None and known.is_open(self._now):
            # an open window with room --use--> one use more
            self._conditions.append(f"{closes} > :now AND {count} < :quota_{name}")
            self._values[f":quota_{name}"] = limit.quota
            self._sets.append(f"{count} = {count} + :one")
            return self
        # no window, or a closed one --use--> a window with one use
        self._conditions.append(f"(attribute_not_exists({closes}) OR {closes} <= :now)")
        self._values[f":closes_{name}"] = self._now + limit.seconds
        self._sets += [f"{count} = :one", f"{closes} = :closes_{name}"]
        return self

    def use_session(self, session_id: str) -> StandingWrite:
        """Note that the session was used just now, or begin it."""
        self._sets += [f"{self._session(session_id)} = :now", f"{self._name('seenAt')} = :now"]
        self._values[":now"] = self._now
        return self

    def make_room(self, standing: Standing | None) -> StandingWrite:
        """Require fewer than 20 sessions, or end the one that has gone unused the longest."""
        if standing is None or standing.one_too_many is None:
            self._conditions.append(f"size({self._name('sessions')}) < :most")
            self._values[":most"] = SESSIONS_MAX
            return self
        # 20 sessions --one more--> 20, without the one that was unused longest
        return self.end_session(standing.one_too_many)

    def require_active(self) -> StandingWrite:
        """Require that the account is neither suspended nor erased."""
        self._conditions.append(f"{self._name('state')} = :active")
        self._values[":active"] = AccountState.ACTIVE.value
        return self

    def require_proven(self) -> StandingWrite:
        """Require that the account's address is proven, whatever the stack asks of those who write."""
        self._conditions.append(f"{self._name('proven')} = :proven")
        self._values[":proven"] = True
        return self

    def end_session(self, session_id: str) -> StandingWrite:
        """End that session, which must be live."""
        self.require_session(session_id)
        self._removes.append(self._session(session_id))
        return self

    def end_sessions(self, epoch: int, kept: str | None = None) -> StandingWrite:
        """End every session of that epoch; the one that is kept must be live."""
        self.require_epoch(epoch)
        self._sets += [f"{self._name('epoch')} = :next", f"{self._name('sessions')} = :sessions"]
        self._values |= {":next": epoch + 1, ":sessions": {kept: self._now} if kept else {}}
        if kept is None:
            self._removes.append(self._name("keptSession"))
            return self
        return self.require_session(kept).set("keptSession", kept)

    def prove(self) -> StandingWrite:
        """Note that the account's address is proven."""
        self._sets.append(f"{self._name('proven')} = :proven")
        self._values[":proven"] = True
        return self

    def set(self, attribute: str, value: str) -> StandingWrite:
        """Give an attribute another value."""
        self._sets.append(f"{self._name(attribute)} = :{attribute}")
        self._values[f":{attribute}"] = value
        return self

    def write(self) -> Write:
        """Return the write: a condition alone where nothing changes."""
        condition = " AND ".join(self._conditions)
        expression = "SET " + ", ".join(self._sets) if self._sets else ""
        if self._removes:
            expression = f"{expression} REMOVE {', '.join(self._removes)}".strip()
        if not expression:
            return check(self._key, condition, names=self._names, values=self._values)
        return update(self._key, expression, condition=condition, names=self._names, values=self._values, traced=False)

    def _name(self, placeholder: str, attribute: str = "") -> str:
        self._names[f"#{placeholder}"] = attribute or placeholder
        return f"#{placeholder}"

    def _session(self, session_id: str) -> str:
        sessions = self._name("sessions")
        for placeholder, name in self._names.items():
            if name == session_id:
                return f"{sessions}.{placeholder}"
        return f"{sessions}.{self._name(f'session{len(self._names)}', session_id)}"


def admission_write(admission: Admission, now: datetime) -> StandingWrite:
    """Return the update that lets a transaction through only while its caller may do this, and counts it.

    Its price is that of any item of a transaction, two units, whether it counts or is a condition alone.
    """
    writing = StandingWrite(admission.caller.user_id, now).require_session(admission.caller.session_id)
    writing.require_roles(admission).require_proof(admission)
    for limit in admission.limits:
        writing.count(limit, admission.standing)
    return writing


def admitting(admission: Admission, now: datetime) -> Write:
    """Return `admission_write` as a part of a transaction."""
    return admission_write(admission, now).write()


def refused(admission: Admission, failure: ConditionFailed, at: int, now: datetime) -> Admission:
    """Return the admission to try again with, where write `at` of a transaction, the admitting one, was refused.

    Raises
    ------
    Unauthenticated, Forbidden, EmailNotVerified, TooManyRequests
    """
    if not failure.failed[at]:
        return admission
    found = failure.found[at]
    return admission.seeing(standing_of(found) if found else None, now)


class StandingRepository:
    """Reads standings, and admits requests that have no transaction of their own."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self, user_id: str) -> Standing | None:
        """Return the account's standing by a consistent read."""
        item = self._table.get(keys.standing(user_id))
        return standing_of(item) if item else None

    def standings(self, user_ids: Sequence[str]) -> dict[str, Standing]:
        """Return those that exist, by user id."""
        found = self._table.batch_get([keys.standing(user_id) for user_id in user_ids])
        return {item["userId"]: standing_of(item) for item in found.values()}

    def admit(self, admission: Admission, now: datetime) -> Admission:
        """Admit one use, counted, in one conditional write; return the admission with the account as it is now.

        A use whose reply is lost may count twice: the limit then leaves one less, and nothing else depends on it.

        Raises
        ------
        Collision
            Another request of the same person was faster. The situation is the admission, made from what was found.
        Unauthenticated, Forbidden, TooManyRequests
        """
        try:
            written = self._table.write(admitting(admission, now), returning="ALL_NEW")
        except ConditionFailed as failure:
            raise Collision(refused(admission, failure, 0, now)) from failure
        admission.spent(now)
        return admission.counted(standing_of(written or {}))
