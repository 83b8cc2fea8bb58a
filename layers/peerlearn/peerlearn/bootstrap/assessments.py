"""Assessments: setting, reading and grading them."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import table
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.services.assessments import AssessmentService


@cache
def assessment_service() -> AssessmentService:
    return AssessmentService(AssessmentRepository(table()), audit=audit_trail())
