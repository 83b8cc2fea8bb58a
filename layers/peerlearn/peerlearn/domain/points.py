"""Points: a ledger whose entries are never changed, and everything that is a sum of it.

A learner's sums (points, study minutes, badges) are a fold over their entries in order: `Totals.posted` adds one
entry, and adding all of them to empty totals gives the stored ones again. Keys are made from the cause of the award, so
the same thing cannot be awarded twice; a wrong award is taken back by a reversing entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from peerlearn.domain.grades import Grade

MODULE_POINTS = 10
COURSE_POINTS = 100
FIRST_SUBMISSION_POINTS = 20
EXCELLENT_GRADE_POINTS = 30
EXCELLENT_PERCENT = 90

FIVE_COURSES = 5
STREAK_DAYS = 7
# Nobody studies longer, whatever is reported.
DAY_MINUTES = 24 * 60


class Reason(StrEnum):
    """The reason for an entry."""

    MODULE_COMPLETED = "module_completed"
    COURSE_COMPLETED = "course_completed"
    FIRST_SUBMISSION = "first_submission"
    EXCELLENT_GRADE = "excellent_grade"
    PERFECT_GRADE = "perfect_grade"
    GRADE_CORRECTED = "grade_corrected"

    @property
    def is_learners_own_deed(self) -> bool:
        """Grades come on a day of the tutor's choosing and make no streak."""
        return self in (Reason.MODULE_COMPLETED, Reason.COURSE_COMPLETED, Reason.FIRST_SUBMISSION)


class Badge(StrEnum):
    FIRST_MODULE = "first-module"
    FIRST_COURSE = "first-course"
    FIVE_COURSES = "five-courses"
    PERFECT_GRADE = "perfect-grade"
    SEVEN_DAY_STREAK = "seven-day-streak"


@dataclass(frozen=True, slots=True)
class Award:
    """Points to be posted: `key` names what earned them, `minutes` the study time reported with it.

    `reverses` is the reason of the entry that this one takes back; its points are then negative.
    """

    key: str
    reason: Reason
    points: int
    course_id: str
    minutes: int = 0
    reverses: Reason | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An award as it is in a learner's ledger; `number` counts 1, 2, 3... without gaps."""

    learner_id: str
    number: int
    awarded_at: datetime
    award: Award


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a learner's ledger.

    `version` counts the writes of the stored copy and `submissions` the attempts handed in: these two are not sums.
    """

    learner_id: str
    version: int = 0
    submissions: int = 0
    entries: int = 0
    points: int = 0
    study_minutes: int = 0
    modules: int = 0
    courses: int = 0
    perfect_grades: int = 0
    streak: int = 0
    longest_streak: int = 0
    active_on: date | None = None
    minutes_of_day: int = 0
    studied_on: date | None = None

    @property
    def study_hours(self) -> float:
        return study_hours(self.study_minutes)

    @property
    def badges(self) -> list[Badge]:
        earned = {
            Badge.FIRST_MODULE: self.modules >= 1,
            Badge.FIRST_COURSE: self.courses >= 1,
            Badge.FIVE_COURSES: self.courses >= FIVE_COURSES,
            Badge.PERFECT_GRADE: self.perfect_grades >= 1,
            Badge.SEVEN_DAY_STREAK: self.longest_streak >= STREAK_DAYS,
        }
        return [badge for badge, is_earned in earned.items() if is_earned]

    def awarded(self, awards: Iterable[Award], at: datetime) -> tuple[Totals, list[Entry]]:
        """Return the totals after these awards, and the entries that make them so.

        Of the study time as much counts as a day has.
        """
        totals = self
        entries = []
        for award in awards:
            minutes = min(award.minutes, DAY_MINUTES - totals.minutes_on(_day_of(at)))
            entry = Entry(self.learner_id, totals.entries + 1, at, replace(award, minutes=minutes))
            totals = totals.posted(entry)
            entries.append(entry)
        return totals, entries

    def posted(self, entry: Entry) -> Totals:
        """These totals with one more entry."""
        award = entry.award
        day = _day_of(entry.awarded_at)
        studied_on, minutes_of_day = self.studied_on, self.minutes_of_day
        if award.minutes:
            minutes_of_day = self.minutes_on(day) + award.minutes
            studied_on = day if studied_on is None else max(day, studied_on)
        streak, active_on = self.streak, self.active_on
        # Clocks differ a little between machines: a day already passed adds nothing.
        if award.reason.is_learners_own_deed and (active_on is None or day > active_on):
            streak = streak + 1 if active_on is not None and day - active_on == timedelta(days=1) else 1
            active_on = day
        return replace(
            self,
            entries=entry.number,
            points=self.points + award.points,
            study_minutes=self.study_minutes + award.minutes,
            modules=self.modules + (award.reason is Reason.MODULE_COMPLETED),
            courses=self.courses + (award.reason is Reason.COURSE_COMPLETED),
            perfect_grades=self.perfect_grades
            + (award.reason is Reason.PERFECT_GRADE)
            - (award.reverses is Reason.PERFECT_GRADE),
            streak=streak,
            longest_streak=max(self.longest_streak, streak),
            active_on=active_on,
            minutes_of_day=minutes_of_day,
            studied_on=studied_on,
        )

    def minutes_on(self, day: date) -> int:
        """Return the study time of that day, or of the latest one where clocks differ a little."""
        return 0 if self.studied_on is None or day > self.studied_on else self.minutes_of_day


def _day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def sums_of(learner_id: str, entries: Iterable[Entry]) -> Totals:
    """Return what the ledger says, entries in the order of their numbers; without `version` and `submissions`."""
    totals = Totals(learner_id)
    for entry in entries:
        totals = totals.posted(entry)
    return totals


def study_hours(minutes: int) -> float:
    """Hours to two decimals."""
    return round(minutes / 60, 2)


def module_award(course_id: str, module_id: str, minutes: int) -> Award:
    return Award(f"module:{course_id}:{module_id}", Reason.MODULE_COMPLETED, MODULE_POINTS, course_id, minutes)


def course_award(course_id: str) -> Award:
    return Award(f"course:{course_id}", Reason.COURSE_COMPLETED, COURSE_POINTS, course_id)


def submission_award(course_id: str, assessment_id: str) -> Award:
    return Award(f"submission:{assessment_id}", Reason.FIRST_SUBMISSION, FIRST_SUBMISSION_POINTS, course_id)


def grade_reason(grade: Grade | None, max_grade: int) -> Reason | None:
    """Return what a grade earns: nothing below 90 %."""
    if grade is None or grade * 100 < EXCELLENT_PERCENT * max_grade:
        return None
    return Reason.PERFECT_GRADE if grade >= max_grade else Reason.EXCELLENT_GRADE


def grade_awards(
    course_id: str, assessment_id: str, max_grade: int, before: Grade | None, after: Grade | None, revision: int
) -> list[Award]:
    """Return what follows from grading, or from correcting a grade: the old award taken back, the new one given.

    Parameters
    ----------
    before: Grade or None
        The grade that stood until now.
    after: Grade or None
        The new one; None where the submission is reopened.
    revision: int
        Counts the gradings of this submission, this one included: 1 for the first.
    """
    old, new = grade_reason(before, max_grade), grade_reason(after, max_grade)
    if old is new:
        return []
    key = f"grade:{assessment_id}:{revision}"
    awards = []
    if old is not None:
        awards.append(
            Award(f"{key}:reversal", Reason.GRADE_CORRECTED, -EXCELLENT_GRADE_POINTS, course_id, reverses=old)
        )
    if new is not None:
        awards.append(Award(key, new, EXCELLENT_GRADE_POINTS, course_id))
    return awards
