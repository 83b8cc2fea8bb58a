"""An account that is erased while functions die and others are at work on the same items."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.authoring import CourseDraft
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Level
from peerlearn.domain.errors import Conflict, DomainError, InvalidCredentials, TemporarilyUnavailable, Unauthenticated
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import FORMER_TUTOR, Role
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.listings import ListingRepository
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.persistence.writes import update
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer
from peerlearn.services.erasure import Eraser, ErasureService
from peerlearn.services.messages import MessageService
from peerlearn.services.progress import ProgressService
from peerlearn.services.promotion import PromotionService
from peerlearn.services.renaming import RenamingService
from peerlearn.services.submissions import SubmissionService
from scripts.invariants import table_items, violations
from tests.fakes.keys import FakeKeyRing
from tests.fakes.uploads import NoBucket
from tests.integration.privacy.conftest import FakeFiles, eraser_on, erasure_on
from tests.support.accounts import Accounts
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.leaving import leave_conversations
from tests.support.people import PASSWORD, People, Person
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item")

ENTRY = AuditTrail().entry(None, AuditAction.ACCOUNT_ERASED, "usr_0")


class Killed(BaseException):
    """The function is gone; nothing of it runs any more."""


class Mortal:
    """A client whose caller is killed right after each write that none of its earlier lives has done."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client = client
        self._done: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in WRITES:
            return call

        def write(**request: Any) -> Any:
            answer = call(**request)
            touched = name + str([request.get("Key"), *_keys(request)])
            if touched not in self._done:
                self._done.add(touched)
                raise Killed
            return answer

        return write


def _keys(request: dict[str, Any]) -> list[Any]:
    batch = [one["DeleteRequest"]["Key"] for some in request.get("RequestItems", {}).values() for one in some]
    writes = [one for write in request.get("TransactItems", ()) for one in write.values()]
    return batch + [write.get("Key") for write in writes]


@pytest.fixture
def tutor(people: People) -> Person:
    return people.add(Role.TUTOR)


@pytest.fixture
def authoring(table: Table, accounts: AccountRepository) -> AuthoringService:
    return AuthoringService(CourseRepository(table), accounts, CatalogueIndexer(ListingRepository(table)))


def draft(status: CourseStatus) -> CourseDraft:
    return CourseDraft("Rooks", "All of them", "Games", Level.BEGINNER, Kind.COURSE, 10, (), status=status)


@pytest.fixture
def busy(
    people: People, table: Table, courses: Courses, learning: Learning, messages: MessageService, tutor: Person,
    authoring: AuthoringService,
) -> Person:  # fmt: skip
    """A tutor who learns as well: everything that an account can leave behind."""
    busy, peer = people.add(Role.TUTOR), people.add()
    begins = utc_now() + timedelta(days=1)
    full, completed, awaited = courses.add(1), courses.add(tutor_id=tutor.user_id), courses.add(1)
    learning.enroll(busy.user_id, full, completed, courses.add(slot=(begins, begins + timedelta(hours=1))))
    learning.enroll(peer.user_id, completed, awaited)
    learning.enrollments.join_waitlist(peer.user_id, full)
    learning.enrollments.join_waitlist(busy.user_id, awaited)
    progress = ProgressService(ProgressRepository(table))
    for module in ("mod_1", "mod_2"):
        progress.complete(busy.principal, completed, module, 20)
    assessment_id = learning.add_assessment(completed)
    handing_in = SubmissionService(AssessmentRepository(table), NoBucket())
    for number in range(3):
        handing_in.submit(busy.principal, assessment_id, f"https://github.com/ada/{number}")
    grading = AssessmentService(AssessmentRepository(table))
    for grade in (9, 10):
        grading.grade(tutor.principal, assessment_id, busy.user_id, grade, "Good")
    for other in (peer, tutor):
        messages.send(busy.principal, other.user_id, "Hello", f"to {other.user_id}")
        messages.send(other.principal, busy.user_id, "And you")
    for status in (CourseStatus.DRAFT, CourseStatus.CLOSED):
        authoring.create(busy.principal, draft(status))
    return busy


def leftovers(table: Table, user_id: str) -> set[str]:
    items = table.query("PK = :pk", {":pk": keys.user_partition(user_id)})
    return {item["entity"] for item in items}


def check(dynamodb: DynamoDBClient, table_name: str, *kinds: str) -> None:
    found = list(violations(table_items(dynamodb, table_name)))
    wrong = [one for one in found if not kinds or one.kind in kinds]
    # courses of these tests were not made by their tutors: nothing is listed, no assessment counted
    assert not [one for one in wrong if one.kind not in ("catalogue", "assessments")], wrong


def test_killed_after_any_write_and_carried_out_again(
    busy: Person, erasure: ErasureService, dynamodb: DynamoDBClient, table: Table, table_name: str, files: FakeFiles
) -> None:
    """Any state between two writes may be the beginning of the next try."""
    erasure.erase(busy.principal, "any")
    client = Mortal(dynamodb)
    mortal = eraser_on(Table(client, table_name), files)  # type: ignore[arg-type]
    deaths = 0
    while True:
        try:
            mortal.carry_out(busy.user_id)
        except Killed:
            deaths += 1
            check(dynamodb, table_name, "seats", "waitlist")
            continue
        break
    assert deaths > 10
    assert leftovers(table, busy.user_id) == {Entity.ERASURE, Entity.STANDING, Entity.INBOX, Entity.ENROLLMENT}
    check(dynamodb, table_name)
    names = {item["tutorName"] for item in table_items(dynamodb, table_name) if item["entity"] == Entity.COURSE}
    assert names == {"Ada", FORMER_TUTOR}


def test_carried_out_by_several_at_once_and_again(
    busy: Person, erasure: ErasureService, eraser: Eraser, dynamodb: DynamoDBClient, table: Table, table_name: str
) -> None:
    erasure.erase(busy.principal, "any")

    def carry_out(_: int) -> None:
        while True:
            try:
                return eraser.carry_out(busy.user_id)
            except TemporarilyUnavailable:  # as the queue does
                continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(carry_out, range(4)))
    check(dynamodb, table_name)
    before = sorted(map(str, table_items(dynamodb, table_name)))
    eraser.carry_out(busy.user_id)
    assert leftovers(table, busy.user_id) == {Entity.ERASURE, Entity.STANDING, Entity.INBOX, Entity.ENROLLMENT}
    assert len(before) == len(list(table_items(dynamodb, table_name)))


def test_the_end_of_an_account_is_one_transaction_whose_reply_may_be_lost(
    people: People, wire: Wire, table_name: str, accounts: AccountRepository
) -> None:
    person = people.add()
    table = Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None))
    wire.forgets_tokens = True
    wire.lose_reply("TransactWriteItems")
    erasure_on(table).erase(person.principal, "any")
    assert accounts.user(person.user_id) is None
    assert accounts.credential(person.user.email) is None


@pytest.fixture
def wired(wire: Wire, table_name: str) -> Table:
    return Table(wire.client, table_name, lambda: Backoff(sleep=lambda _: None))


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


def test_an_enrollment_that_is_not_there_is_not_made_by_forgetting(table: Table, people: People) -> None:
    person = people.add()
    ErasureRepository(table).forget_progress(person.user_id, "crs_none")
    assert table.get(keys.enrollment(person.user_id, "crs_none")) is None


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


def test_erased_tutor_makes_no_course(
    tutor: Person, authoring: AuthoringService, erasure: ErasureService, table: Table
) -> None:
    erasure.erase(tutor.principal, "any")
    with pytest.raises(Unauthenticated):
        authoring.create(tutor.principal, draft(CourseStatus.DRAFT))
    assert leftovers(table, tutor.user_id) == {Entity.ERASURE, Entity.STANDING, Entity.INBOX, Entity.SESSION}


def test_erased_from_two_devices_at_once_is_erased(people: People, erasure: ErasureService) -> None:
    person = people.add()

    def erase(_: int) -> str:
        try:
            erasure.erase(person.principal, "any")
        except Unauthenticated:
            return "gone before"
        return "erased"

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(erase, range(16))) <= {"erased", "gone before"}
    with pytest.raises(Unauthenticated):
        erasure.erase(person.principal, "any")


# -- at the same instant


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


def test_items_made_during_an_erasure_are_erased(
    people: People, courses: Courses, learning: Learning, messages: MessageService, erasure: ErasureService,
    eraser: Eraser, authoring: AuthoringService, dynamodb: DynamoDBClient, table: Table, table_name: str,
) -> None:  # fmt: skip
    """A write accepted before the end is undone; one that comes after it is refused."""
    shared = courses.add(None)
    peers = [people.add() for _ in range(4)]
    refused = 0
    for peer in peers:
        person = people.add(Role.TUTOR)
        learning.enroll(person.user_id, shared)
        learning.enroll(peer.user_id, shared)
        offered, full = [courses.add(5) for _ in range(4)], courses.add(0)

        def book(course_id: str, who: Person = person) -> Callable[[], object]:
            return lambda: learning.enroll(who.user_id, course_id)

        tasks: list[Callable[[], object]] = [
            *(book(course_id) for course_id in offered[:2]),
            lambda: learning.enrollments.join_waitlist(person.user_id, full),  # noqa: B023 (run in this round)
            lambda: erasure.erase(person.principal, "any"),  # noqa: B023
            lambda: messages.send(peer.principal, person.user_id, "Hello"),  # noqa: B023
            lambda: messages.send(person.principal, peer.user_id, "Hello"),  # noqa: B023
            lambda: authoring.create(person.principal, draft(CourseStatus.DRAFT)),  # noqa: B023
            *(book(course_id) for course_id in offered[2:]),
        ]
        results = at_once(tasks)
        assert results[3] is None
        refused += sum(isinstance(result, DomainError) for result in results)
        eraser.carry_out(person.user_id)
        assert leftovers(table, person.user_id) <= {Entity.ERASURE, Entity.STANDING, Entity.INBOX, Entity.ENROLLMENT}
        statuses = {one.status for one in ErasureRepository(table).enrollments_from(person.user_id, "", 100)[0]}
        assert statuses <= {"dropped"}
        with pytest.raises(DomainError):
            messages.send(peer.principal, person.user_id, "Still there?")
    check(dynamodb, table_name)
    assert not [item for item in table_items(dynamodb, table_name) if item.get("tutorName") == "Tutor"]


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
