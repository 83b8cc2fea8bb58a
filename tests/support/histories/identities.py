"""Histories of addresses and of refresh tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.items.accounts import session_of
from peerlearn.persistence.items.base import Entity
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.support.accounts import Accounts
from tests.support.histories.checking import IN, OUT, by_subject, check_table, sentence_of
from tests.support.histories.ground import Ground
from tests.support.histories.history import OK, UNKNOWN, Call, History, Operation, explained
from tests.support.people import People

# -- addresses --------------------------------------------------------------------------------------------------------


def addresses(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """One account for each address, however it is spelled, however many ask for it."""
    service = _accounts(ground, FakeClock(), FakeKeyRing())
    calls: list[Call] = []
    for number in range(requests):
        address = f"person{number % max(1, requests // 16)}@people.example"
        spelled = "".join(chance.choice((letter.upper(), letter)) for letter in address)
        calls.append(("register", address, partial(service.register, "Ada", spelled, "Analytical-1843"), None))
    history.at_once(calls)
    items = check_table(ground, history)
    owners = {item["email"].lower(): item["userId"] for item in items if item.get("entity") == Entity.CREDENTIAL}
    for address, operations in by_subject(history).items():
        if not explained(operations, _registering, OUT, (IN if address in owners else OUT).__eq__):
            history.found("address", address, f"nothing explains {sentence_of(operations)}")
        for one in operations:
            if one.outcome == OK and one.result.user.user_id != owners.get(address):  # type: ignore[attr-defined]
                history.found("address", address, "somebody was told that it is theirs, and it is another's")


def _registering(state: str, _: Operation) -> Iterable[tuple[str, str]]:
    return [(OK, IN)] if state == OUT else [("EMAIL_ALREADY_REGISTERED", IN)]


def _accounts(ground: Ground, clock: FakeClock, keys: FakeKeyRing) -> Accounts:
    return Accounts(ground.table, keys, clock=clock)


# -- refresh tokens ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Family:
    """A session: the generation that is live, when it came to be so, and whether the session has ended."""

    live: int
    rotated_at: float
    revoked: bool = False


def families(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Refresh tokens used, raced for and used again: at any time one of a family is live, and reuse ends it."""
    clock = FakeClock()
    began = clock.now
    keys = FakeKeyRing()
    tokens = fake_tokens(keys, clock)
    service = _accounts(ground, clock, keys)
    people = [People(AccountRepository(ground.plain), tokens, clock).add() for _ in range(3)]
    shown = {person.user_id: [person.refresh_token] for person in people}

    def refresh(token: str) -> int:
        successor = service.refresh(token).refresh_token
        claims = tokens.verify_refresh(successor)
        shown[claims.user_id].append(successor)
        return claims.generation

    for _ in range(4):
        calls: list[Call] = []
        for person in people:
            known = shown[person.user_id]
            # the live one mostly, else one of those before
            drawn = [known[-1] if chance.random() < 0.7 else chance.choice(known) for _ in range(requests // 12)]
            at = (clock.now - began).total_seconds()
            calls += [
                ("refresh", person.user_id, partial(refresh, token), (tokens.verify_refresh(token).generation, at))
                for token in drawn
            ]
        chance.shuffle(calls)
        history.at_once(calls)
        clock.advance(chance.choice([1, 5, 11]))
    items = check_table(ground, history)
    stored = {item["userId"]: session_of(item) for item in items if item.get("entity") == Entity.SESSION}
    for user_id, operations in by_subject(history).items():
        session = stored[user_id]
        end = Family(session.generation, (session.rotated_at - began).total_seconds(), session.revoked)
        hidden = _first_tries(operations) if ground.wire.judge else []
        if not explained([*operations, *hidden], _refreshing, Family(1, 0.0), end.__eq__):
            history.found("family", user_id, f"nothing explains {sentence_of(operations)}, and then {end}")


def _first_tries(operations: Iterable[Operation]) -> list[Operation]:
    """Return the writes that callers may have made although they were told that the session had ended.

    The reply to their rotation was lost, then somebody ended the session, then the client library tried again: one call
    that did something, and has the answer of another moment. Of the same token only one can have rotated.
    """
    ended = sorted((one for one in operations if one.outcome == "UNAUTHENTICATED"), key=lambda one: one.began)
    return [replace(one, outcome=UNKNOWN) for one in {one.argument: one for one in reversed(ended)}.values()]


def _refreshing(state: Family, one: Operation) -> Iterable[tuple[str, Family]]:
    assert isinstance(one.argument, tuple)
    shown, at = one.argument
    is_live = shown == state.live
    is_parent = shown == state.live - 1
    if state.revoked:
        return [("UNAUTHENTICATED" if is_live or is_parent else "TOKEN_REUSED", state)]
    if is_live or is_parent:
        after = Family(state.live + 1, at) if is_live else state
        return [(OK, after)] if one.result in (None, after.live) else []
    return [("TOKEN_REUSED", Family(state.live, state.rotated_at, revoked=True))]
