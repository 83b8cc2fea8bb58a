"""A repeated request is answered, not carried out once more; a grade goes to the attempt that it is for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.domain.limits import SUBMISSIONS
from peerlearn.persistence import keys
from peerlearn.snapshots import forget_providers
from tests.functional.assessments.conftest import LINK, Classroom, post
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def make_due(room: Classroom, *, allow_late: bool = False) -> None:
    due_at = utc_now() - timedelta(hours=1)
    room.learning.add_assessment(room.course, assessment_id=room.assessment, due_at=due_at, allow_late=allow_late)


def stored(room: Classroom) -> list[dict[str, Any]]:
    return room.learning.work(room.learner.user_id)


@pytest.fixture(params=["a link", "a file"])
def url(request: pytest.FixtureRequest, room: Classroom, bucket: S3Client) -> str:
    """Return the body of a submission."""
    if request.param == "a link":
        return LINK
    form = room.upload().body["data"]["upload"]
    post(bucket, form)
    address: str = form["submissionUrl"]
    return address


@pytest.mark.parametrize("allow_late", [False, True])
def test_a_repeat_after_the_due_date_is_the_attempt_that_was_in_time(
    room: Classroom,
    url: str,
    allow_late: bool,  # noqa: FBT001 (a parameter)
) -> None:
    first = room.submit(url)
    make_due(room, allow_late=allow_late)
    before = stored(room)
    again = room.submit(url)
    assert (again.status, again.body["data"]) == (201, first.body["data"])
    assert again.body["data"]["submission"]["late"] is False
    assert stored(room) == before


def test_a_repeat_after_the_grade_is_the_graded_attempt(room: Classroom, url: str) -> None:
    room.submit(url)
    graded = room.grade(9.5)
    before = stored(room)
    again = room.submit(url)
    assert (again.status, again.body["data"]) == (201, graded.body["data"])
    assert stored(room) == before
    assert room.submit(f"{LINK}/other").code == "SUBMISSION_ALREADY_GRADED"


def test_a_repeat_is_no_attempt_of_the_limit(room: Classroom, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS", f"{SUBMISSIONS}=1/3600")
    forget_providers()
    assert [room.submit(url).status for _ in range(4)] == [201] * 4
    assert room.submit(f"{LINK}/other").status == 429


def test_another_version_or_address_is_another_attempt(room: Classroom, bucket: S3Client) -> None:
    form = room.upload().body["data"]["upload"]
    post(bucket, form)
    urls = [form["submissionUrl"], form["submissionUrl"], LINK, LINK, f"{LINK}/other", LINK]
    attempts = [room.submit(url).body["data"]["submission"]["attempt"] for url in urls]
    assert attempts == [1, 1, 2, 2, 3, 4]
    post(bucket, form, b"%PDF-1.7 corrected")
    assert room.submit(form["submissionUrl"]).body["data"]["submission"]["attempt"] == 5
    assert room.points() == 20
    room.learning.check(room.learner.user_id)


def test_a_repeat_by_somebody_who_has_left_is_refused(room: Classroom, url: str) -> None:
    room.submit(url)
    room.learning.drop(room.learner.user_id, room.course)
    assert room.submit(url).code == "NOT_ENROLLED"


# -- grading ----------------------------------------------------------------------------------------------------------


def test_a_grade_for_an_attempt_that_another_one_followed_changes_nothing(room: Classroom) -> None:
    room.submit()
    latest = room.submit(f"{LINK}/second").body["data"]["submission"]
    before = stored(room)
    for attempt in (1, 3):
        refused = room.grade(9, attempt=attempt)
        assert (refused.status, refused.code) == (409, "CONFLICT")
        assert refused.body["details"] == {"attempt": 2, "submission": latest}
    assert stored(room) == before
    graded = room.grade(9, attempt=2)
    assert (graded.status, graded.body["data"]["submission"]["attempt"]) == (200, 2)


def test_the_same_grading_again_answers_what_it_did(room: Classroom, administrator: Person) -> None:
    room.submit()
    first = room.grade(9.5, attempt=1, feedback="Well.")
    before = stored(room)
    for grade in (9.5, 9.50):
        again = room.grade(grade, attempt=1, feedback="Well.")
        assert (again.status, again.body["data"]) == (200, first.body["data"])
    assert stored(room) == before
    target = f"{room.assessment}/{room.learner.user_id}"
    audit = room.call("list_audit", token=administrator.token, query={"target": target}).body["data"]["entries"]
    assert [entry["details"] for entry in audit] == [{"grade": 9.5, "attempt": 1, "was": None}]


@pytest.mark.parametrize("attempt", [0, -1, 1.5, "1", True, 10**30, []])
def test_an_attempt_is_a_whole_number_from_one(room: Classroom, attempt: Any) -> None:
    room.submit()
    answer = room.grade(9, attempt=attempt)
    assert answer.status == (409 if attempt == 10**30 else 422)
    assert room.grade(9, attempt=1.0).status == 200


@pytest.mark.parametrize(
    ("grade", "shown"),
    [(10, 10), (10.0, 10), (9.5, 9.5), (9.55, 9.55), (0.07, 0.07), (0, 0), (4.35, 4.35), (9.99, 9.99)],
)
def test_a_grade_is_stored_exactly_and_shown_as_written(room: Classroom, grade: float, shown: float) -> None:
    room.submit()
    answer = room.grade(grade)
    assert answer.status == 200
    returned = answer.body["data"]["submission"]["grade"]
    assert repr(returned) == repr(shown)
    (item,) = room.learning.items(room.learner.user_id, keys.SUBMISSION_PREFIX)
    assert item["grade"] == Decimal(repr(shown))
    read = room.call("get_assessment", token=room.learner.token, path={"assessmentId": room.assessment})
    assert repr(read.body["data"]["submission"]["grade"]) == repr(shown)


@pytest.mark.parametrize(
    ("grade", "status"),
    [
        ("9.555", 422),
        ("10.01", 422),
        ("-0.01", 422),
        ('"9"', 422),
        ("true", 422),
        ("[9]", 422),
        ("1e-300", 422),
        ("1e400", 422),
        ("-1e400", 422),
        ("1e300", 422),
        ("NaN", 400),
        ("Infinity", 400),
        ("1e1", 200),
        ("9.500", 200),
        ("-0", 200),
    ],
)
def test_malformed_grade_is_refused(room: Classroom, grade: str, status: int) -> None:
    room.submit()
    path = {"assessmentId": room.assessment, "learnerId": room.learner.user_id}
    answer = room.call("grade", token=room.tutor.token, path=path, body=f'{{"grade": {grade}}}')
    assert answer.status == status, answer.body
    assert len(room.learning.items(room.learner.user_id, keys.SUBMISSION_PREFIX)) == 1


def test_ninety_percent_of_a_fraction_earns_points_and_a_hundredth_less_does_not(room: Classroom) -> None:
    room.learning.add_assessment(room.course, assessment_id=room.assessment, max_grade=3)
    room.submit()
    points = []
    for grade in (2.69, 2.7, 2.69, 3.0):
        assert room.grade(grade).status == 200
        points.append(room.points())
    assert points == [20, 50, 20, 50]
    room.learning.check(room.learner.user_id)
