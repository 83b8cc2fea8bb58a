"""The demo data: complete, believable to the product's own rules, and loaded twice without a difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.catalogue import catalogue_service
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.enrollments import own_enrollment_service
from peerlearn.bootstrap.profiles import profile_service
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.passwords import password_weaknesses
from peerlearn.domain.users import Credential, Principal
from peerlearn.persistence.standing import StandingRepository
from peerlearn.snapshots import forget_providers
from scripts.demo_data.courses import COURSES, WAITLISTED
from scripts.demo_data.loading import load
from scripts.demo_data.people import LEARNERS, PASSWORD, TUTORS
from scripts.dynamodb_local import DynamoDBLocal
from scripts.local_stack.accounts import DEMO_ACCOUNTS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def loaded(dynamodb_local: DynamoDBLocal, table_name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", dynamodb_local.endpoint)
    monkeypatch.setenv("TABLE_NAME", table_name)
    forget_providers()
    load()
    yield table_name
    forget_providers()


def everything(dynamodb: DynamoDBClient, table_name: str) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name)
    return sorted((dict(item) for page in pages for item in page["Items"]), key=str)


def signed_in(credential: Credential) -> Principal:
    standing = StandingRepository(table()).standing(credential.user.user_id)
    assert standing is not None
    return Principal(credential.user.user_id, credential.user.role, next(iter(standing.sessions)))


def test_loaded_modules(loaded: str, dynamodb: DynamoDBClient) -> None:
    listed = catalogue_service().browse(Filters(), PageRequest(1, 100))
    assert (listed.total, len(listed.entries)) == (60, 60)
    courses = [entry.course for entry in listed.entries]
    assert len({course.subject for course in courses}) == 8
    assert {course.kind.value for course in courses} == {"course", "session"}
    assert len({course.tutor.user_id for course in courses}) == 1 + len(TUTORS)
    assert [entry.course.title for entry in listed.entries if entry.seats.capacity is None] != []
    assert all(
        entry.seats.taken <= entry.seats.capacity for entry in listed.entries if entry.seats.capacity is not None
    )
    waited_for = next(entry for entry in listed.entries if entry.course.title == WAITLISTED)
    assert (waited_for.seats.capacity, waited_for.seats.taken) == (2, 2)
    assert waited_for.seats.waitlist_length >= 2

    for account in DEMO_ACCOUNTS:
        credential = account_repository().credential(account.email)
        assert credential is not None
        assert credential.user.role == account.role
        assert PasswordHasher(10).verify(account.password, credential.password_hash)
        if account.role == "learner":
            principal = signed_in(credential)
            profile = profile_service().profile(principal)
            assert profile.enrolled_courses
            assert profile.points > 0
            mine = own_enrollment_service().page(principal, None, PageRequest(1, 10)).entries
            assert "waitlisted" in {entry.enrollment.status for entry in mine}
    for person in (*TUTORS, *LEARNERS):
        credential = account_repository().credential(person.email)
        assert credential is not None
        assert PasswordHasher(10).verify(PASSWORD, credential.password_hash)

    before = everything(dynamodb, loaded)
    load()
    assert everything(dynamodb, loaded) == before


def test_passwords_obey_the_policy() -> None:
    for password in (PASSWORD, *(account.password for account in DEMO_ACCOUNTS)):
        assert password_weaknesses(password) == []


def test_data_is_what_was_asked_for() -> None:
    assert Counter(course.subject for course in COURSES).most_common()[-1][1] >= 7
    assert len({course.title for course in COURSES}) == 60
    assert len(LEARNERS) == 20
    assert len({person.email for person in (*TUTORS, *LEARNERS)}) == len(TUTORS) + len(LEARNERS)
