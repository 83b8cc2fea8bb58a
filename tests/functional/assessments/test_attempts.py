"""Attempts: handing in work, repeats, due dates, and the lists of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import utc_now
from peerlearn.persistence import keys
from tests.functional.assessments.conftest import BUCKET, LINK, Call, Classroom
from tests.support.people import People

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_attempts_are_kept_and_the_first_earns_points_once(call: Call, room: Classroom) -> None:
    first = room.submit("https://github.com/ada/one")
    assert first.status == 201
    submission = first.body["data"]["submission"]
    assert submission == {
        "submissionId": submission["submissionId"],
        "assessmentId": room.assessment,
        "learnerId": room.learner.user_id,
        "attempt": 1,
        "submissionUrl": "https://github.com/ada/one",
        "fileName": None,
        "submittedAt": submission["submittedAt"],
        "late": False,
        "grade": None,
        "feedback": None,
        "gradedAt": None,
    }
    second = room.submit("https://github.com/ada/two").body["data"]["submission"]
    assert second["attempt"] == 2
    assert room.points() == 20
    shown = call("get_assessment", token=room.learner.token, path={"assessmentId": room.assessment}).body["data"]
    assert shown["submission"] == second
    mine = call("list_my_submissions", token=room.learner.token).body
    assert mine["data"]["submissions"] == [second, submission]
    assert mine["metadata"] == {"page": 1, "limit": 10, "total": 2}
    room.learning.check(room.learner.user_id)


def test_repeat_of_what_was_handed_in_is_answered_as_before(room: Classroom) -> None:
    first = room.submit()
    again = room.submit()
    assert (again.status, again.body["data"]) == (201, first.body["data"])
    assert room.submit("https://github.com/ada/other").body["data"]["submission"]["attempt"] == 2
    # The attempt that was the latest is not the latest now.
    assert room.submit().body["data"]["submission"]["attempt"] == 3


@pytest.mark.parametrize("allow_late", [False, True])
def test_repeat_after_the_due_time_is_neither_late_nor_refused(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, *, allow_late: bool
) -> None:
    due = room.learning.due(room.course, utc_now() + timedelta(minutes=5), allow_late=allow_late)
    first = room.submit(assessment=due)
    monkeypatch.setattr("peerlearn.domain.assessments.Assessment.is_past_due", lambda *_: True)
    again = room.submit(assessment=due)
    assert (again.status, again.body["data"]) == (201, first.body["data"])
    other = room.submit("https://github.com/ada/other", assessment=due)
    assert other.code == ("None" if allow_late else "SUBMISSION_CLOSED")


def test_repeat_of_what_is_graded_is_answered_with_its_grade(room: Classroom) -> None:
    room.submit()
    room.grade(7)
    again = room.submit()
    assert (again.status, again.body["data"]["submission"]["grade"]) == (201, 7)
    assert room.submit("https://github.com/ada/other").code == "SUBMISSION_ALREADY_GRADED"


def test_another_version_of_the_same_file_is_another_attempt(room: Classroom, bucket: S3Client) -> None:
    url = room.upload().body["data"]["upload"]["submissionUrl"]
    key = url.partition(".amazonaws.com/")[2]
    for content, attempt in ((b"%PDF-1.7 1", 1), (b"", 1), (b"%PDF-1.7 2", 2)):
        if content:
            bucket.put_object(Bucket=BUCKET, Key=key, Body=content, ContentType="application/pdf")
        assert room.submit(url).body["data"]["submission"]["attempt"] == attempt


def test_grade_names_the_attempt_that_was_read(room: Classroom) -> None:
    room.submit()
    latest = room.submit("https://github.com/ada/two").body["data"]["submission"]
    refused = room.grade(7, attempt=1)
    assert (refused.status, refused.code) == (409, "CONFLICT")
    assert (refused.body["details"]["attempt"], refused.body["details"]["submission"]) == (2, latest)
    assert room.grade(7, attempt=2).body["data"]["submission"]["grade"] == 7
    assert room.grade(7, attempt=2).status == 200


@pytest.mark.parametrize(
    ("written", "status"), [("10.0", 200), ("1e1", 200), ("9.555", 422), ("1e400", 422), ("true", 422)]
)
def test_whole_number_is_taken_however_it_is_spelled(call: Call, room: Classroom, written: str, status: int) -> None:
    room.submit()
    path = {"assessmentId": room.assessment, "learnerId": room.learner.user_id}
    answer = call("grade", token=room.tutor.token, path=path, body=f'{{"grade": {written}}}')
    assert answer.status == status
    if status == 200:
        assert answer.text.count('"grade":10,') == 1


def test_the_tutor_sees_every_attempt_in_pages(call: Call, room: Classroom, people: People) -> None:
    members = [people.add() for _ in range(4)]
    for person in members:
        room.learning.enroll(person.user_id, room.course)
        room.submit(person=person)
    room.submit("https://github.com/ada/again", person=members[0])
    path = {"assessmentId": room.assessment}
    seen: list[tuple[str, int]] = []
    cursor: dict[str, str] = {}
    for page in (1, 2, 3):
        body = call("list_submissions", token=room.tutor.token, path=path, query={"limit": "2", **cursor}).body
        assert body["metadata"]["total"] == 5
        by_number = call(
            "list_submissions", token=room.tutor.token, path=path, query={"limit": "2", "page": str(page)}
        ).body
        assert by_number["data"] == body["data"]
        seen += [(one["learnerId"], one["attempt"]) for one in body["data"]["submissions"]]
        cursor = {"cursor": body["metadata"].get("next")}
    assert cursor == {"cursor": None}
    newest_first = [(members[0].user_id, 2), *((person.user_id, 1) for person in reversed(members))]
    assert seen == newest_first
    for person in (members[0], people.add(room.tutor.user.role)):
        assert call("list_submissions", token=person.token, path=path).code == "FORBIDDEN"
    elsewhere = room.learning.add_assessment(room.course)
    first = call("list_submissions", token=room.tutor.token, path=path, query={"limit": "2"}).body["metadata"]["next"]
    foreign = call(
        "list_submissions", token=room.tutor.token, path={"assessmentId": elsewhere}, query={"cursor": first}
    )
    assert foreign.status == 422


def test_due_dates_go_by_the_servers_clock(room: Classroom) -> None:
    past, future = utc_now() - timedelta(seconds=1), utc_now() + timedelta(minutes=5)
    closed = room.learning.due(room.course, past)
    assert room.submit(assessment=closed).code == "SUBMISSION_CLOSED"
    assert room.upload(assessment=closed).code == "SUBMISSION_CLOSED"
    late = room.submit(assessment=room.learning.due(room.course, past, allow_late=True))
    assert late.body["data"]["submission"]["late"] is True
    early = room.submit(assessment=room.learning.due(room.course, future))
    assert early.body["data"]["submission"]["late"] is False


def test_stranger_hands_in_nothing(room: Classroom, people: People) -> None:
    outsider, former = people.add(), people.add()
    room.learning.enroll(former.user_id, room.course)
    room.learning.drop(former.user_id, room.course)
    for person in (outsider, former, room.tutor):
        for answer in (room.submit(person=person), room.upload(person=person)):
            assert (answer.status, answer.code) == (403, "NOT_ENROLLED")
    assert room.submit(assessment="asm_none").code == "ASSESSMENT_NOT_FOUND"
    assert room.upload(assessment="asm_none").code == "ASSESSMENT_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"submissionUrl": ""},
        {"submissionUrl": 1},
        {"submissionUrl": "http://github.com/a"},
        {"submissionUrl": "https://evil.com\\@github.com/a"},
        {"submissionUrl": "https://github.com/" + "a" * 2048},
        {"submissionUrl": LINK, "grade": 10},
    ],
)
def test_wrong_submissions_are_named_and_store_nothing(call: Call, room: Classroom, body: dict[str, Any]) -> None:
    answer = call("submit", token=room.learner.token, path={"assessmentId": room.assessment}, body=body)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert room.learning.items(room.learner.user_id, keys.SUBMISSION_PREFIX) == []
