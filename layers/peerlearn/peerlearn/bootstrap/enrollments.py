"""Enrolments, waitlists and booked times."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import briefly, crowded_table, table
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.promotion import PromotionService


@cache
def enrollment_repository() -> EnrollmentRepository:
    return EnrollmentRepository(table())


@cache
def enrollment_service() -> EnrollmentService:
    return EnrollmentService(EnrollmentRepository(crowded_table()), patience=briefly)


@cache
def promotion_service() -> PromotionService:
    return PromotionService(enrollment_repository())
