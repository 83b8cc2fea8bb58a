"""Submissions, and their files."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.uploads import S3Uploads
from peerlearn.bootstrap import bucket
from peerlearn.bootstrap.core import table
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.services.submissions import SubmissionService
from peerlearn.settings import settings


@cache
def submission_service() -> SubmissionService:
    return SubmissionService(AssessmentRepository(table()), uploads())


@cache
def uploads() -> S3Uploads:
    chosen = settings()
    return S3Uploads(bucket.s3_client(), chosen.bucket_name, chosen.region, chosen.max_upload_bytes)
