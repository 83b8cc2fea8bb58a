"""Sign-in sessions that end while their holders write: whoever was told of the end lets nothing more through."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from random import Random

from peerlearn.domain.limits import Limit
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.standing import StandingRepository
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.standing import admitted
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeyRing, fake_tokens
from tests.support.accounts import Accounts, AnyPassword
from tests.support.courses import Courses
from tests.support.histories.ground import Ground
from tests.support.histories.history import OK, Call, History, Operation, explained
from tests.support.people import People, Person

SESSIONS = 3
# Which share of the calls ends sessions.
_ENDS = 0.15
# As many as nobody uses up: what is looked at here is who is let through.
_GENEROUS = Limit("enrollments", 10**6, 60)
_REFUSED = "UNAUTHENTICATED"
# Somebody else changed the account in between: nothing was done, and one may try again.
_MEANWHILE = "CONFLICT"


class Holder:
    """Somebody with several sessions."""

    def __init__(self, accounts: Accounts, person: Person) -> None:
        tokens = fake_tokens(FakeKeyRing(), accounts.clock)
        self.person = person
        self.refresh_tokens = [person.refresh_token]
        self.principals = [person.principal]
        for _ in range(SESSIONS - 1):
            signed_in = accounts.login(person.user.email, "any")
            self.refresh_tokens.append(signed_in.refresh_token)
            self.principals.append(tokens.verify_access(signed_in.access_token))


def endings(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Bookings and other writes by three sessions each, which end one by one, but one, or all at once."""
    keys, clock, courses = FakeKeyRing(), FakeClock(), Courses(ground.plain)
    plain = Accounts(ground.plain, keys, AnyPassword(), clock)
    accounts = Accounts(ground.table, keys, AnyPassword(), clock)
    people = People(AccountRepository(ground.plain), fake_tokens(keys, clock), clock)
    holders = [Holder(plain, people.add()) for _ in range(max(2, requests // 16))]
    operator = Principal("usr_operator", Role.ADMIN, "sid_operator")
    bookings = EnrollmentService(EnrollmentRepository(ground.table), clock)
    standings = StandingRepository(ground.table)
    calls: list[Call] = []
    for _ in range(requests):
        holder, session = chance.choice(holders), chance.randrange(SESSIONS)
        user_id, caller = holder.person.user_id, holder.principals[session]
        admission = Admission(caller, (_GENEROUS,))
        writes: list[Call] = [
            ("write", user_id, partial(bookings.enroll, user_id, courses.add(None), admission), session),
            ("write", user_id, partial(admitted, standings, admission, clock()), session),
        ]
        ends: list[Call] = [
            ("log out", user_id, partial(accounts.logout, holder.refresh_tokens[session]), session),
            ("end others", user_id, partial(accounts.sessions.end_others, caller), session),
            ("end all", user_id, partial(accounts.end_sessions, operator, user_id), session),
        ]
        calls.append(chance.choice(ends if chance.random() < _ENDS else writes))
    history.at_once(calls)
    for holder in holders:
        stored = StandingRepository(ground.plain).standing(holder.person.user_id)
        live = frozenset(
            number for number, one in enumerate(holder.principals) if stored and one.session_id in stored.sessions
        )
        operations = history.of(holder.person.user_id)
        if not explained(operations, _standing, frozenset(range(SESSIONS)), live.__eq__):
            told = ", ".join(f"{one.name} {one.argument} {one.outcome}" for one in operations)
            history.found("endings", holder.person.user_id, f"nothing explains {told}, and then {sorted(live)}")


def _standing(state: frozenset[int], one: Operation) -> Iterable[tuple[str, frozenset[int]]]:
    session = int(str(one.argument))
    if one.name == "write":
        return [(OK if session in state else _REFUSED, state)]
    if one.name == "log out":
        return [(OK, state - {session})]
    if one.name == "end all":
        return [(OK, frozenset()), (_MEANWHILE, state)]
    if session not in state:
        return [(_REFUSED, state), (_MEANWHILE, state)]
    return [(OK, frozenset({session})), (_MEANWHILE, state)]
