"""Peers on DynamoDB Local: who is found, in what order, at what cost."""

from __future__ import annotations

from uuid import uuid4

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import CourseNotFound, NotEnrolled
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.peers import NEIGHBOURS_EACH_WAY
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.items.enrollments import enrollment_fields
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from peerlearn.services.peers import PeerService
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person
from tests.support.wire import Wire


def found(peers: PeerService, caller: Person, course_id: str | None = None) -> list[tuple[str, int]]:
    page = peers.find(caller.principal, PageRequest(limit=100), course_id).page
    assert page.total == len(page.entries)
    return [(peer.user.name, peer.score) for peer in page.entries]


def test_ranked_by_shared_courses_and_interests(
    peers: PeerService, people: People, learning: Learning, courses: Courses, table: Table, ada: Person, course_id: str
) -> None:
    accounts = AccountRepository(table)
    second = courses.add(None, title="Openings")
    learning.enroll(ada.user_id, second)
    accounts.change_profile(ada.user, str(uuid4()), interests=["Chess", "go", "checkers"])
    for name, interests, enrolled in (
        ("Both", ["poker"], [course_id, second]),
        ("Like-minded", ["CHESS", "Go", "checkers", "poker"], [second]),
        ("One", [], [course_id]),
    ):
        person = people.add(name=name)
        accounts.change_profile(person.user, str(uuid4()), interests=interests)
        learning.enroll(person.user_id, *enrolled)
    assert found(peers, ada) == [("Both", 20), ("Like-minded", 19), ("One", 10)]
    assert found(peers, ada, second) == [("Like-minded", 19), ("Both", 10)]
    result = peers.find(ada.principal, PageRequest(limit=1), None)
    assert [result.titles[one] for one in result.page.entries[0].course_ids] == ["Openings", "Chess endgames"]
    liked = peers.find(ada.principal, PageRequest(2, 1), None).page.entries[0]
    assert liked.common_interests == ["Chess", "go", "checkers"]


def test_only_who_holds_a_seat(
    peers: PeerService, people: People, learning: Learning, ada: Person, course_id: str
) -> None:
    stays, leaves = people.add(name="Stays"), people.add(name="Leaves")
    learning.enroll(stays.user_id, course_id)
    learning.enroll(leaves.user_id, course_id)
    learning.drop(leaves.user_id, course_id)
    assert [name for name, _ in found(peers, ada)] == ["Stays"]
    assert found(peers, leaves) == []
    with pytest.raises(NotEnrolled):
        peers.find(leaves.principal, PageRequest(), course_id)
    with pytest.raises(CourseNotFound):
        peers.find(ada.principal, PageRequest(), "crs_none")


def test_the_cost_does_not_grow_with_the_course(
    wired_peers: PeerService, wire: Wire, people: People, table: Table, ada: Person, course_id: str
) -> None:
    companion = people.add(name="Companion")
    costs: list[tuple[list[str], int]] = []
    for size in (NEIGHBOURS_EACH_WAY + 50, 1000):
        for number in range(size):
            learner_id = companion.user_id if not costs and not number else f"usr_{size}_{number}"
            table.write(
                put(
                    {
                        **keys.enrollment(learner_id, course_id).as_item(),
                        **enrollment_fields(learner_id, course_id, utc_now()),
                        "updatedAt": "2026-01-01T00:00:00.000Z",
                        "status": EnrollmentStatus.ACTIVE.value,
                    }
                )
            )
        wire.forget()
        assert found(wired_peers, ada) == [("Companion", 13)]
        costs.append((sorted(wire.calls), sum(body.get("Limit", 0) for body in wire.bodies)))
    assert costs[0] == costs[1]
    assert costs[0][1] == 2 * NEIGHBOURS_EACH_WAY
