"""The catalogue, and what tutors do to their courses."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.catalogue import CatalogueRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.services.authoring import AuthoringService
from peerlearn.services.catalogue import CatalogueIndexer, CatalogueService


@cache
def catalogue_service() -> CatalogueService:
    return CatalogueService(CatalogueRepository(table()), CourseRepository(table()))


@cache
def catalogue_indexer() -> CatalogueIndexer:
    return CatalogueIndexer(CatalogueRepository(table()))


@cache
def authoring_service() -> AuthoringService:
    return AuthoringService(CourseRepository(table()), AccountRepository(table()), catalogue_indexer())
