"""Work that may be too long for one invocation."""

from __future__ import annotations

from enum import StrEnum


class JobKind(StrEnum):
    """What a job of the jobs' queue does."""

    RESCHEDULE = "reschedule"
    RENAME = "rename"
