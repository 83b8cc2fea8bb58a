"""Assessments, submissions, grades and uploads, as clients see them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from peerlearn.domain.clock import from_rfc3339, utc_now
from peerlearn.domain.courses import ASSESSMENTS_MAX
from peerlearn.domain.submissions import FEEDBACK_MAX_LENGTH, Submission
from peerlearn.persistence import keys, writes
from peerlearn.persistence.items.assessments import submission_item
from peerlearn.persistence.items.ledger import totals_item
from peerlearn.persistence.table import Table
from tests.functional.assessments.conftest import BUCKET, LIMIT, LINK, PDF, Call, Classroom, put
from tests.functional.conftest import TABLE
from tests.support.learning import Learning
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# -- setting ----------------------------------------------------------------------------------------------------------

NEW = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 20}


def test_a_tutor_sets_an_assessment_and_members_read_it(call: Call, room: Classroom, learner: Person) -> None:
    due = "2031-02-01T20:00:00+02:00"
    body = NEW | {"dueAt": due, "allowLate": True}
    created = call("create_assessment", token=room.tutor.token, path={"courseId": room.course}, body=body)
    assert created.status == 201
    assessment = created.body["data"]["assessment"]
    assert assessment == {
        "assessmentId": assessment["assessmentId"],
        "courseId": room.course,
        "title": "Mate in two",
        "instructions": "Ten positions.",
        "maxGrade": 20,
        "dueAt": "2031-02-01T18:00:00.000Z",
        "allowLate": True,
    }
    for person in (learner, room.tutor):
        read = call("get_assessment", token=person.token, path={"assessmentId": assessment["assessmentId"]})
        assert read.body["data"] == {"assessment": assessment}


def test_only_the_courses_own_tutor_and_administrators_set_assessments(
    call: Call, room: Classroom, people: People, administrator: Person, learner: Person
) -> None:
    other = people.add(room.tutor.user.role)
    path = {"courseId": room.course}
    assert call("create_assessment", token=learner.token, path=path, body=NEW).code == "FORBIDDEN"
    assert call("create_assessment", token=other.token, path=path, body=NEW).code == "FORBIDDEN"
    assert call("create_assessment", token=administrator.token, path=path, body=NEW).status == 201
    missing = call("create_assessment", token=room.tutor.token, path={"courseId": "crs_none"}, body=NEW)
    assert (missing.status, missing.code) == (404, "COURSE_NOT_FOUND")


def test_more_assessments_than_an_answer_holds_are_refused(call: Call, room: Classroom, aws: DynamoDBClient) -> None:
    aws.update_item(
        TableName=TABLE,
        Key={"PK": {"S": keys.course(room.course).pk}, "SK": {"S": keys.course(room.course).sk}},
        UpdateExpression="SET assessmentCount = :count",
        ExpressionAttributeValues={":count": {"N": str(ASSESSMENTS_MAX - 1)}},
    )
    statuses = [
        call("create_assessment", token=room.tutor.token, path={"courseId": room.course}, body=NEW).status
        for _ in range(2)
    ]
    assert statuses == [201, 422]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "t" * 121},
        {"instructions": "i" * 10_001},
        {"maxGrade": 0},
        {"maxGrade": "10"},
        {"maxGrade": 10_001},
        {"maxGrade": 9.5},
        {"dueAt": "2031-02-01T20:00:00"},
        {"dueAt": "soon"},
        {"dueAt": 1},
        {"allowLate": "yes"},
        {"courseId": "crs_other"},
    ],
)
def test_wrong_assessments_are_named(call: Call, room: Classroom, change: dict[str, Any]) -> None:
    path = {"courseId": room.course}
    answer = call("create_assessment", token=room.tutor.token, path=path, body=NEW | change)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [field["field"] for field in answer.body["details"]["fields"]] == list(change)


def test_stranger_reads_no_assessment(call: Call, room: Classroom, people: People) -> None:
    outsider, other_tutor = people.add(), people.add(room.tutor.user.role)
    for person in (outsider, other_tutor):
        answer = call("get_assessment", token=person.token, path={"assessmentId": room.assessment})
        assert (answer.status, answer.code) == (403, "NOT_ENROLLED")
    for unknown in ("asm_1", room.assessment[:-1] + "x", f"asm_{room.course}_{'0' * 24}"):
        answer = call("get_assessment", token=outsider.token, path={"assessmentId": unknown})
        assert (answer.status, answer.code) == (404, "ASSESSMENT_NOT_FOUND")


# -- handing in -------------------------------------------------------------------------------------------------------


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


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_form_is_bound_to_key_type_size_and_time(room: Classroom) -> None:
    answer = room.upload(fileName="Über Schach / Läufer.pdf".replace("/", "-"))
    assert answer.status == 201
    upload = answer.body["data"]["upload"]
    key = upload["fields"]["key"]
    assert key.startswith(f"uploads/{room.learner.user_id}/{room.assessment}/upl_")
    assert key.endswith("/Uber-Schach-Laufer.pdf")
    assert upload["submissionUrl"] == f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{key}"
    policy = json.loads(base64.b64decode(upload["fields"]["policy"]))
    conditions = policy["conditions"]
    assert {"key": key} in conditions
    assert {"bucket": BUCKET} in conditions
    assert {"Content-Type": "application/pdf"} in conditions
    assert ["content-length-range", 10, 10] in conditions
    assert {"tagging": upload["fields"]["tagging"]} in conditions
    assert "<Key>state</Key><Value>pending</Value>" in upload["fields"]["tagging"]
    # every field that is sent is one that is signed
    signed = {name.lower() for condition in conditions if isinstance(condition, dict) for name in condition}
    assert {name.lower() for name in upload["fields"]} - {"policy", "x-amz-signature"} <= signed
    lifetime = from_rfc3339(policy["expiration"]) - utc_now()
    assert lifetime <= timedelta(minutes=15)


def test_no_two_forms_have_the_same_key(room: Classroom) -> None:
    uploads = [room.upload().body["data"]["upload"]["fields"]["key"] for _ in range(2)]
    assert uploads[0] != uploads[1]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"size": 0}, ["size"]),
        ({"size": LIMIT + 1}, ["size"]),
        ({"size": -1}, ["size"]),
        ({"size": "10"}, ["size"]),
        ({"contentType": "text/html"}, ["contentType"]),
        ({"contentType": "image/svg+xml"}, ["contentType"]),
        ({"fileName": "../../etc/passwd"}, ["fileName"]),
        ({"fileName": "a\\b.pdf"}, ["fileName"]),
        ({"fileName": "a\u0000.pdf"}, ["fileName"]),
        ({"fileName": "\u202egpj.exe"}, ["fileName"]),
        ({"fileName": ""}, ["fileName"]),
        ({"fileName": "f" * 256}, ["fileName"]),
        ({"key": "uploads/other"}, ["key"]),
        ({"fileName": "a/b", "contentType": "text/html", "size": 0}, ["fileName", "contentType", "size"]),
    ],
)
def test_wrong_uploads_are_named_all_at_once(room: Classroom, change: dict[str, Any], fields: list[str]) -> None:
    answer = room.upload(**change)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [field["field"] for field in answer.body["details"]["fields"]] == fields


def test_an_uploaded_file_is_handed_in_kept_and_downloaded(room: Classroom, bucket: S3Client, people: People) -> None:
    upload = room.upload().body["data"]["upload"]
    key = upload["fields"]["key"]
    put(bucket, key)
    assert room.submit(upload["submissionUrl"]).status == 201
    assert bucket.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] == [{"Key": "state", "Value": "submitted"}]
    # what is uploaded with the same form later is not what was handed in
    handed_in = bucket.head_object(Bucket=BUCKET, Key=key)["VersionId"]
    put(bucket, key, b"%PDF-another")
    for person in (room.learner, room.tutor):
        url = room.download(person=person).body["data"]["url"]
        assert f"versionId={handed_in}" in url
        assert "response-content-disposition=attachment" in url
        assert "X-Amz-Expires=300" in url
    for person in (people.add(), people.add(room.tutor.user.role)):
        assert room.download(person=person).code == "FORBIDDEN"


def test_foreign_file_is_refused(room: Classroom, bucket: S3Client, people: People) -> None:
    other = people.add()
    room.learning.enroll(other.user_id, room.course)
    foreign = room.upload(person=other).body["data"]["upload"]
    put(bucket, foreign["fields"]["key"])
    elsewhere = room.upload(assessment=room.learning.add_assessment(room.course)).body["data"]["upload"]
    put(bucket, elsewhere["fields"]["key"])
    absent = room.upload().body["data"]["upload"]
    own = room.upload().body["data"]["upload"]
    put(bucket, own["fields"]["key"])
    key = own["fields"]["key"]
    refused = [
        foreign["submissionUrl"],
        elsewhere["submissionUrl"],
        absent["submissionUrl"],
        own["submissionUrl"] + "?versionId=1",
        own["submissionUrl"].replace("essay", "%65ssay"),
        f"https://s3.us-east-1.amazonaws.com/{BUCKET}/{foreign['fields']['key']}",
        f"https://s3.dualstack.us-east-1.amazonaws.com/{BUCKET}/{foreign['fields']['key']}",
        f"https://{BUCKET}.s3.amazonaws.com/template.yaml",
        f"https://{BUCKET}.s3.amazonaws.com/uploads/{room.learner.user_id}/",
    ]
    answers = [room.submit(url) for url in refused]
    assert [(answer.status, answer.code) for answer in answers] == [(422, "VALIDATION_FAILED")] * len(refused)
    assert len({json.dumps(answer.body["details"]) for answer in answers}) == 1
    # the same own file by another of S3's names
    assert room.submit(f"https://s3.us-east-1.amazonaws.com/{BUCKET}/{key}").status == 201


@pytest.mark.parametrize("operation", ["GetObject", "PutObjectTagging"])
def test_bucket_that_refuses_us_is_our_fault_and_no_learners(
    room: Classroom,
    bucket: S3Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    operation: str,
) -> None:
    """A role that lost a permission: every learner would be told that their file is not theirs, and no alarm sounds."""
    upload = room.upload().body["data"]["upload"]
    put(bucket, upload["fields"]["key"])
    clients: Any = BaseClient
    make = clients._make_api_call

    def refusing(client: BaseClient, name: str, request: Any) -> Any:
        if name == operation:
            refusal: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(refusal, name)
        return make(client, name, request)

    monkeypatch.setattr(clients, "_make_api_call", refusing)
    answer = room.submit(upload["submissionUrl"])
    # counted among the API's own 5xx, which have an alarm
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    (line,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert line.exc_info is not None
    assert line.exc_info[0] is ClientError


def test_an_object_that_its_form_would_not_have_let_in(room: Classroom, bucket: S3Client) -> None:
    for body, content_type in (
        (b"", "application/pdf"),
        (PDF + b"x" * LIMIT, "application/pdf"),
        (b"x", "text/html"),
        (b"x", "application/pdf"),
    ):
        upload = room.upload().body["data"]["upload"]
        put(bucket, upload["fields"]["key"], body, content_type)
        assert room.submit(upload["submissionUrl"]).status == 422


def test_there_is_nothing_to_download_of_a_link_or_of_nothing(room: Classroom) -> None:
    assert room.download(person=room.tutor).code == "SUBMISSION_NOT_FOUND"
    room.submit()
    answer = room.download(person=room.tutor)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


# -- grading ----------------------------------------------------------------------------------------------------------


def test_a_grade_is_seen_at_once_and_closes_the_assessment(call: Call, room: Classroom) -> None:
    room.submit()
    answer = room.grade(7, feedback="Look at the rook endings.")
    assert answer.status == 200
    graded = answer.body["data"]["submission"]
    assert (graded["grade"], graded["feedback"], graded["attempt"]) == (7, "Look at the rook endings.", 1)
    assert graded["gradedAt"].endswith("Z")
    path = {"assessmentId": room.assessment}
    assert call("get_assessment", token=room.learner.token, path=path).body["data"]["submission"] == graded
    assert call("list_my_submissions", token=room.learner.token).body["data"]["submissions"] == [graded]
    for refused in (room.submit("https://github.com/ada/late"), room.upload()):
        assert (refused.status, refused.code) == (409, "SUBMISSION_ALREADY_GRADED")
    assert room.points() == 20


def test_corrections_reverse_what_was_earned_and_keep_the_old_grade(call: Call, room: Classroom) -> None:
    room.submit()
    grades = [9, 10, 4, 4, 9]
    points = []
    for grade in grades:
        assert room.grade(grade, feedback="f").status == 200
        points.append(room.points())
        room.learning.check(room.learner.user_id)
    assert points == [50, 50, 20, 20, 50]
    entries = call("list_points", token=room.learner.token).body["data"]["entries"]
    key = f"grade:{room.assessment}"
    assert [(entry["reason"], entry["points"], entry["reference"]) for entry in reversed(entries)] == [
        ("first_submission", 20, f"submission:{room.assessment}"),
        ("excellent_grade", 30, f"{key}:1"),
        ("grade_corrected", -30, f"{key}:2:reversal"),
        ("perfect_grade", 30, f"{key}:2"),
        ("grade_corrected", -30, f"{key}:3:reversal"),
        ("excellent_grade", 30, f"{key}:4"),
    ]
    past = room.learning.items(room.learner.user_id, f"{keys.SUBMISSION_PREFIX}{room.assessment}#GRADE#")
    assert [int(item["grade"]) for item in past] == [9, 10, 4]
    assert {item["gradedBy"] for item in past} == {room.tutor.user_id}


def test_gradings_are_audited_and_a_repeat_is_not(room: Classroom, administrator: Person) -> None:
    room.submit()
    for grade in (9, 9, 4):
        assert room.grade(grade, feedback="f").status == 200
    assert room.grade(11).status == 422
    target = f"{room.assessment}/{room.learner.user_id}"
    answer = room.call("list_audit", token=administrator.token, query={"target": target})
    entries = answer.body["data"]["entries"]
    assert [(entry["action"], entry["details"]) for entry in reversed(entries)] == [
        ("grade.set", {"grade": 9, "attempt": 1, "was": None}),
        ("grade.corrected", {"grade": 4, "attempt": 1, "was": 9}),
    ]
    assert {entry["actor"]["userId"] for entry in entries} == {room.tutor.user_id}


@pytest.mark.parametrize(("grade", "earned"), [(0, 0), (8, 0), (9, 30), (10, 30)])
def test_ninety_percent_earns_points(room: Classroom, grade: int, earned: int) -> None:
    room.submit()
    room.grade(grade)
    assert room.points() == 20 + earned


def test_feedback_left_out_stays_and_null_takes_it_away(room: Classroom) -> None:
    room.submit()
    room.grade(5, feedback="kept")
    assert room.grade(6).body["data"]["submission"]["feedback"] == "kept"
    assert room.grade(6, feedback=None).body["data"]["submission"]["feedback"] is None


def test_stranger_grades_nothing_and_nobody_grades_what_is_not_there(
    room: Classroom, people: People, administrator: Person
) -> None:
    assert room.grade(5).code == "SUBMISSION_NOT_FOUND"
    room.submit()
    for person in (room.learner, people.add(), people.add(room.tutor.user.role)):
        assert room.grade(5, person=person).code == "FORBIDDEN"
    for body in ({"grade": 11}, {"grade": -1}, {"grade": "5"}, {"grade": 5.555}, {}, {"grade": 5, "points": 9}):
        path = {"assessmentId": room.assessment, "learnerId": room.learner.user_id}
        answer = room.call("grade", token=room.tutor.token, path=path, body=body)
        assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert room.grade(5, feedback="f" * 10_001).status == 422
    assert room.grade(5, feedback="ü" * 10_000, person=administrator).status == 200


def test_a_learner_who_left_is_graded_and_credited_still(room: Classroom) -> None:
    room.submit()
    room.learning.drop(room.learner.user_id, room.course)
    assert room.grade(10).status == 200
    assert room.points() == 50
    room.learning.check(room.learner.user_id)


def test_a_list_of_the_longest_feedback_is_walked_to_its_end(
    call: Call, learner: Person, learning: Learning, aws: DynamoDBClient
) -> None:
    """A hundred of them are 12 MB as the runtime writes them, and Lambda passes on 6."""
    feedback = "\N{GRINNING FACE}" * FEEDBACK_MAX_LENGTH
    table, now, count = Table(aws, TABLE), utc_now(), 70
    for attempt in range(1, count + 1):
        at = now - timedelta(minutes=count - attempt)
        one = Submission(f"asm_{attempt}", "crs_1", learner.user_id, attempt, LINK, at, late=False, file=None)
        graded = replace(one, grade=9, feedback=feedback, graded_at=at, graded_by="usr_tutor")
        table.write(writes.put(submission_item(graded, past=True)))
    table.write(writes.put(totals_item(replace(learning.totals(learner.user_id), submissions=count))))
    seen: list[int] = []
    query = {"limit": "100"}
    while True:
        answer = call("list_my_submissions", token=learner.token, query=query)
        assert (answer.status, answer.body["metadata"]["limit"], answer.body["metadata"]["total"]) == (200, 100, count)
        seen += [one["attempt"] for one in answer.body["data"]["submissions"]]
        if "next" not in answer.body["metadata"]:
            break
        query["cursor"] = answer.body["metadata"]["next"]
    assert seen == list(range(count, 0, -1))
