"""Limits of those who are not signed in, and the check of them that is one transaction with a sign-in."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.limits import Window
from peerlearn.domain.throttling import Allowance, SignInLook
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import credential_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.recording import recording
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, check, put, update

# no window, or one that has closed  --use-->  a new window with one use
_IS_CLOSED = "attribute_not_exists(PK) OR #closes <= :now"
# an open window below its limit  --use-->  one more
_HAS_ROOM = "#closes > :now AND #count < :quota"
# what a sign-in with the right password needs
_IS_BEARABLE = f"{_IS_CLOSED} OR #count < :quota"

_NAMES = {"#closes": "closesAt", "#count": "count"}
_TRIES_MAX = 4


def bearable(allowance: Allowance, now: datetime) -> Write:
    """Return the condition that the allowance is not used up."""
    return check(_key(allowance), _IS_BEARABLE, names=_NAMES, values=_values(allowance, now))


def window_of(allowance: Allowance, item: Item | None, now: datetime) -> Window:
    """Return the allowance's present window; one that nothing has opened yet would open now."""
    second = int(now.timestamp())
    window = Window(int(item["count"]), int(item["closesAt"])) if item else Window(0, 0)
    return window if window.is_open(second) else Window(0, second + allowance.limit.seconds)


class ThrottleRepository:
    """Counts exactly, however many come at once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look_up(self, email: str, allowance: Allowance, now: datetime) -> SignInLook:
        """Return the account of that address with what is left of its allowance, read together."""
        key = keys.credential(email)
        items = self._table.batch_get([key, _key(allowance)])
        found = items.get(_key(allowance))
        return SignInLook(
            credential_of(items[key]) if key in items else None,
            window_of(allowance, found, now),
            reported=found is not None and "reported" in found,
        )

    def use(self, allowance: Allowance, window: Window | None, now: datetime, token: str) -> None:
        """Count one use.

        Parameters
        ----------
        window: Window or None
            As it was read; None where it was not, which presumes that none is open.
        token: str
            36 characters, made once per request.

        Raises
        ------
        TooManyRequests
            The allowance is used up: this use is not counted, and the answer must not tell what was checked.
        TemporarilyUnavailable
            Windows opened and closed under every try.
        """
        for attempt in range(_TRIES_MAX):
            is_open = window is not None and window.count > 0
            writing = self._increment(allowance, now) if is_open else self._open(allowance, now)
            try:
                self._table.transact([writing], f"{token[:34]}{attempt}")
            except ConditionFailed as failure:
                window = window_of(allowance, failure.found[0], now)
                allowance.require_room(window, now)
                continue
            allowance.note(window if is_open else None, now)
            return
        raise TemporarilyUnavailable

    def report(self, allowance: Allowance, entry: AuditEntry, token: str) -> None:
        """Record once for each window that it is used up, in one transaction with the mark that says so."""
        marking = update(
            _key(allowance),
            "SET #reported = :true",
            condition="attribute_exists(PK) AND attribute_not_exists(#reported)",
            names={"#reported": "reported"},
            values={":true": True},
            traced=False,
        )
        with suppress(ConditionFailed):
            self._table.transact([marking, recording(entry)], token)

    def _increment(self, allowance: Allowance, now: datetime) -> Write:
        return update(
            _key(allowance),
            "SET #count = #count + :one",
            condition=_HAS_ROOM,
            names=_NAMES,
            values=_values(allowance, now) | {":one": 1},
            traced=False,
        )

    def _open(self, allowance: Allowance, now: datetime) -> Write:
        closes_at = int(now.timestamp()) + allowance.limit.seconds
        item = {
            **_key(allowance).as_item(),
            "entity": Entity.THROTTLE.value,
            "count": 1,
            "closesAt": closes_at,
            "ttl": closes_at,
        }
        names = {"#closes": _NAMES["#closes"]}
        return put(item, condition=_IS_CLOSED, names=names, values={":now": int(now.timestamp())})


def _key(allowance: Allowance) -> keys.Key:
    return keys.throttle(allowance.subject)


def _values(allowance: Allowance, now: datetime) -> dict[str, int]:
    return {":now": int(now.timestamp()), ":quota": allowance.limit.quota}
