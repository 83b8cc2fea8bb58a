"""Assessments, attempts and grades."""

from __future__ import annotations

from peerlearn.domain.assessment_changes import Extension
from peerlearn.domain.assessments import Assessment
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.grades import exact_grade
from peerlearn.domain.limits import Window
from peerlearn.domain.submissions import StoredFile, Submission
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, Item, LastChange, stored_time
from peerlearn.persistence.items.own_records import OwnKind, own_record_item


def assessment_item(assessment: Assessment) -> Item:
    item = {
        **keys.assessment(assessment.course_id, assessment.assessment_id).as_item(),
        "entity": Entity.ASSESSMENT.value,
        "assessmentId": assessment.assessment_id,
        "courseId": assessment.course_id,
        "title": assessment.title,
        "maxGrade": assessment.max_grade,
        "allowLate": assessment.allow_late,
        "createdAt": to_rfc3339(assessment.created_at),
    }
    # the first version, and no grade, are said by nothing
    if assessment.version > 1:
        item["version"] = assessment.version
    if assessment.has_grades:
        item["hasGrades"] = True
    if assessment.due_at is not None:
        item["dueAt"] = to_rfc3339(assessment.due_at)
    return item


def assessment_of(item: Item) -> Assessment:
    return Assessment(
        assessment_id=item["assessmentId"],
        course_id=item["courseId"],
        title=item["title"],
        max_grade=int(item["maxGrade"]),
        due_at=stored_time(item, "dueAt"),
        allow_late=bool(item["allowLate"]),
        created_at=from_rfc3339(item["createdAt"]),
        version=int(item.get("version", 1)),
        has_grades=bool(item.get("hasGrades", False)),
    )


def extension_item(extension: Extension) -> Item:
    """Return the item of a later due date, which belongs to its learner."""
    fields = {"assessmentId": extension.assessment_id, "dueAt": to_rfc3339(extension.due_at)}
    return own_record_item(extension.learner_id, OwnKind.EXTENSION, extension.assessment_id, fields)


def instructions_item(course_id: str, assessment_id: str, text: str) -> Item:
    return {
        **keys.instructions(course_id, assessment_id).as_item(),
        "entity": Entity.INSTRUCTIONS.value,
        "assessmentId": assessment_id,
        "text": text,
    }


def instructions_of(item: Item | None, assessment: Item) -> str:
    """Return an assessment's instructions; releases before 1.0 kept them in the assessment's own item."""
    return str(item["text"]) if item is not None else str(assessment.get("instructions", ""))


def submission_item(submission: Submission, *, past: bool = False) -> Item:
    """Return the item of the latest attempt, or of one that another has followed."""
    learner, assessment = submission.learner_id, submission.assessment_id
    submitted_at = to_rfc3339(submission.submitted_at)
    key = keys.past_attempt(learner, assessment, submission.attempt) if past else keys.submission(learner, assessment)
    item = {
        **key.as_item(),
        "GSI1PK": index_keys.assessment_submissions_partition(assessment),
        "GSI1SK": f"{submitted_at}#{learner}#{submission.attempt:06d}",
        "entity": (Entity.PAST_ATTEMPT if past else Entity.SUBMISSION).value,
        "submissionId": submission.submission_id,
        "assessmentId": assessment,
        "courseId": submission.course_id,
        "learnerId": learner,
        "attempt": submission.attempt,
        "submissionUrl": submission.submission_url,
        "submittedAt": submitted_at,
        "late": submission.late,
        "revision": submission.revision,
        LAST_CHANGE: LastChange.HANDED_IN.value,
    }
    if submission.file:
        item["fileKey"] = submission.file.key
        item["fileVersion"] = submission.file.version_id
        item["fileName"] = submission.file.name
    if submission.window:
        item |= {"windowCount": submission.window.count, "windowClosesAt": submission.window.closes_at}
    return item | _grading(submission)


def submission_of(item: Item) -> Submission:
    """Return the attempt of an item, be it the latest or a past one."""
    return Submission(
        assessment_id=item["assessmentId"],
        course_id=item["courseId"],
        learner_id=item["learnerId"],
        attempt=int(item["attempt"]),
        submission_url=item["submissionUrl"],
        submitted_at=from_rfc3339(item["submittedAt"]),
        late=bool(item["late"]),
        file=_file_of(item),
        grade=exact_grade(item["grade"]) if "grade" in item else None,
        feedback=item.get("feedback"),
        graded_at=stored_time(item, "gradedAt"),
        graded_by=item.get("gradedBy"),
        revision=int(item["revision"]),
        window=Window(int(item["windowCount"]), int(item["windowClosesAt"])) if "windowCount" in item else None,
    )


def _file_of(item: Item) -> StoredFile | None:
    return StoredFile.of(item["fileKey"], item["fileVersion"], item.get("fileName")) if "fileKey" in item else None


def past_grade_item(submission: Submission) -> Item:
    """Return the item of a grading that a correction replaces; one that reopened the submission has no grade."""
    return {
        **keys.past_grade(submission.learner_id, submission.assessment_id, submission.revision).as_item(),
        "entity": Entity.PAST_GRADE.value,
        "learnerId": submission.learner_id,
        "assessmentId": submission.assessment_id,
        "attempt": submission.attempt,
        "revision": submission.revision,
    } | _grading(submission)


def _grading(submission: Submission) -> Item:
    item: Item = {} if submission.feedback is None else {"feedback": submission.feedback}
    if submission.grade is None or submission.graded_at is None:
        return item
    return item | {
        "grade": submission.grade,
        "gradedAt": to_rfc3339(submission.graded_at),
        "gradedBy": submission.graded_by,
        LAST_CHANGE: LastChange.GRADED.value,
    }
