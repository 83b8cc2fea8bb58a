"""Jobs: work that is too long for one invocation.

A job is done in chunks. Behind each chunk its cursor says where the next one begins, and that is put on the queue as a
task of its own: wherever a worker ends, the job goes on from its cursor, and other tasks come in between.

    (none)         --first chunk, all done-->    (none)          most jobs are as small as that
    (none)         --first chunk-->              version 1, at the place where the second begins
    version n      --next chunk-->               version n + 1
    version n      --last chunk-->               version n + 1, done
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.ids import derived_id

# How many learners, courses or conversations one chunk is about.
CHUNK = 500
# Longer than dead letters are kept: a job that is handed over again then goes on where it stopped.
CURSOR_KEPT = timedelta(days=15)
# A task that comes once more after its job was done finds that it was.
DONE_KEPT = timedelta(days=1)
# How often a job begins anew, because an index did not show everybody by its end.
ROUNDS_MAX = 5


class JobKind(StrEnum):
    """The kinds of jobs of the jobs' queue."""

    RESCHEDULE = "reschedule"
    RENAME = "rename"
    AGENDA = "agenda"
    AGENDAS = "agendas"
    # mails about a change: to one learner, to the same, and to each who holds a seat
    SEAT_NOTICE = "seat-notice"
    GRADE_NOTICE = "grade-notice"
    SESSION_NOTICES = "session-notices"
    # jobs for later, and jobs for now
    PLAN = "plan"
    REMIND = "remind"


class NotAllShown(TemporarilyUnavailable):
    """An index does not show all yet that there must be."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a job has got.

    Attributes
    ----------
    job_id: str
    place: str
        Where the next chunk begins; empty at the beginning. Only the job's own service can read it.
    counted: int
        How many of those whom the job must not leave out were found so far.
    round: int
        How often the job has begun anew.
    version: int
        Of the stored cursor; 0 where none is stored.
    is_done: bool
    """

    job_id: str
    place: str = ""
    counted: int = 0
    round: int = 0
    version: int = 0
    is_done: bool = False

    def after(self, step: Step) -> Cursor:
        """Return the cursor behind a chunk."""
        place, is_done = step.place or "", step.place is None
        return replace(self, place=place, counted=step.counted, version=self.version + 1, is_done=is_done)

    def anew(self) -> Cursor:
        """Return the cursor of a job that begins once more."""
        return replace(self, place="", counted=0, round=self.round + 1, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Step:
    """The result of a chunk.

    Attributes
    ----------
    place: str or None
        Where the next chunk begins; None where nothing is left.
    counted: int
        As in `Cursor`, this chunk included.
    changed: int
        How many this chunk has changed, for the log.
    """

    place: str | None
    counted: int = 0
    changed: int = 0


def job_id_of(kind: str, *parts: str) -> str:
    """Return the id that the same job always gets."""
    return derived_id("job", kind, *parts)
