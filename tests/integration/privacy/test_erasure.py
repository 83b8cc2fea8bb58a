"""An account that is erased while functions die and others are at work on the same items."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.errors import DomainError, TemporarilyUnavailable, Unauthenticated
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.users import FORMER_TUTOR, Role
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.table import Table
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.erasure import Eraser, ErasureService
from peerlearn.services.messages import MessageService
from scripts.invariants import table_items
from tests.integration.privacy.conftest import FakeFiles, eraser_on, erasure_on
from tests.support.at_once import at_once
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person
from tests.support.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.integration.privacy.conftest import check, draft, leftovers

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item")


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


def test_an_enrollment_that_is_not_there_is_not_made_by_forgetting(table: Table, people: People) -> None:
    person = people.add()
    ErasureRepository(table).forget_progress(person.user_id, "crs_none")
    assert table.get(keys.enrollment(person.user_id, "crs_none")) is None


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
