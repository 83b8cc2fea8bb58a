"""The wishes of people about notices."""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.limits import UNSUBSCRIBINGS, Limits
from peerlearn.domain.notices import Channel, Wish, Wishes, shown
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import Principal
from peerlearn.services.throttling import Uses, count_use


class Store(Protocol):
    """See `peerlearn.persistence.notices`."""

    def wishes(self, user_id: str) -> Wishes: ...
    def say(self, user_id: str, wishes: Wishes, token: str) -> None: ...
    def mail_key(self, user_id: str) -> str | None: ...


class NoticeService:
    """The use cases of the endpoints about notices."""

    def __init__(self, store: Store, throttle: Uses, limits: Limits, clock: Clock = utc_now) -> None:
        self._store = store
        self._throttle = throttle
        self._limits = limits
        self._clock = clock

    def mine(self, caller: Principal) -> Wishes:
        """Return what the caller has said they want, and do not want."""
        return self._store.wishes(caller.user_id)

    def say(self, caller: Principal, wishes: Wishes) -> Wishes:
        """Keep what the caller says; return all that they have said.

        Raises
        ------
        Unauthenticated
            The account was erased.
        """
        if wishes:
            self._store.say(caller.user_id, wishes, str(uuid4()))
        return self._store.wishes(caller.user_id)

    def unsubscribe(self, token: str, source: str) -> None:
        """Turn a kind of mail off for the account that a link was mailed to; a second time changes nothing.

        Parameters
        ----------
        source: str
            The caller's network address as API Gateway saw it.

        Raises
        ------
        TooManyRequests
        Unauthenticated
            The token was not made for that account and kind, or the account is gone.
        """
        count_use(self._throttle, Allowance.of(self._limits[UNSUBSCRIBINGS], source), self._clock())
        unsubscribing = shown(token)
        unsubscribing.require_made_with(self._store.mail_key(unsubscribing.user_id))
        self._store.say(unsubscribing.user_id, {Wish(unsubscribing.notice, Channel.EMAIL): False}, str(uuid4()))
