"""To-do lists of people, and how the work of a course stands: both follow from what is stored, learner by learner.

For each learner of a course an *agenda* names their entries on the to-do list for it, and their counts in the course's
*tallies*, one for each assessment. After each change of the learner or the course, the stored agenda is compared with
the one that should be, and the difference is carried out in steps, each with the agenda that says so. So a step that is
cut off is done again, one that is done twice changes nothing, and in the end the tallies are sums over the learners.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import floor

from peerlearn.domain.assessments import Assessment, own_part
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, Kind
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.grades import DECIMALS, Grade
from peerlearn.domain.submissions import Submission

# Of one transaction, which has a hundred writes at most: each tally may take its tutor's entry along.
_TALLIES_AT_ONCE, _ENTRIES_AT_ONCE = 15, 30
# Stands for the due date of an entry that has none: it sorts behind every time.
NEVER = "9999"
_SCALE: int = 10**DECIMALS


class TodoKind(StrEnum):
    """Kinds of entries: work to hand in, a session that was booked, work to grade."""

    ASSESSMENT = "assessment"
    SESSION = "session"
    GRADING = "grading"


@dataclass(frozen=True, slots=True, order=True)
class Todo:
    """An entry of somebody's to-do list, in the order of due dates.

    Attributes
    ----------
    due: str
        RFC 3339, or `NEVER`.
    reference: str
        The assessment's id, or the session's.
    closes: bool
        Whether nothing can be done about it once it is due.
    """

    due: str
    kind: TodoKind
    reference: str
    course_id: str
    closes: bool

    @classmethod
    def of_assessment(cls, kind: TodoKind, assessment: Assessment, *, closes: bool) -> Todo:
        due = NEVER if assessment.due_at is None else to_rfc3339(assessment.due_at)
        return cls(due, kind, assessment.assessment_id, assessment.course_id, closes)


# Of a learner, by the part of an assessment's id that is its own: the grade in hundredths, or None while there is none.
Counted = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Agenda:
    """The state that was carried out for one learner of one course; `version` is 0 where nothing was."""

    learner_id: str
    course_id: str
    version: int = 0
    counted: Counted = field(default_factory=dict)
    entries: frozenset[Todo] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.counted and not self.entries


@dataclass(frozen=True, slots=True)
class Situation:
    """All that an agenda follows from. `submissions` are the latest attempts, by assessment."""

    course: Course | None
    enrollment: Enrollment | None
    assessments: Sequence[Assessment] = ()
    submissions: Mapping[str, Submission] = field(default_factory=dict)
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    is_erased: bool = False

    def wanted(self, before: Agenda, now: datetime) -> Agenda:
        """Return the agenda as it should be."""
        if self.is_erased or self.course is None or self.enrollment is None or not self.enrollment.status.holds_seat:
            return replace(before, counted={}, entries=frozenset())
        counted = {
            own_part(one.assessment_id): hundredths(work.grade)
            for one in self.assessments
            if (work := self.submissions.get(one.assessment_id)) is not None
        }
        return replace(before, counted=counted, entries=frozenset(self._entries(self.course, now)))

    def _entries(self, course: Course, now: datetime) -> Iterable[Todo]:
        for one in self.assessments:
            assessment = one.extended_to(self.extensions.get(one.assessment_id))
            is_open = assessment.allow_late or not assessment.is_past_due(now)
            if is_open and one.assessment_id not in self.submissions:
                closes = assessment.due_at is not None and not assessment.allow_late
                yield Todo.of_assessment(TodoKind.ASSESSMENT, assessment, closes=closes)
        if course.kind is Kind.SESSION and course.starts_at is not None and course.starts_at > now:
            yield Todo(to_rfc3339(course.starts_at), TodoKind.SESSION, course.course_id, course.course_id, closes=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the work at one assessment stands, over those who hold a seat in the course.

    Attributes
    ----------
    grades: mapping
        How many have each grade, which is in hundredths.
    listed: Todo or None
        The entry on the to-do list of the tutor `listed_for`, while there is work to grade.
    """

    assessment_id: str
    version: int = 0
    submitted: int = 0
    grades: Mapping[int, int] = field(default_factory=dict)
    listed: Todo | None = None
    listed_for: str | None = None

    @property
    def graded(self) -> int:
        return sum(self.grades.values())

    @property
    def ungraded(self) -> int:
        return self.submitted - self.graded

    def with_change(self, before: Counted, after: Counted) -> Tally:
        """Return the tally after one learner counts otherwise."""
        own, submitted, grades = own_part(self.assessment_id), self.submitted, dict(self.grades)
        for counted, sign in ((before, -1), (after, 1)):
            if own not in counted:
                continue
            submitted += sign
            if (grade := counted[own]) is not None:
                grades[grade] = grades.get(grade, 0) + sign
        return replace(self, submitted=submitted, grades={grade: n for grade, n in grades.items() if n})

    def relisted(self, assessment: Assessment | None, tutor_id: str | None) -> Tally:
        """Return the tally with its entry on the tutor's to-do list, if there is work to grade."""
        if assessment is None or tutor_id is None or not self.ungraded:
            return replace(self, listed=None, listed_for=None)
        entry = Todo.of_assessment(TodoKind.GRADING, assessment, closes=False)
        return replace(self, listed=entry, listed_for=tutor_id)

    def statistics(self, max_grade: int) -> Statistics:
        """Return mean, median and distribution of the grades."""
        return Statistics.of(self.grades, max_grade)


@dataclass(frozen=True, slots=True)
class AgendaStep:
    """Part of the difference between an agenda and what it should be, small enough for a transaction."""

    before: Agenda
    after: Agenda

    @property
    def assessments(self) -> list[str]:
        """Own parts of the assessments whose tallies change."""
        names = self.before.counted.keys() | self.after.counted.keys()
        return sorted(one for one in names if _of(self.before, one) != _of(self.after, one))


def next_step(before: Agenda, wanted: Agenda) -> AgendaStep | None:
    """Return the next step from an agenda to what it should be; None where it is."""
    differing = AgendaStep(before, wanted).assessments[:_TALLIES_AT_ONCE]
    counted = {
        **{own: grade for own, grade in before.counted.items() if own not in differing},
        **{own: wanted.counted[own] for own in differing if own in wanted.counted},
    }
    gone = sorted(before.entries - wanted.entries)[:_ENTRIES_AT_ONCE]
    new = sorted(wanted.entries - before.entries)[: _ENTRIES_AT_ONCE - len(gone)]
    entries = before.entries - set(gone) | set(new)
    after = replace(before, version=before.version + 1, counted=counted, entries=entries)
    return None if (counted, entries) == (dict(before.counted), before.entries) else AgendaStep(before, after)


def _of(agenda: Agenda, own: str) -> tuple[bool, int | None]:
    return own in agenda.counted, agenda.counted.get(own)


def hundredths(grade: Grade | None) -> int | None:
    """Return a grade as a whole number of hundredths."""
    return None if grade is None else int(grade * _SCALE)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many grades are from one bound on and, but in the last one, below the other."""

    start: float
    end: float
    count: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the grades of an assessment; mean and median to two decimals, None without grades."""

    graded: int
    mean: float | None
    median: float | None
    distribution: Sequence[Bar]

    BARS = 10

    @classmethod
    def of(cls, grades: Mapping[int, int], max_grade: int) -> Statistics:
        """Return the statistics of how many have each grade, in hundredths."""
        everyone = [grade for grade in sorted(grades) for _ in range(grades[grade])]
        total, most = len(everyone), max_grade * _SCALE
        counts = [0] * cls.BARS
        for grade in everyone:
            counts[min(cls.BARS - 1, grade * cls.BARS // most)] += 1
        bounds = [round(max_grade * number / cls.BARS, DECIMALS) for number in range(cls.BARS + 1)]
        bars = [Bar(bounds[number], bounds[number + 1], count) for number, count in enumerate(counts)]
        if not total:
            return cls(0, None, None, bars)
        middle = Fraction(everyone[(total - 1) // 2] + everyone[total // 2], 2)
        return cls(total, _plain(Fraction(sum(everyone), total)), _plain(middle), bars)


def _plain(value: Fraction) -> float:
    # half a hundredth is rounded up
    return floor(value + Fraction(1, 2)) / _SCALE
