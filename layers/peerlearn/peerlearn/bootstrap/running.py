"""The wiring of the runner that carries jobs on, chunk by chunk."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.jobs import JobRepository
from peerlearn.services.jobs import JobRunner


@cache
def job_runner() -> JobRunner:
    return JobRunner(JobRepository(table()))
