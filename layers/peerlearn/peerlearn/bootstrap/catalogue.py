"""The catalogue: the public view of courses, and the index behind it."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.catalogue import CatalogueRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.coursework import CourseworkRepository
from peerlearn.persistence.listings import ListingRepository
from peerlearn.services.catalogue import CatalogueIndexer, CatalogueService
from peerlearn.services.coursework import CourseworkService


@cache
def catalogue_service() -> CatalogueService:
    return CatalogueService(CatalogueRepository(table()), CourseRepository(table()))


@cache
def coursework_service() -> CourseworkService:
    return CourseworkService(CourseworkRepository(table()))


@cache
def catalogue_indexer() -> CatalogueIndexer:
    return CatalogueIndexer(ListingRepository(table()))
