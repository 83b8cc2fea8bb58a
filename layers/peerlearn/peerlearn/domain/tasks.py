"""Work that a queue holds: a task is a JSON object, and a queue hands each one to its worker at least once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peerlearn.domain.correlation import CORRELATION_ID, correlation_id

Task = Mapping[str, Any]

# How many messages a queue takes in one call.
BATCH_MAX = 10


class Work(StrEnum):
    """The kinds of work: each has a queue and a worker of its own, so that none waits for another."""

    PROMOTION = "promotion"
    CATALOGUE = "catalogue"
    JOB = "job"
    ERASURE = "erasure"
    EXPORT = "export"
    ANNOUNCEMENT = "announcement"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Posting:
    """A task on its way to a queue.

    Attributes
    ----------
    task: mapping
        JSON types only.
    delay_seconds: int
        At most 900. A FIFO queue takes no delay of a single message.
    group: str
        For a FIFO queue: tasks of one group are done one after the other. Empty for any other queue.
    once: str
        For a FIFO queue: a second posting of the same group and name within five minutes is left out.
    """

    task: Task
    delay_seconds: int = 0
    group: str = ""
    once: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A posting and the kind of work it belongs to."""

    work: Work
    posting: Posting


def traced(task: Task) -> Task:
    """Return the task with the id of the request that it follows from, so that its worker goes on under that id."""
    return {**task, CORRELATION_ID: correlation_id()} if correlation_id() else task
