"""Submissions: the work that learners hand in for assessments, and the tutor's answers.

(none) --submit--> attempt 1 --submit--> attempt 2 ... --grade--> graded --correct--> graded again (revision + 1)

A graded assessment takes no further attempt. Earlier attempts and earlier grades are kept as history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.courses import Course
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import Conflict, SubmissionAlreadyGraded, SubmissionClosed
from peerlearn.domain.grades import Grade
from peerlearn.domain.ids import derived_id
from peerlearn.domain.limits import Limit, Window, note_usage
from peerlearn.domain.points import Award, Totals, submission_award
from peerlearn.domain.standing import Standing

FEEDBACK_MAX_LENGTH = 10_000
UPLOAD_PREFIX = "uploads/"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An uploaded file, pinned to the version that was there when it was handed in.

    The form that uploaded it stays valid for some minutes: a later file under the same key is another version.
    `name` is what its author called it.
    """

    key: str
    version_id: str | None
    name: str

    @classmethod
    def of(cls, key: str, version_id: str | None, name: str | None) -> StoredFile:
        """Return a file that may be older than the rule that its name is kept: its key has a readable form of it."""
        return cls(key, version_id, name or key.rsplit("/", 1)[-1])


@dataclass(frozen=True, slots=True)
class Submission:
    """One attempt at an assessment. `revision` counts its gradings, `window` the attempts of the present hour."""

    assessment_id: str
    course_id: str
    learner_id: str
    attempt: int
    submission_url: str
    submitted_at: datetime
    late: bool
    file: StoredFile | None = None
    grade: Grade | None = None
    feedback: str | None = None
    graded_at: datetime | None = None
    graded_by: str | None = None
    revision: int = 0
    window: Window | None = None

    @property
    def submission_id(self) -> str:
        return derived_id("sub", self.learner_id, self.assessment_id, str(self.attempt))

    @property
    def file_name(self) -> str | None:
        """Return what its author called the file; None where it is a link."""
        return self.file.name if self.file is not None else None

    @property
    def is_graded(self) -> bool:
        return self.grade is not None

    def is_repeated_by(self, url: str, file: StoredFile | None) -> bool:
        """Return whether handing that in is handing in the same once more, such as after a reply that was lost."""
        mine = self.file.version_id if self.file is not None else None
        theirs = file.version_id if file is not None else None
        return (self.submission_url, self.file is None, mine) == (url, file is None, theirs)


class AttemptSuperseded(Conflict):
    """The attempt that was to be graded is not the latest."""

    default_message = "The learner has handed in another attempt. Look at it before you grade."

    def __init__(self, latest: Submission) -> None:
        self.latest = latest
        super().__init__(details={"attempt": latest.attempt})


def require_latest(latest: Submission, attempt: int | None) -> None:
    """Check that the attempt is the latest one; None means whichever that is.

    Raises
    ------
    AttemptSuperseded
    """
    if attempt is not None and attempt != latest.attempt:
        raise AttemptSuperseded(latest)


def require_open(assessment: Assessment, latest: Submission | None, now: datetime) -> None:
    """Check that an attempt may be handed in now, by the server's clock.

    Parameters
    ----------
    now: datetime
        The moment that counts for the due date: of an upload, the one at which it was begun.

    Raises
    ------
    SubmissionAlreadyGraded, SubmissionClosed
    """
    if latest is not None and latest.is_graded:
        raise SubmissionAlreadyGraded
    if assessment.is_past_due(now) and not assessment.allow_late:
        raise SubmissionClosed


def next_attempt(
    assessment: Assessment,
    enrollment: Enrollment,
    latest: Submission | None,
    url: str,
    file: StoredFile | None,
    now: datetime,
    window: Window | None = None,
    begun: datetime | None = None,
) -> tuple[Submission, tuple[Award, ...]]:
    """The attempt after `latest`, and what it earns: the first one only.

    Parameters
    ----------
    begun: datetime, optional
        When the upload was begun, which is what the due date is held against.

    Raises
    ------
    SubmissionAlreadyGraded, SubmissionClosed
    """
    require_open(assessment, latest, begun or now)
    submission = Submission(
        assessment_id=assessment.assessment_id,
        course_id=assessment.course_id,
        learner_id=enrollment.learner_id,
        attempt=latest.attempt + 1 if latest else 1,
        submission_url=url,
        submitted_at=now,
        late=assessment.is_past_due(begun or now),
        file=file,
        # a reopened one has been graded before: its gradings are numbered on
        revision=latest.revision if latest else 0,
        window=window,
    )
    awards = () if latest else (submission_award(assessment.course_id, assessment.assessment_id),)
    return submission, awards


def next_window(latest: Submission | None, limit: Limit, now: datetime) -> Window:
    """Return the window of attempts with one more in it.

    Raises
    ------
    TooManyRequests
        There is no room for one.
    """
    second = int(now.timestamp())
    window = latest.window if latest is not None else None
    if window is None or not window.is_open(second):
        window = Window(0, second + limit.seconds)
    if window.count >= limit.quota:
        note_usage(limit, window.count, window.closes_at, second)
        raise limit.exceeded(window.closes_at - second)
    note_usage(limit, window.count + 1, window.closes_at, second)
    return Window(window.count + 1, window.closes_at)


def graded(
    submission: Submission, grade: Grade | None, feedback: str | None, grader_id: str, now: datetime
) -> Submission:
    """Return the submission with this grade, or reopened by None; the same one when nothing changes."""
    if submission.grade == grade and submission.feedback == feedback:
        return submission
    return replace(
        submission,
        grade=grade,
        feedback=feedback,
        graded_at=None if grade is None else now,
        graded_by=None if grade is None else grader_id,
        revision=submission.revision + 1,
    )


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """An assessment as a reader sees it, with their own latest attempt."""

    assessment: Assessment
    instructions: str
    submission: Submission | None


@dataclass(frozen=True, slots=True)
class Desk:
    """One learner at one assessment: all that a change depends on; None for each part that does not exist.

    `totals` and `standing` are the learner's, where a change depends on them.
    """

    course: Course | None
    assessment: Assessment | None
    enrollment: Enrollment | None
    latest: Submission | None
    totals: Totals | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class SubmissionChange:
    """A submission as it is to be, what follows for its learner's points, and what the audit trail says of it.

    `at` is the moment of a grading; an attempt has its own.
    """

    submission: Submission
    awards: tuple[Award, ...]
    entry: AuditEntry | None = None
    at: datetime | None = None
