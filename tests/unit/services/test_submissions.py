"""Handing in a file: nothing in the bucket is touched for work that is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from peerlearn.domain.assessments import Assessment
from peerlearn.domain.errors import SubmissionAlreadyGraded, SubmissionClosed
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.points import Totals
from peerlearn.domain.standing import Admission
from peerlearn.domain.submissions import Desk, StoredFile, Submission, SubmissionChange
from peerlearn.domain.uploads import UploadedObject
from peerlearn.domain.users import Principal, Role
from peerlearn.services.submissions import SubmissionService
from tests.fakes.clock import START, FakeClock
from tests.fakes.progress import course, enrollment
from tests.fakes.uploads import NoBucket

ADA = Principal("usr_1", Role.LEARNER, "sid_1")
KEY = "uploads/usr_1/asm_1/upl_1/essay.pdf"
URL = f"https://{NoBucket.bucket}.s3.amazonaws.com/{KEY}"
OPEN = Assessment("asm_1", "crs_1", "Essay", 10, START + timedelta(hours=1), allow_late=False, created_at=START)
EARLIER = Submission("asm_1", "crs_1", "usr_1", 1, "https://github.com/ada/old", START, late=False)


class FakeBucket(NoBucket):
    """With one file, which it notes to be kept."""

    def __init__(self) -> None:
        self.kept: list[StoredFile] = []

    def find(self, key: str) -> UploadedObject | None:
        return UploadedObject(key, 8, "application/pdf", "v1", b"%PDF-1.7", "essay.pdf")

    def keep(self, file: StoredFile) -> bool:
        self.kept.append(file)
        return True


class FakeDesk:
    """One learner at one assessment."""

    def __init__(self, assessment: Assessment, latest: Submission | None = None) -> None:
        self._desk = Desk(course(), assessment, enrollment(), latest, Totals("usr_1"))
        self.handed_in: list[Submission] = []

    def desk(self, learner_id: str, assessment_id: str) -> Desk:
        return self._desk

    own_desk = desk

    def hand_in(self, desk: Desk, change: SubmissionChange, token: str, admission: Admission | None = None) -> None:
        self.handed_in.append(change.submission)

    def desk_with_instructions(self, learner_id: str, assessment_id: str) -> tuple[Desk, str]:
        raise NotImplementedError

    def add(self, assessment: Assessment, instructions: str, tutor_id: str | None, token: str) -> None:
        raise NotImplementedError

    def grade(self, desk: Desk, change: SubmissionChange, token: str) -> None:
        raise NotImplementedError

    def course_and_total(self, assessment_id: str) -> tuple[None, None, int]:
        raise NotImplementedError

    def of_assessment(self, assessment_id: str, wanted: PageRequest, total: int) -> PageResult[Submission]:
        raise NotImplementedError

    def of_learner(self, learner_id: str, wanted: PageRequest) -> PageResult[Submission]:
        raise NotImplementedError


def test_file_in_time_is_kept_and_handed_in() -> None:
    bucket, desk = FakeBucket(), FakeDesk(OPEN)
    submission = SubmissionService(desk, bucket, FakeClock()).submit(ADA, "asm_1", URL)
    assert bucket.kept == [submission.file]
    assert desk.handed_in == [submission]


@pytest.mark.parametrize(
    ("assessment", "latest", "refusal"),
    [
        (replace(OPEN, due_at=START - timedelta(hours=1)), None, SubmissionClosed),
        (OPEN, replace(EARLIER, grade=8, revision=1), SubmissionAlreadyGraded),
    ],
)
def test_refused_file_is_left_to_expire(
    assessment: Assessment, latest: Submission | None, refusal: type[Exception]
) -> None:
    bucket, desk = FakeBucket(), FakeDesk(assessment, latest)
    with pytest.raises(refusal):
        SubmissionService(desk, bucket, FakeClock()).submit(ADA, "asm_1", URL)
    assert (bucket.kept, desk.handed_in) == ([], [])
