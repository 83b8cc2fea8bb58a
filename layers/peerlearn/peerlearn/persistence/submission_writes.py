"""Writes of a submission: an attempt or a grading, with the points that it earns."""

from __future__ import annotations

from dataclasses import replace

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.points import Totals
from peerlearn.domain.submissions import Submission, SubmissionChange
from peerlearn.persistence import keys
from peerlearn.persistence.counters import adding
from peerlearn.persistence.guards import holds_seat
from peerlearn.persistence.items.assessments import past_grade_item, submission_item
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.ledger import crediting, posting
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.recording import recording
from peerlearn.persistence.writes import Write, put, setting

_IS_NEW = "attribute_not_exists(PK)"
# attempt 1 --> attempt 2 ..., ungraded --> revision 1 --> 2 ...: the item is still the one that was read.
_SAME_SUBMISSION = "#attempt = :attempt AND #revision = :revision"


def handing_in(
    enrollment: Enrollment, before: Submission | None, change: SubmissionChange, totals: Totals, token: str
) -> list[Write]:
    """Return the writes of an attempt with what it earns; the one before it becomes a past one."""
    submission = change.submission
    after, entries = totals.awarded(change.awards, submission.submitted_at)
    writes = [
        _storing(before, submission, token),
        _counting(submission),
        *posting(totals, replace(after, submissions=after.submissions + 1), entries, token),
    ]
    if before is not None:
        # Once: the latest attempt is followed but once.
        writes.append(put(submission_item(before, past=True) | {WRITTEN_BY: token}))
    # active, completed -> may hand in;  dropped or waitlisted since it was read -> may not
    if change.awards:
        first = submission.assessment_id if before is None else None
        writes.append(crediting(enrollment, change.awards, token, while_seated=True, handed_in=first))
    else:
        writes.append(holds_seat(enrollment.learner_id, enrollment.course_id))
    return writes


def grading(
    enrollment: Enrollment | None, before: Submission, change: SubmissionChange, totals: Totals, token: str
) -> list[Write]:
    """Return the writes of a grading with what it earns; the one that it replaces is kept."""
    submission = change.submission
    writes = [_storing(before, submission, token)]
    if before.revision:
        # Once: a revision is followed but once.
        writes.append(put(past_grade_item(before) | {WRITTEN_BY: token}))
    if change.awards and enrollment is not None and change.at is not None:
        after, entries = totals.awarded(change.awards, change.at)
        writes += [*posting(totals, after, entries, token), crediting(enrollment, change.awards, token)]
    if change.entry is not None:
        writes.append(recording(change.entry))
    return writes


def noting_grades(assessment: Assessment) -> Write:
    """Return the write that the first grade of an assessment makes: from then on its highest grade stays."""
    # the highest grade that was read -> fixed;  another one meanwhile -> refused
    is_as_read = "#most = :most"
    return setting(
        keys.assessment(assessment.course_id, assessment.assessment_id),
        {"hasGrades": True},
        condition=is_as_read,
        names={"#most": "maxGrade"},
        values={":most": assessment.max_grade},
    )


def _storing(before: Submission | None, after: Submission, token: str) -> Write:
    item = submission_item(after) | {WRITTEN_BY: token}
    if before is None:
        return put(item, condition=_IS_NEW)
    return put(
        item,
        condition=_SAME_SUBMISSION,
        names={"#attempt": "attempt", "#revision": "revision"},
        values={":attempt": before.attempt, ":revision": before.revision},
    )


def _counting(submission: Submission) -> Write:
    # Guarded by the submission's own condition in the same transaction.
    counter = keys.submission_counter(submission.assessment_id, submission.learner_id)
    # open -> one more;  closed, with its assessment deleted -> refused
    is_open = "attribute_not_exists(#closed)"
    return adding(counter, Entity.SUBMISSION_COUNTER, 1, condition=is_open, names={"#closed": "closed"})
