"""The worth of a token once its session, its role or its account has ended: every route against every way of ending.

The routes are those of the template, and who may call each is what the table of callers says: a new route is in here by
itself, and nothing that needs a caller lets an ended one through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from peerlearn.bootstrap.accounts import account_service, administration_service, session_service, sign_out_service
from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain.errors import DomainError
from peerlearn.domain.standing import READ_FRESH_SECONDS
from peerlearn.domain.users import AccountState, Principal, Role
from tests.functional.authorisation.conftest import Call, World, contents
from tests.support.api import event_of
from tests.support.catalogue import REFUSED
from tests.support.catalogue.callers import EVERYBODY, NOBODY
from tests.support.people import PASSWORD, People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENDED = {"UNAUTHENTICATED", "FORBIDDEN"}
OTHER_PASSWORD = "Battery-Staple-2"
# People whose tokens each route is tried with: the first of them that may call it.
CALLERS = ("enrolled", "owning tutor", "administrator")
WITH_CALLER = sorted(name for name, refused in REFUSED.items() if refused != EVERYBODY)


@pytest.fixture
def operator(people: People) -> Person:
    return people.add(Role.ADMIN)


def _elsewhere(person: Person) -> Principal:
    signed_in = account_service().login(person.user.email, PASSWORD)
    sessions = session_service().mine(person.principal).sessions
    session_id = next(one.session_id for one in sessions if one.session_id != person.session.session_id)
    assert signed_in.user.user_id == person.user_id
    return Principal(person.user_id, person.user.role, session_id)


def log_out(person: Person, _: Person, __: Call) -> None:
    sign_out_service().logout(person.refresh_token)


def change_password_elsewhere(person: Person, _: Person, call: Call) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    token = account_service().login(person.user.email, PASSWORD).access_token
    assert call("change_password", token=token, body=body).status == 204


def end_it_elsewhere(person: Person, _: Person, __: Call) -> None:
    session_service().end(_elsewhere(person), person.session.session_id)


def end_all_others_elsewhere(person: Person, _: Person, __: Call) -> None:
    session_service().end_others(_elsewhere(person))


def change_role(person: Person, operator: Person, _: Call) -> None:
    role = Role.TUTOR if person.user.role is Role.LEARNER else Role.LEARNER
    administration_service().change(operator.principal, person.user_id, role=role)


def suspend(person: Person, operator: Person, _: Call) -> None:
    administration_service().change(operator.principal, person.user_id, state=AccountState.SUSPENDED)


def end_by_administrator(person: Person, operator: Person, _: Call) -> None:
    administration_service().end_sessions(operator.principal, person.user_id)


def erase(person: Person, _: Person, call: Call) -> None:
    assert call("erase_account", token=person.token, body={"password": PASSWORD}).status == 204


def reuse_refresh_token(person: Person, _: Person, __: Call) -> None:
    second = account_service().refresh(person.refresh_token).refresh_token
    account_service().refresh(second)
    with pytest.raises(DomainError) as reused:
        account_service().refresh(person.refresh_token)
    assert reused.value.code == "TOKEN_REUSED"


WAYS: dict[str, Callable[[Person, Person, Call], None]] = {
    "logged out": log_out,
    "password changed": change_password_elsewhere,
    "ended by its owner": end_it_elsewhere,
    "ended with all others": end_all_others_elsewhere,
    "ended by an administrator": end_by_administrator,
    "role changed": change_role,
    "suspended": suspend,
    "erased": erase,
    "refresh token reused": reuse_refresh_token,
}


def who_calls(name: str) -> str:
    return next(who for who in CALLERS if REFUSED[name].get(who) in (None, "NOT_ENROLLED"))


def is_read_of_own(name: str) -> bool:
    """A read that needs no role: it may be seconds late."""
    return event_of(name)["httpMethod"] == "GET" and "learner" not in {
        who for who, code in REFUSED[name].items() if code == "FORBIDDEN"
    }


@pytest.mark.parametrize("way", WAYS)
def test_ended_token_opens_no_route(
    way: str, world: World, call: Call, operator: Person, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = {"courseId": world.course_id}
    owner = world.people["owning tutor"]
    assert call("update_course", token=owner.token, path=course, body={"status": "closed"}).status == 200
    for who in CALLERS:
        # A standing that this process has read a moment ago must let nobody write.
        assert call("list_points", token=world.callers[who]).status == 200
    for who in CALLERS:
        WAYS[way](world.people[who], operator, call)

    before = contents(aws)
    at_once = [name for name in WITH_CALLER if not is_read_of_own(name)]
    assert accepted(at_once, world, call) == {}
    now = standing_service()._known._monotonic()
    monkeypatch.setattr(standing_service()._known, "_monotonic", lambda: now + READ_FRESH_SECONDS)
    assert accepted(WITH_CALLER, world, call) == {}
    assert contents(aws) == before
    for who in CALLERS:
        answer = call("refresh", body={"refreshToken": world.people[who].refresh_token})
        assert answer.code in {"UNAUTHENTICATED", "TOKEN_REUSED"}


def accepted(names: list[str], world: World, call: Call) -> dict[str, str]:
    """Every route that did not refuse, with what it answered."""
    found = {}
    for name in names:
        who = who_calls(name)
        answer = call(name, token=world.callers[who], **world.request(name, who))
        if answer.code not in ENDED:
            found[name] = f"{answer.status} {answer.code}"
    return found


def test_routes_that_need_a_caller_are_all_tried() -> None:
    assert {name for name, refused in REFUSED.items() if "nobody" in refused} <= set(WITH_CALLER)
    assert NOBODY["nobody"] == "UNAUTHENTICATED"


def test_session_that_began_a_moment_ago_is_let_in(world: World, call: Call) -> None:
    """A standing that was read before does not know of it."""
    enrolled = world.people["enrolled"]
    assert call("list_points", token=enrolled.token).status == 200
    newer = account_service().login(enrolled.user.email, PASSWORD).access_token
    assert call("list_points", token=newer).status == 200


def test_body_is_not_judged_before_an_ended_caller(world: World, call: Call, operator: Person) -> None:
    log_out(world.people["enrolled"], operator, call)
    path = {"courseId": world.course_id}
    for name, body in (("complete_module", {"moduleId": 7}), ("send", {}), ("update_profile", {"name": 7})):
        answer = call(name, token=world.callers["enrolled"], path=path, body=body)
        assert (name, answer.code) == (name, "UNAUTHENTICATED")
