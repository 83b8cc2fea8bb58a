"""Spreading: one counter, or one partition, in several parts that take writes side by side."""

from __future__ import annotations

from zlib import crc32


def shard_of(subject: str, shards: int) -> int:
    """Return the part that a subject falls into, counted from 0.

    It is the same in every process, and each part gets about as many subjects.

    Parameters
    ----------
    subject: str
        An id, for example a learner's.
    shards: int
        The number of parts; 0 counts as 1.
    """
    return crc32(subject.encode()) % max(1, shards)
