"""Enrolments, waitlists and booked times."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.own_enrollments import OwnEnrollmentRepository
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.own_enrollments import OwnEnrollmentService
from peerlearn.services.promotion import PromotionService

_PATIENCE_SECONDS = 1.5


@cache
def enrollment_repository() -> EnrollmentRepository:
    return EnrollmentRepository(table())


@cache
def enrollment_service() -> EnrollmentService:
    # A crowd comes for one course at once: its losers are told 503, and hold no function meanwhile.
    return EnrollmentService(EnrollmentRepository(table().within(_PATIENCE_SECONDS)))


@cache
def own_enrollment_service() -> OwnEnrollmentService:
    return OwnEnrollmentService(OwnEnrollmentRepository(table()))


@cache
def promotion_service() -> PromotionService:
    return PromotionService(enrollment_repository())
