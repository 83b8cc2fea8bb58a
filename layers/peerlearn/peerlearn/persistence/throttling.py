"""Signing in under a limit on failures: one counter item per allowance, gone with its window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.errors import TooManyRequests
from peerlearn.domain.throttling import WINDOW, Allowance, Failures
from peerlearn.domain.users import Credential, Session
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import credential_of, failures_of, session_item
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.table import ConditionFailed, Table, Write, check, put, update

# no window, or one that has closed  --failure-->  a new window with one failure
_IS_CLOSED = "attribute_not_exists(PK) OR #closes <= :now"
# an open window below its limit  --failure-->  one more
_HAS_ROOM = "#closes > :now AND #failures < :limit"
# what a sign-in with the right password needs
_IS_BEARABLE = f"{_IS_CLOSED} OR #failures < :limit"

_NAMES = {"#closes": "closesAt", "#failures": "failures"}
_TRIES = 4


class ThrottleRepository:
    """Counts failures exactly, however many come at once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def credential(self, email: str, allowances: Sequence[Allowance], now: datetime) -> Credential | None:
        """The account of that address, in the same round trip as the look at its allowances.

        Raises
        ------
        TooManyRequests
            An allowance is used up: nothing needs to be hashed.
        """
        key = keys.credential(email)
        items = self._table.batch_get([key, *(_key(allowance) for allowance in allowances)])
        found = [items.get(_key(allowance)) for allowance in allowances]
        _refuse_when_used_up(allowances, [failures_of(item) if item else None for item in found], now)
        return credential_of(items[key]) if key in items else None

    def add_failure(self, allowances: Sequence[Allowance], now: datetime, token: str) -> None:
        """One more failure for each allowance.

        Raises
        ------
        TooManyRequests
            An allowance is used up: the failure is not counted, and the answer must not tell what was checked.
        """
        opening: set[int] = set()
        for attempt in range(_TRIES):
            writes = [
                self._open(allowance, now) if index in opening else self._increment(allowance, now)
                for index, allowance in enumerate(allowances)
            ]
            try:
                self._table.transact(writes, f"{token[:34]}{attempt}")
            except ConditionFailed as failure:
                found = [failures_of(item) if item else None for item in failure.found]
                _refuse_when_used_up(allowances, found, now)
                opening ^= {index for index, failed in enumerate(failure.failed) if failed}
            else:
                return
        # Windows opened and closed under every try: as good as too many.
        raise TooManyRequests(retry_after=1)

    def sign_in(self, allowance: Allowance, session: Session, now: datetime, token: str) -> None:
        """Stores the session if the account's allowance is not used up, in one transaction with that check.

        Raises
        ------
        TooManyRequests
        """
        bearable = check(_key(allowance), _IS_BEARABLE, names=_NAMES, values=_values(allowance, now))
        try:
            self._table.transact([put(session_item(session)), bearable], token)
        except ConditionFailed as failure:
            item = failure.found[1]
            _refuse_when_used_up([allowance], [failures_of(item) if item else None], now)
            raise TooManyRequests(retry_after=1) from failure

    def _increment(self, allowance: Allowance, now: datetime) -> Write:
        return update(
            _key(allowance),
            "SET #failures = #failures + :one",
            condition=_HAS_ROOM,
            names=_NAMES,
            values=_values(allowance, now) | {":one": 1},
        )

    def _open(self, allowance: Allowance, now: datetime) -> Write:
        closes_at = now + WINDOW
        item = {
            **_key(allowance).as_item(),
            "entity": Entity.THROTTLE.value,
            "failures": 1,
            "closesAt": to_rfc3339(closes_at),
            "ttl": int(closes_at.timestamp()),
        }
        names = {"#closes": _NAMES["#closes"]}
        return put(item, condition=_IS_CLOSED, names=names, values={":now": to_rfc3339(now)})


def _key(allowance: Allowance) -> keys.Key:
    return keys.throttle(allowance.subject)


def _values(allowance: Allowance, now: datetime) -> dict[str, str | int]:
    return {":now": to_rfc3339(now), ":limit": allowance.limit}


def _refuse_when_used_up(allowances: Sequence[Allowance], found: Sequence[Failures | None], now: datetime) -> None:
    for allowance, failures in zip(allowances, found, strict=True):
        if failures and failures.closes_at > now and failures.count >= allowance.limit:
            wait = (failures.closes_at - now).total_seconds()
            raise TooManyRequests("Too many failed sign-ins. Try again later.", retry_after=max(1, int(wait) + 1))
