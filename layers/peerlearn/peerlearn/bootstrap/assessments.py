"""Assessments: setting, reading and grading them."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import table
from peerlearn.persistence.assessment_changes import AssessmentChangeRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.services.assessment_changes import AssessmentChangeService
from peerlearn.services.assessments import AssessmentService


@cache
def assessment_service() -> AssessmentService:
    return AssessmentService(AssessmentRepository(table()), audit=audit_trail())


@cache
def assessment_change_service() -> AssessmentChangeService:
    return AssessmentChangeService(AssessmentChangeRepository(table()), audit_trail())
