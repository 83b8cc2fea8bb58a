"""The roster of a course as its tutor sees it: how far each learner has come, in the order that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, Module
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.progress import modules_done
from peerlearn.domain.text import compared
from peerlearn.domain.words import begins_with, searched_words, wanted_words

# A roster is read whole to be sorted or searched, so no longer one than this.
SORTED_MAX = 1_000


class RosterOrder(StrEnum):
    """Orders of a roster; those who are furthest behind come first."""

    NAME = "name"
    PROGRESS = "progress"
    LAST_ACCESSED = "lastAccessed"


@dataclass(frozen=True, slots=True)
class RosterQuery:
    """The learners that are asked for, and in which order; without one in that in which they came."""

    status: EnrollmentStatus | None = None
    order: RosterOrder | None = None
    words: str | None = None

    @property
    def needs_everybody(self) -> bool:
        """Return whether the roster must be read whole."""
        return self.order is not None or self.needs_names

    @property
    def needs_names(self) -> bool:
        """Return whether names decide who is shown, or where."""
        return self.order is RosterOrder.NAME or bool(self.words)

    def require_reach(self, total: int) -> None:
        """Check that the roster is short enough to be read whole.

        Raises
        ------
        ValidationFailed
        """
        if self.needs_everybody and total > SORTED_MAX:
            field = "q" if self.order is None else "sort"
            message = f"is possible for at most {SORTED_MAX} learners; this course has {total}"
            raise ValidationFailed((field, Problem(Rule.PAST_THE_REACH, message, SORTED_MAX)))

    def fits(self, name: str) -> bool:
        """Return whether a name has, for each word that is searched for, one that begins with it."""
        if not self.words or not self.words.strip():
            return True
        wanted, found = wanted_words(self.words), searched_words(name)
        return bool(wanted) and all(any(begins_with(word, one) for word in found) for one in wanted)

    def place(self, entry: RosterEntry) -> tuple[str | int, str]:
        """Return where an entry is in the order, different for each."""
        enrollment = entry.enrollment
        match self.order:
            case RosterOrder.NAME:
                return compared(entry.learner_name), enrollment.learner_id
            case RosterOrder.PROGRESS:
                return entry.completed_modules, enrollment.learner_id
            case RosterOrder.LAST_ACCESSED:
                seen = enrollment.last_accessed
                return to_rfc3339(seen) if seen else "", enrollment.learner_id
            case None:
                return to_rfc3339(enrollment.enrolled_at), enrollment.learner_id


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """An enrolment with the learner's name, and what they have done of what there is to do.

    `missing` counts the assessments that were not handed in. It is 0 for a learner without a seat.
    """

    enrollment: Enrollment
    learner_name: str
    completed_modules: int = 0
    total_modules: int = 0
    submitted: int = 0
    missing: int = 0

    @classmethod
    def of(cls, enrollment: Enrollment, learner_name: str, course: Course, modules: Sequence[Module]) -> RosterEntry:
        submitted = len(enrollment.handed_in)
        return cls(
            enrollment,
            learner_name,
            len(modules_done(enrollment.completed_modules, modules)),
            len(modules),
            submitted,
            max(0, course.assessment_count - submitted) if enrollment.status.holds_seat else 0,
        )
