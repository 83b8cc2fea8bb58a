"""The client of the bucket that holds what was uploaded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config

from peerlearn.bootstrap.core import WORKER_READ_SECONDS, aws_client, client_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def s3_client(*, for_worker: bool = False) -> S3Client:
    """A client of S3; one for a worker waits for an answer as long as S3 may take, since no caller does."""
    # Signed for the bucket's own region: the global address redirects, and a redirected form fails.
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    config = client_config(WORKER_READ_SECONDS) if for_worker else client_config()
    client: S3Client = aws_client("s3", config.merge(signing))
    return client
