"""Assessments, submissions and the bucket of their files."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config

from peerlearn.adapters.uploads import S3Uploads
from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import WORKER_READ_SECONDS, aws_client, client_config, table
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.services.assessments import AssessmentService, SubmissionService
from peerlearn.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def assessment_service() -> AssessmentService:
    return AssessmentService(AssessmentRepository(table()), audit=audit_trail())


@cache
def submission_service() -> SubmissionService:
    return SubmissionService(AssessmentRepository(table()), uploads())


@cache
def uploads() -> S3Uploads:
    chosen = settings()
    return S3Uploads(s3_client(), chosen.bucket_name, chosen.region, chosen.max_upload_bytes)


@cache
def s3_client(*, for_worker: bool = False) -> S3Client:
    """A client of S3; one for a worker waits for an answer as long as S3 may take, since no caller does."""
    # Signed for the bucket's own region: the global address redirects, and a redirected form fails.
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    config = client_config(WORKER_READ_SECONDS) if for_worker else client_config()
    client: S3Client = aws_client("s3", config.merge(signing))
    return client
