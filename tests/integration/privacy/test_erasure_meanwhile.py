"""Erasing accounts while somebody else does something to them at the same moment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.errors import Conflict, DomainError, InvalidCredentials, Unauthenticated
from peerlearn.domain.users import FORMER_TUTOR, Role
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.persistence.writes import update
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.erasure import Eraser, ErasureService
from peerlearn.services.messages import MessageService
from peerlearn.services.promotion import PromotionService
from peerlearn.services.renaming import RenamingService
from scripts.invariants import table_items
from tests.fakes.keys import FakeKeyRing
from tests.support.accounts import Accounts
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.leaving import leave_conversations
from tests.support.people import PASSWORD, People, Person
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.integration.privacy.conftest import check, draft

ENTRY = AuditTrail().entry(None, AuditAction.ACCOUNT_ERASED, "usr_0")


@pytest.mark.parametrize("operation", ["UpdateItem", "TransactWriteItems"])
def test_a_conversation_that_both_leave_is_deleted_by_another_meanwhile(
    people: People, courses: Courses, learning: Learning, messages: MessageService, wire: Wire, wired: Table,
    table: Table, operation: str,
) -> None:  # fmt: skip
    ada, bob, eve = (people.add() for _ in range(3))
    shared = courses.add(None)
    for person in (ada, bob, eve):
        learning.enroll(person.user_id, shared)
    for other in (bob, eve):
        messages.send(ada.principal, other.user_id, "Hello")
    leave_conversations(table, bob.user_id)
    wire.before(operation, lambda: leave_conversations(table, ada.user_id))
    leave_conversations(wired, ada.user_id)
    inboxes = [table.get(keys.inbox_counter(person.user_id)) or {} for person in (ada, bob, eve)]
    assert [inbox["conversations"] for inbox in inboxes] == [1, 0, 1]
    low, high = sorted((ada.user_id, bob.user_id))
    assert table.get(keys.conversation(low, high)) is None


def test_an_attempt_that_another_deletes_meanwhile_is_counted_off_once(
    busy: Person, wire: Wire, wired: Table, table: Table, dynamodb: DynamoDBClient, table_name: str
) -> None:
    wire.before(
        "TransactWriteItems", lambda: ErasureRepository(table).delete_submissions(busy.user_id, uuid4().hex[:28])
    )
    ErasureRepository(wired).delete_submissions(busy.user_id, uuid4().hex[:28])
    counters = [item for item in table_items(dynamodb, table_name) if item["PK"].startswith("COUNT#")]
    assert [item["count"] for item in counters] == [0]


def test_nobody_begins_a_conversation_with_a_leaving_person(
    people: People, courses: Courses, learning: Learning, erasure: ErasureService, wire: Wire, wired: Table,
    table: Table,
) -> None:  # fmt: skip
    shared = courses.add(None)
    for goes_first in (True, False):
        gone, other = people.add(), people.add()
        for person in (gone, other):
            learning.enroll(person.user_id, shared)
        sender, receiver = (gone, other) if goes_first else (other, gone)
        wire.before("TransactWriteItems", lambda: erasure.erase(gone.principal, "any"))  # noqa: B023 (run in this round)
        with pytest.raises(DomainError):
            MessageService(ConversationRepository(wired), PeerRepository(wired)).send(
                sender.principal, receiver.user_id, "Hello"
            )
        low, high = sorted((gone.user_id, other.user_id))
        assert table.get(keys.conversation(low, high)) is None


def test_a_course_is_disowned_once_and_keeps_the_name_it_then_has(
    people: People, authoring: AuthoringService, accounts: AccountRepository, wire: Wire, wired: Table, table: Table
) -> None:
    tutor = people.add(Role.TUTOR)
    course_id = authoring.create(tutor.principal, draft(CourseStatus.CLOSED)).course.course_id
    accounts.change_profile(tutor.user, str(uuid4()), name="Grace")
    # the name is carried on to courses that are given up at that moment
    wire.before("UpdateItem", lambda: TeachingRepository(table).disown(tutor.user_id, course_id))
    RenamingService(TeachingRepository(wired)).rename(tutor.user_id)
    TeachingRepository(table).disown(tutor.user_id, course_id)
    item = table.get(keys.course(course_id))
    assert item is not None
    assert (item["tutorName"], item["version"]) == (FORMER_TUTOR, 2)


def test_promoted_at_the_same_instant(
    people: People, courses: Courses, learning: Learning, erasure: ErasureService, eraser: Eraser,
    dynamodb: DynamoDBClient, table: Table, table_name: str,
) -> None:  # fmt: skip
    promotion = PromotionService(EnrollmentRepository(table))
    for _ in range(6):
        first, waiting, last = (people.add() for _ in range(3))
        course_id = courses.add(1)
        learning.enroll(first.user_id, course_id)
        for one in (waiting, last):
            learning.enrollments.join_waitlist(one.user_id, course_id)
        erasure.erase(waiting.principal, "any")
        learning.drop(first.user_id, course_id)
        at_once([lambda: promotion.promote(course_id), lambda: eraser.carry_out(waiting.user_id)])  # noqa: B023
        eraser.carry_out(waiting.user_id)
        # what the freed seat's own record of the stream calls for
        promotion.promote(course_id)
        active = [item["learnerId"] for item in courses.roster(course_id) if item["status"] == "active"]
        assert active == [last.user_id]
    check(dynamodb, table_name)


def test_administrators_who_demote_each_other_at_the_same_instant_leave_one(
    people: People, accounts: AccountRepository, table: Table, erasure: ErasureService
) -> None:
    service = Accounts(table, FakeKeyRing())
    for _ in range(10):
        one, other = people.add(Role.ADMIN), people.add(Role.ADMIN)
        results = at_once(
            [
                partial(service.set_role, one.principal, other.user_id, Role.LEARNER),
                partial(service.set_role, other.principal, one.user_id, Role.LEARNER),
            ]
        )
        assert sum(isinstance(result, Conflict) for result in results) == 1
        present = [user for user in map(accounts.user, (one.user_id, other.user_id)) if user is not None]
        (left,) = [user for user in present if user.role is Role.ADMIN]
        assert (table.get(keys.administrators()) or {})["userIds"] == {left.user_id}
        # For the next round: the last one cannot go, and goes once there is another.
        person = one if left.user_id == one.user_id else other
        with pytest.raises(Conflict):
            erasure.erase(person.principal, "any")
        keeper = people.add(Role.ADMIN)
        erasure.erase(person.principal, "any")
        assert (table.get(keys.administrators()) or {})["userIds"] == {keeper.user_id}
        service.set_role(keeper.principal, people.add().user_id, Role.ADMIN)
        (spare,) = (table.get(keys.administrators()) or {})["userIds"] - {keeper.user_id}
        service.set_role(people.add().principal, keeper.user_id, Role.LEARNER)
        table.batch_delete([keys.administrators(), keys.profile(spare)])


@pytest.mark.parametrize(("before", "after"), [(Role.LEARNER, Role.ADMIN), (Role.ADMIN, Role.LEARNER)])
def test_role_that_changes_at_the_moment_of_the_end_ends_the_session_first(
    people: People, accounts: AccountRepository, wire: Wire, wired: Table, table: Table, before: Role, after: Role
) -> None:
    """An administrator who is no more must not count as the one who is left."""
    keeper, person = people.add(Role.ADMIN), people.add(before)
    change = lambda: Accounts(table, FakeKeyRing()).set_role(keeper.principal, person.user_id, after)  # noqa: E731
    wire.before("TransactWriteItems", change)
    with pytest.raises(Unauthenticated):
        ErasureRepository(wired).begin(person.user, person.session.session_id, ENTRY, utc_now(), str(uuid4()))
    changed = accounts.user(person.user_id)
    assert changed is not None
    administrators = {keeper.user_id, person.user_id} if after is Role.ADMIN else {keeper.user_id}
    assert (table.get(keys.administrators()) or {})["userIds"] == administrators


def test_password_that_changes_at_the_moment_of_the_end_is_asked_for_again(
    people: People, accounts: AccountRepository, wire: Wire, wired: Table, table: Table
) -> None:
    person = people.add()
    service = Accounts(table, FakeKeyRing())
    wire.before("TransactWriteItems", lambda: service.change_password(person.principal, PASSWORD, "Battery-Staple-2"))
    with pytest.raises(InvalidCredentials):
        Accounts(wired, FakeKeyRing()).erasure.erase(person.principal, PASSWORD)
    assert accounts.user(person.user_id) is not None
    service.erasure.erase(person.principal, "Battery-Staple-2")
    assert accounts.user(person.user_id) is None


def test_uncounted_administrator_leaves_the_counted_ones(people: People, table: Table) -> None:
    one, keeper = people.add(Role.ADMIN), people.add(Role.ADMIN)
    table.write(
        update(keys.administrators(), "DELETE #ids :one", names={"#ids": "userIds"}, values={":one": {one.user_id}})
    )
    assert ErasureRepository(table).begin(one.user, one.session.session_id, ENTRY, utc_now(), str(uuid4()))
    assert (table.get(keys.administrators()) or {})["userIds"] == {keeper.user_id}
    with pytest.raises(Conflict):
        ErasureRepository(table).begin(keeper.user, keeper.session.session_id, ENTRY, utc_now(), str(uuid4()))
    # nobody is counted at all: that is no reason to let the last one go
    table.batch_delete([keys.administrators()])
    with pytest.raises(Conflict):
        ErasureRepository(table).begin(keeper.user, keeper.session.session_id, ENTRY, utc_now(), str(uuid4()))


def test_a_profile_changed_at_the_moment_of_its_end_stays_gone(
    people: People, accounts: AccountRepository, erasure: ErasureService, wire: Wire, table_name: str
) -> None:
    person = people.add()
    late = AccountRepository(Table(wire.client, table_name))
    wire.before("TransactWriteItems", lambda: erasure.erase(person.principal, "any"))
    with pytest.raises(Unauthenticated):
        late.change_profile(person.user, str(uuid4()), name="Grace")
    assert accounts.user(person.user_id) is None


def test_a_name_that_changes_while_it_is_carried_on_is_carried_on_again(
    people: People, accounts: AccountRepository, authoring: AuthoringService, wire: Wire, table_name: str,
    table: Table,
) -> None:  # fmt: skip
    tutor = people.add(Role.TUTOR, name="Ada")
    courses = [authoring.create(tutor.principal, draft(CourseStatus.DRAFT)).course.course_id for _ in range(2)]
    accounts.change_profile(tutor.user, str(uuid4()), name="Grace")
    wire.before("UpdateItem", lambda: accounts.change_profile(tutor.user, str(uuid4()), name="Hedy"))
    RenamingService(TeachingRepository(Table(wire.client, table_name))).rename(tutor.user_id)
    assert {(table.get(keys.course(one)) or {})["tutorName"] for one in courses} == {"Hedy"}
    assert {(table.get(keys.course(one)) or {})["version"] for one in courses} == {3}
