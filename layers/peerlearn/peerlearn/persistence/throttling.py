"""Limits of people who are not signed in, and the check of them that belongs to the transaction of a sign-in."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.limits import Window
from peerlearn.domain.retrying import Collision
from peerlearn.domain.throttling import Allowance, SignInLook
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.items.accounts import credential_of, is_credential
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.recording import recording
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, check, put, update

# no window, or one that has closed  --use-->  a new window with one use
_IS_CLOSED = "attribute_not_exists(PK) OR #closes <= :now"
# an open window below its limit  --use-->  one more
_HAS_ROOM = "#closes > :now AND #count < :quota"
# the condition of a sign-in with the right password
_IS_BEARABLE = f"{_IS_CLOSED} OR #count < :quota"

_NAMES = {"#closes": "closesAt", "#count": "count"}


def bearable(allowance: Allowance, now: datetime) -> Write:
    """Return the condition that the allowance is not used up."""
    return check(_key(allowance), _IS_BEARABLE, names=_NAMES, values=_values(allowance, now))


def window_of(allowance: Allowance, item: Item | None, now: datetime) -> Window:
    """Return the allowance's present window; one that nothing has opened yet would open now."""
    window = Window(int(item["count"]), int(item["closesAt"])) if item else None
    return window if window is not None and window.is_open(int(now.timestamp())) else allowance.unopened(now)


class ThrottleRepository:
    """Counts uses in windows, exactly, however many come at once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look_up(self, email: str, allowance: Allowance, now: datetime) -> SignInLook:
        """Return the account of that address with what is left of its allowance, read together."""
        key = keys.credential(email)
        items = self._table.batch_get([key, _key(allowance)])
        found = items.get(_key(allowance))
        return SignInLook(
            credential_of(items[key]) if is_credential(items.get(key)) else None,
            window_of(allowance, found, now),
            reported=found is not None and "reported" in found,
        )

    def use(self, allowance: Allowance, window: Window, now: datetime, token: str) -> None:
        """Count one use.

        Parameters
        ----------
        window: Window
            As it was read, or presumed. One with no use yet is opened.
        token: str
            Made for this call alone, at most 36 characters.

        Raises
        ------
        Collision
            The situation is the window as it was found: this use is not counted.
        """
        writing = self._increment(allowance, now) if window.count else self._open(allowance, now)
        try:
            self._table.transact([writing], token)
        except ConditionFailed as failure:
            raise Collision(window_of(allowance, failure.found[0], now)) from failure

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
    return system_keys.throttle(allowance.subject)


def _values(allowance: Allowance, now: datetime) -> dict[str, int]:
    return {":now": int(now.timestamp()), ":quota": allowance.limit.quota}
