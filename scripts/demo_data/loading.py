"""Puts the demo data into the table, through the product's own services and their rules."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.catalogue import catalogue_indexer, catalogue_service
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.bootstrap.progress import progress_service
from peerlearn.domain.authoring import CourseDraft, ModuleDraft
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import CourseStatus, Kind, Level
from peerlearn.domain.errors import Conflict, EmailAlreadyRegistered
from peerlearn.domain.ids import new_id
from peerlearn.domain.paging import MAX_LIMIT, PageRequest
from peerlearn.domain.users import Credential, Principal, Role, SignInSession, User
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.own_enrollments import OwnEnrollmentRepository
from peerlearn.services.authoring import AuthoringService
from scripts.demo_data.courses import COURSES, WAITLISTED, DemoCourse
from scripts.demo_data.people import LEARNERS, PASSWORD, TUTORS, DemoPerson
from scripts.local_stack.accounts import DEMO_ACCOUNTS, DemoAccount

_BCRYPT_COST = 10
# How many courses each learner takes, and how many of them wait for a seat of the one that is full.
_COURSES_PER_LEARNER = 3
_WAITING = 4


def load() -> str:
    """Loads everything that is not there yet and says what there is."""
    hasher = PasswordHasher(_BCRYPT_COST)
    everyone = hasher.hash(PASSWORD)
    accounts = {account.role: _demo_account(account, hasher) for account in DEMO_ACCOUNTS}
    staff = [accounts["tutor"], *(_person(person, Role.TUTOR, everyone) for person in TUTORS)]
    learners = [_person(person, Role.LEARNER, everyone) for person in LEARNERS]
    made = _courses(staff)
    _enroll([accounts["learner"], *learners], made)
    return f"{len(made)} courses and sessions by {len(staff)} tutors, and {len(learners)} learners."


# -- people


def _demo_account(account: DemoAccount, hasher: PasswordHasher) -> User:
    interests = ("languages", "chess") if account.role == Role.LEARNER else ()
    known = account_repository().credential(account.email)
    if known is not None:
        return known.user
    return _add(account.name, account.email, Role(account.role), hasher.hash(account.password), interests, ())


def _person(person: DemoPerson, role: Role, password_hash: str) -> User:
    known = account_repository().credential(person.email)
    if known is not None:
        return known.user
    return _add(person.name, person.email, role, password_hash, person.interests, person.learning_goals)


def _add(name: str, email: str, role: Role, password_hash: str, interests: Sequence[str], goals: Sequence[str]) -> User:
    now = utc_now()
    user = User(new_id("usr"), name, email, role, tuple(interests), tuple(goals), now - timedelta(days=90))
    # An account comes with a session; nobody holds the token of this one.
    session = SignInSession(new_id("sid"), user.user_id, 1, secrets.token_hex(32), now, now)
    with suppress(EmailAlreadyRegistered):
        account_repository().add(Credential(password_hash, user), session, str(uuid4()))
        return user
    credential = account_repository().credential(email)
    assert credential is not None  # noqa: S101 (it was there a moment ago)
    return credential.user


# -- courses


def _listed() -> Iterator[tuple[str, str]]:
    """Title and id of every published course."""
    page = PageRequest(1, MAX_LIMIT)
    while True:
        found = catalogue_service().browse(Filters(), page)
        yield from ((entry.course.title, entry.course.course_id) for entry in found.entries)
        if found.next is None:
            return
        page = PageRequest(page.number + 1, MAX_LIMIT, found.next)


def _courses(staff: Sequence[User]) -> dict[str, str]:
    """Ids by title, in the order of the data."""
    known = dict(_listed())
    today = datetime.combine(utc_now().date(), time(), UTC)
    for number, course in enumerate(COURSES):
        if course.title not in known:
            # One a day, the last of them yesterday: lists are sorted by age.
            made_at = today - timedelta(days=len(COURSES) - number) + timedelta(hours=9, minutes=7 * number)
            known[course.title] = _publish(course, staff[course.tutor], made_at, today)
    return {course.title: known[course.title] for course in COURSES}


def _publish(course: DemoCourse, tutor: User, made_at: datetime, today: datetime) -> str:
    authoring = AuthoringService(
        CourseRepository(table()), account_repository(), catalogue_indexer(), clock=lambda: made_at
    )
    starts_at = None
    if course.time is not None:
        starts_at = today + timedelta(days=course.time.days, hours=course.time.hour)
    page = authoring.create(
        _principal(tutor),
        CourseDraft(
            title=course.title,
            description=course.description,
            subject=course.subject,
            level=Level(course.level),
            kind=Kind.COURSE if course.time is None else Kind.SESSION,
            capacity=course.capacity,
            modules=[ModuleDraft(title, minutes) for title, minutes in course.modules],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=course.time.minutes) if starts_at and course.time else None,
            status=CourseStatus.PUBLISHED,
        ),
    )
    return page.course.course_id


# -- who learns what


def _enroll(learners: Sequence[User], courses: dict[str, str]) -> None:
    """The first learner takes seats like everybody, and waits for one: that is who the demo signs in as."""
    ids = list(courses.values())
    full = courses[WAITLISTED]
    enrollments, own_enrollments = enrollment_service(), OwnEnrollmentRepository(table())
    newcomers = [user for user in learners if not own_enrollments.of_learner(user.user_id)[1]]
    for user in newcomers[1:3]:
        with suppress(Conflict):
            enrollments.enroll(user.user_id, full)
    for user in [*newcomers[:1], *newcomers[3 : 2 + _WAITING]]:
        with suppress(Conflict):
            enrollments.join_waitlist(user.user_id, full)
    for number, user in enumerate(newcomers):
        for step in range(_COURSES_PER_LEARNER):
            # Neighbours in the list share some courses, so that they find each other as peers.
            course_id = ids[(number * 5 + step * 7) % len(ids)]
            with suppress(Conflict):
                enrollments.enroll(user.user_id, course_id)
                if step == 0:
                    _begin(user, course_id)


def _begin(user: User, course_id: str) -> None:
    """The first two modules are done."""
    modules = catalogue_service().course(course_id, None).modules
    for module in modules[:2]:
        progress_service().complete(_principal(user), course_id, module.module_id, module.minutes)


def _principal(user: User) -> Principal:
    return Principal(user.user_id, user.role, "sid_seed")
