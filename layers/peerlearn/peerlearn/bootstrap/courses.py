"""The wiring of authoring: tutors make and change courses."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.core import table
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.services.authoring import AuthoringService


@cache
def authoring_service() -> AuthoringService:
    return AuthoringService(
        CourseRepository(table()), AccountRepository(table()), catalogue_indexer(), audit=audit_trail()
    )
