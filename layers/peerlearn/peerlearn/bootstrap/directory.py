"""The directory of people."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.directory import DirectoryRepository
from peerlearn.persistence.suppressions import SuppressionRepository
from peerlearn.services.directory import DirectoryService


@cache
def directory_service() -> DirectoryService:
    return DirectoryService(DirectoryRepository(table()), SuppressionRepository(table()))
