"""The catalogue against a naive model of it: a list of courses, filtered."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peerlearn.domain.authoring import CourseChanges, CourseDraft
from peerlearn.domain.catalogue import Filters, words_of
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level
from peerlearn.domain.errors import Conflict
from peerlearn.domain.paging import PageRequest
from peerlearn.persistence.table import Table
from scripts.project.template import create_table_request
from tests.integration.courses.conftest import TUTORS, School, ids

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SUBJECTS = ("Music", "Games")
LEVELS = (Level.BEGINNER, Level.ADVANCED)
WORDS = ("rook", "pawn", "Ände")
SEARCHES = (None, "ROOK", "ande", "p", "pa roo", "rook änd pawn", "game roo", "nothing", "rook nothing", "?")

titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("; ".join)
statuses = st.sampled_from(list(CourseStatus))
drafts = st.tuples(titles, st.sampled_from(SUBJECTS), st.sampled_from(LEVELS), statuses, st.sampled_from(TUTORS))
edits = st.fixed_dictionaries(
    {},
    optional={
        "title": titles,
        "subject": st.sampled_from(SUBJECTS),
        "level": st.sampled_from(LEVELS),
        "status": statuses,
    },
)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("create"), drafts),
        st.tuples(st.just("edit"), st.integers(0, 99), edits),
        st.tuples(st.just("delete"), st.integers(0, 99)),
    ),
    min_size=4,
    max_size=14,
)


@contextmanager
def a_school(client: DynamoDBClient) -> Iterator[School]:
    name = f"table-{uuid.uuid4().hex}"
    client.create_table(**create_table_request(name, stream=False))
    try:
        school = School(client, Table(client, name), name)
        school.employ()
        yield school
    finally:
        client.delete_table(TableName=name)


def apply(school: School, courses: list[Course], action: tuple[Any, ...]) -> None:
    if action[0] == "create":
        title, subject, level, status, tutor = action[1]
        draft = CourseDraft(title, "", subject, level, Kind.COURSE, 5, [], status=status)
        courses.append(school.authoring.create(tutor, draft).course)
        return
    if not courses:
        return
    at = action[1] % len(courses)
    tutor = next(tutor for tutor in TUTORS if tutor.user_id == courses[at].tutor.user_id)
    try:
        if action[0] == "edit":
            changes = CourseChanges(**action[2])
            courses[at] = school.authoring.change(tutor, courses[at].course_id, changes).course
        else:
            school.authoring.delete(tutor, courses[at].course_id)
            del courses[at]
    except Conflict:
        # Back to a draft, or a published course deleted: refused, and nothing has changed.
        pass


def matches(course: Course, filters: Filters) -> bool:
    return (
        course.status is CourseStatus.PUBLISHED
        and (filters.subject is None or course.subject.casefold() == filters.subject.casefold())
        and (filters.level is None or course.level == filters.level)
        and (filters.tutor is None or course.tutor.user_id == filters.tutor)
        and (filters.query is None or _is_found(course, filters.words))
    )


def _is_found(course: Course, wanted: tuple[str, ...]) -> bool:
    words = words_of(course)
    return bool(wanted) and all(any(word.startswith(beginning) for word in words) for beginning in wanted)


@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(actions=actions)
def test_every_filter_after_any_history(dynamodb: DynamoDBClient, actions: list[tuple[Any, ...]]) -> None:
    with a_school(dynamodb) as school:
        courses: list[Course] = []
        for action in actions:
            apply(school, courses, action)
        school.check_in_line()
        facets = itertools.product(
            (None, "music", "GAMES"), (None, *LEVELS), (None, *(tutor.user_id for tutor in TUTORS)), SEARCHES
        )
        newest_first = sorted(courses, key=lambda course: (course.created_at, course.course_id), reverse=True)
        for combination in facets:
            filters = Filters(*combination)
            expected = [course.course_id for course in newest_first if matches(course, filters)]
            result = school.reading.browse(filters, PageRequest(1, 49))
            assert (result.total, ids(list(result.entries))) == (len(expected), expected), filters
            assert result.next is None
