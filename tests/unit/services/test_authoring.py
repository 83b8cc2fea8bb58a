"""Authoring between a read and a write that others may come between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.authoring import CourseChanges, CourseDraft
from peerlearn.domain.courses import CoursePage, CourseStatus, Kind, Level
from peerlearn.domain.errors import (
    Conflict,
    CourseNotFound,
    DomainError,
    Forbidden,
    TemporarilyUnavailable,
    Unauthenticated,
)
from peerlearn.domain.retrying import Collision
from peerlearn.domain.users import Principal, Role, User
from peerlearn.services.authoring import AuthoringService

ADA = Principal("usr_ada", Role.TUTOR, "sid")
BOB = Principal("usr_bob", Role.TUTOR, "sid")
ROOT = Principal("usr_root", Role.ADMIN, "sid")
DRAFT = CourseDraft("Title", "", "Games", Level.BEGINNER, Kind.COURSE, 5, [])
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakeStore:
    """Courses, people and catalogue in memory; `meanwhile` runs before each write."""

    def __init__(self) -> None:
        self.pages: dict[str, CoursePage] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        self.synchronised: list[str] = []
        self.busy = False
        self.tokens: list[str] = []
        self.entries: list[AuditEntry] = []

    def page(self, course_id: str) -> CoursePage | None:
        return self.pages.get(course_id)

    def next_number(self) -> int:
        return len(self.pages) + 1

    def add(self, page: CoursePage, token: str, entry: AuditEntry | None = None) -> None:
        self.pages[page.course.course_id] = page
        self.entries += [entry] if entry else []

    def change(self, before: CoursePage, after: CoursePage, token: str, entry: AuditEntry | None = None) -> None:
        self.tokens.append(token)
        self.meanwhile()
        course_id = before.course.course_id
        if self.pages[course_id].course.version != before.course.version:
            raise Collision
        self.pages[course_id] = after
        self.entries += [entry] if entry else []

    def remove_draft(self, page: CoursePage, token: str) -> None:
        self.meanwhile()
        if self.pages[page.course.course_id] != page:
            raise Collision
        del self.pages[page.course.course_id]

    def user(self, user_id: str) -> User | None:
        if user_id == "usr_gone":
            return None
        return User(user_id, user_id.title(), "a@b.example", Role.TUTOR, (), (), NOW)

    def sync(self, course_id: str) -> None:
        if self.busy:
            raise TemporarilyUnavailable
        self.synchronised.append(course_id)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def service(store: FakeStore) -> AuthoringService:
    return AuthoringService(store, store, store, lambda: NOW)


def test_published_course_is_listed_at_once_and_a_draft_is_not(service: AuthoringService, store: FakeStore) -> None:
    service.create(ADA, DRAFT)
    published = service.create(ADA, replace(DRAFT, status=CourseStatus.PUBLISHED))
    assert store.synchronised == [published.course.course_id]
    assert (published.course.tutor.user_id, published.course.tutor.name) == ("usr_ada", "Usr_Ada")


def test_author_without_account(service: AuthoringService) -> None:
    with pytest.raises(Unauthenticated):
        service.create(Principal("usr_gone", Role.TUTOR, "sid"), DRAFT)


def test_busy_catalogue_does_not_fail_what_is_stored(service: AuthoringService, store: FakeStore) -> None:
    store.busy = True
    page = service.create(ADA, replace(DRAFT, status=CourseStatus.PUBLISHED))
    assert store.pages[page.course.course_id] == page
    assert service.change(ADA, page.course.course_id, CourseChanges(title="New")).course.title == "New"


def test_change_between_read_and_write_is_not_lost(service: AuthoringService, store: FakeStore) -> None:
    course_id = service.create(ADA, DRAFT).course.course_id

    def somebody_else() -> None:
        store.meanwhile = lambda: None
        page = store.pages[course_id]
        store.pages[course_id] = replace(page, course=replace(page.course, subject="Chess", version=2))

    store.meanwhile = somebody_else
    after = service.change(ADA, course_id, CourseChanges(title="New"))
    assert (after.course.title, after.course.subject, after.course.version) == ("New", "Chess", 3)
    # A token stands for one set of writes.
    assert len(set(store.tokens)) == len(store.tokens) == 2


def test_endless_changes_of_others_end_in_a_503(service: AuthoringService, store: FakeStore) -> None:
    course_id = service.create(ADA, DRAFT).course.course_id

    def somebody_else() -> None:
        page = store.pages[course_id]
        store.pages[course_id] = replace(page, course=replace(page.course, version=page.course.version + 1))

    store.meanwhile = somebody_else
    with pytest.raises(TemporarilyUnavailable):
        service.change(ADA, course_id, CourseChanges(title="New"))


def test_draft_published_meanwhile_is_not_deleted(service: AuthoringService, store: FakeStore) -> None:
    course_id = service.create(ADA, DRAFT).course.course_id

    def somebody_else() -> None:
        page = store.pages[course_id]
        store.pages[course_id] = CourseChanges(status=CourseStatus.PUBLISHED).applied_to(page)

    store.meanwhile = somebody_else
    with pytest.raises(Conflict):
        service.delete(ADA, course_id)
    assert course_id in store.pages


@pytest.mark.parametrize(
    ("status", "refusal"), [(CourseStatus.DRAFT, CourseNotFound), (CourseStatus.PUBLISHED, Forbidden)]
)
def test_ownership(service: AuthoringService, status: CourseStatus, refusal: type[DomainError]) -> None:
    course_id = service.create(ADA, replace(DRAFT, status=status)).course.course_id
    for act in (
        lambda who: service.change(who, course_id, CourseChanges(title="x")),
        lambda who: service.delete(who, course_id),
    ):
        with pytest.raises(refusal):
            act(BOB)
        with suppress(Conflict):
            act(ROOT)


def test_deleted_draft_is_gone(service: AuthoringService) -> None:
    course_id = service.create(ADA, DRAFT).course.course_id
    service.delete(ROOT, course_id)
    with pytest.raises(CourseNotFound):
        service.change(ADA, course_id, CourseChanges())


def test_publishing_and_closing_are_audited_and_other_changes_are_not(
    service: AuthoringService, store: FakeStore
) -> None:
    course_id = service.create(ADA, DRAFT).course.course_id
    steps = [
        CourseChanges(title="New"),
        CourseChanges(status=CourseStatus.PUBLISHED),
        CourseChanges(title="Newer"),
        CourseChanges(status=CourseStatus.PUBLISHED),
        CourseChanges(status=CourseStatus.CLOSED, title="Newest"),
        CourseChanges(status=CourseStatus.PUBLISHED),
    ]
    for changes in steps:
        service.change(ADA, course_id, changes)
    made = [(entry.actor_id, entry.action, entry.target, dict(entry.details)) for entry in store.entries]
    assert made == [
        ("usr_ada", "course.published", course_id, {"was": "draft"}),
        ("usr_ada", "course.closed", course_id, {"was": "published"}),
        ("usr_ada", "course.published", course_id, {"was": "closed"}),
    ]
    assert len({entry.entry_id for entry in store.entries}) == 3


def test_course_that_is_made_published_is_audited(service: AuthoringService, store: FakeStore) -> None:
    page = service.create(ROOT, replace(DRAFT, status=CourseStatus.PUBLISHED))
    (entry,) = store.entries
    assert (entry.actor_id, entry.action, entry.target) == ("usr_root", "course.published", page.course.course_id)
    assert entry.at == NOW
