"""Credentials, profiles and standings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from peerlearn.domain.addresses import AddressState
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import Language, User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.standing import standing_of
from scripts.invariants.violation import Violation


class AccountsCheck:
    """One account per address, the same under the address and under its id."""

    def __init__(self) -> None:
        self._erased: set[str] = set()
        self._credentials: dict[str, Item] = {}
        self._profiles: dict[str, Item] = {}
        self._standings: dict[str, Item] = {}
        self._addresses: Counter[str] = Counter()
        self._sessions: Counter[str] = Counter()

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.CREDENTIAL:
            self._credentials[item["userId"]] = item
        elif entity == Entity.PROFILE:
            self._profiles[item["userId"]] = item
            self._addresses[keys.credential(item["email"]).pk] += 1
        elif entity == Entity.STANDING:
            self._standings[item["userId"]] = item
        elif entity == Entity.SESSION:
            self._sessions[item["userId"]] += 1
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])

    def violations(self) -> Iterator[Violation]:
        for address, number in self._addresses.items():
            if number > 1:
                yield Violation("accounts", address, f"{number} accounts have this address")
        # Leftovers of an erased account are another check's.
        for user_id in (self._credentials.keys() | self._profiles.keys() | self._sessions.keys()) - self._erased:
            key = keys.user_partition(user_id)
            credential, profile = self._credentials.get(user_id), self._profiles.get(user_id)
            if credential is None or profile is None:
                yield Violation("accounts", key, "lacks its credential" if profile else "lacks its profile")
            elif not _are_alike(user_of(credential), user_of(profile)):
                yield Violation("accounts", key, "the account's two copies differ")
            elif (standing := self._standings.get(user_id)) is None:
                yield Violation("accounts", key, "lacks its standing")
            elif not _stands_as(standing_of(standing), user_of(profile)):
                yield Violation("accounts", key, "its standing has another role, state or epoch, or another proof")


def _are_alike(credential: User, profile: User) -> bool:
    return _of_both(credential) == _of_both(profile)


def _of_both(user: User) -> User:
    # Which session was kept, how mails are written, and what an address has been through stand on the profile alone.
    return replace(user, kept_session=None, language=Language.ENGLISH, time_zone="", address=AddressState())


def _stands_as(standing: Standing, user: User) -> bool:
    of_account = (user.role, user.state, user.session_epoch, user.email_verified)
    return (standing.role, standing.state, standing.epoch, standing.proven) == of_account
