"""The wiring of authoring: tutors make and change courses."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.core import table
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.course_rosters import CourseRosterRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.course_rosters import CourseRosterService


@cache
def course_roster_service() -> CourseRosterService:
    return CourseRosterService(CourseRosterRepository(table()))


@cache
def authoring_service() -> AuthoringService:
    return AuthoringService(
        CourseRepository(table()), AccountRepository(table()), catalogue_indexer(), audit=audit_trail()
    )
