"""Exports, and what is left to do after an erasure."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.personal_files import PersonalFiles
from peerlearn.bootstrap import bucket
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.jobs import agenda_service
from peerlearn.bootstrap.standing import standing_service
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.erasure import ErasureRepository
from peerlearn.persistence.personal_data import PersonalDataRepository
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.erasure import Eraser
from peerlearn.services.exports import ExportService
from peerlearn.settings import settings


@cache
def export_service() -> ExportService:
    return ExportService(PersonalDataRepository(table()), personal_files(), standing_service())


@cache
def export_writer() -> ExportService:
    """The same for the function that writes files."""
    return ExportService(PersonalDataRepository(table()), worker_files(), standing_service())


@cache
def eraser() -> Eraser:
    seats = EnrollmentService(EnrollmentRepository(table()))
    teaching = TeachingRepository(table())
    drafts = CourseRepository(table())
    return Eraser(ErasureRepository(table()), teaching, seats, drafts, worker_files(), agenda_service())


@cache
def personal_files() -> PersonalFiles:
    return PersonalFiles(bucket.s3_client(), settings().bucket_name)


@cache
def worker_files() -> PersonalFiles:
    return PersonalFiles(bucket.s3_client(for_worker=True), settings().bucket_name)
