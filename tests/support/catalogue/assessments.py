"""Rows of the context `assessments`, and of the audit trail, which tells of gradings."""

from __future__ import annotations

from tests.support.bodies import FILE, HANDED_IN, LINK
from tests.support.catalogue.callers import (
    ADMINISTRATORS,
    CALLERS,
    MEMBERS,
    MEMBERS_AND_AUTHORS,
    OWN_AUTHORS,
    STRANGERS,
    besides,
)
from tests.support.catalogue.rows import Scene, at, endpoint, on, use
from tests.support.tour import Tour

_NEW = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 10}
_MATE = {"title": "Mate in three", "instructions": "Five positions.", "maxGrade": 10}


def _url(name: str) -> object:
    def body(scene: Scene) -> dict[str, str]:
        return {"submissionUrl": scene.ids[f"{name} url"]}

    return body


def _create_assessment(tour: Tour) -> None:
    answer = tour.step("create_assessment", tour.person("tutor"), path=tour.at("common"), body=_NEW)
    # one for all: it is handed in and graded as the tour goes on
    for name in ("task", "handed in", "uploaded"):
        tour.ids[name] = answer.body["data"]["assessment"]["assessmentId"]


def _update_assessment(tour: Tour) -> None:
    tutor, due = tour.person("tutor"), {**_MATE, "dueAt": "2030-01-01T10:00:00Z"}
    answer = tour.call("create_assessment", tutor, path=tour.at("common"), body=due)
    tour.ids["untouched"] = answer.body["data"]["assessment"]["assessmentId"]
    tour.step("update_assessment", tutor, path=tour.on("untouched"), body={"dueAt": "2030-02-01T10:00:00Z"})


def _extend_deadline(tour: Tour) -> None:
    path = tour.on("untouched", "ada")
    tour.step("extend_deadline", tour.person("tutor"), path=path, body={"dueAt": "2031-01-01T10:00:00Z"})


def _delete_assessment(tour: Tour) -> None:
    tour.step("delete_assessment", tour.person("tutor"), path=tour.on("untouched"), body=None)


def _submit(tour: Tour) -> None:
    tour.step("submit", tour.person("ada"), path=tour.on("task"), body=HANDED_IN)


def _create_upload(tour: Tour) -> None:
    ada, path = tour.person("ada"), tour.on("task")
    upload = tour.step("create_upload", ada, path=path, body=FILE).body["data"]["upload"]
    tour.step("submit", ada, label="submit (upload)", path=path, body={"submissionUrl": upload["submissionUrl"]})


def _grade(tour: Tour) -> None:
    body = {"grade": 9, "feedback": "Well seen."}
    tour.step("grade", tour.person("tutor"), path=tour.on("handed in", "ada"), body=body)


def _list_audit(tour: Tour) -> None:
    admin, path = tour.person("auditor"), tour.on("handed in", "ada")
    # Five: of more it depends on chance whether those that are read of one shard are over 4 KB, which is a unit more.
    tour.step("list_audit", admin, query={"limit": "5"})
    target = "{assessmentId}/{learnerId}".format(**path)
    tour.step("list_audit", admin, label="list_audit (target)", query={"target": target})


ROWS = (
    endpoint(
        "create_assessment",
        "POST /v1/courses/{courseId}/assessments",
        OWN_AUTHORS,
        use("201", "tutor", path=at("common"), body=_MATE),
        tour=_create_assessment,
    ),
    endpoint(
        "update_assessment",
        "PATCH /v1/assessments/{assessmentId}",
        OWN_AUTHORS,
        use("200", "tutor", path=on("untouched"), body={"title": "Mate in one", "dueAt": "2031-01-01T10:00:00Z"}),
        use("200", "tutor", "instructions", path=on("graded"), body={"instructions": "Six positions."}),
        use("409 CONFLICT", "tutor", "graded", path=on("graded"), body={"maxGrade": 20}),
        tour=_update_assessment,
    ),
    endpoint(
        "extend_deadline",
        "PUT /v1/assessments/{assessmentId}/extensions/{learnerId}",
        OWN_AUTHORS,
        use("200", "tutor", path=on("untouched", "ada"), body={"dueAt": "2031-01-01T10:00:00Z"}),
        tour=_extend_deadline,
    ),
    endpoint(
        "delete_assessment",
        "DELETE /v1/assessments/{assessmentId}",
        OWN_AUTHORS,
        use("204", "tutor", path=on("untouched"), body=None),
        use("409 CONFLICT", "tutor", "handed in", path=on("handed in"), body=None),
        tour=_delete_assessment,
    ),
    endpoint(
        "get_assessment",
        "GET /v1/assessments/{assessmentId}",
        MEMBERS_AND_AUTHORS,
        use("200", "ada", path=on("task")),
    ),
    endpoint(
        "get_statistics",
        "GET /v1/assessments/{assessmentId}/statistics",
        # members from five grades on
        besides(MEMBERS_AND_AUTHORS, "FORBIDDEN", "enrolled", "other"),
        use("200", "tutor", path=on("task")),
    ),
    endpoint(
        "submit",
        "POST /v1/assessments/{assessmentId}/submit",
        MEMBERS,
        use("201", "ada", path=on("task"), body=LINK),
        use("201", "ada", "again", path=on("handed in"), body=LINK),
        use("201", "ada", "upload", path=on("task"), body=_url("task")),
        use("201", "ada", "repeated", path=on("graded"), body=HANDED_IN),
        use("201", "ada", "repeated upload", path=on("uploaded"), body=_url("uploaded")),
        tour=_submit,
    ),
    endpoint(
        "create_upload",
        "POST /v1/assessments/{assessmentId}/upload",
        MEMBERS,
        use("201", "ada", path=on("task"), body=FILE),
        tour=_create_upload,
    ),
    endpoint("list_my_submissions", "GET /v1/learner/me/submissions", CALLERS, use("200", "ada", query={})),
    endpoint(
        "list_submissions",
        "GET /v1/assessments/{assessmentId}/submissions",
        OWN_AUTHORS,
        use("200", "tutor", path=on("handed in"), query={}),
    ),
    endpoint(
        "download",
        "GET /v1/assessments/{assessmentId}/submissions/{learnerId}/download",
        besides(CALLERS, "FORBIDDEN", *STRANGERS, "other"),
        use("200", "tutor", path=on("uploaded", "ada")),
    ),
    endpoint(
        "grade",
        "PATCH /v1/assessments/{assessmentId}/submissions/{learnerId}",
        OWN_AUTHORS,
        use("200", "tutor", path=on("handed in", "ada"), body={"grade": 10, "feedback": "Well."}),
        use("200", "tutor", "repeated", path=on("graded", "ada"), body={"grade": 10.0, "attempt": 1}),
        use("409 CONFLICT", "tutor", "superseded", path=on("graded", "ada"), body={"grade": 9, "attempt": 2}),
        use("200", "tutor", "corrected", path=on("graded", "ada"), body={"grade": 4}),
        use("200", "tutor", "reopened", path=on("graded", "ada"), body={"grade": None}),
        tour=_grade,
    ),
    endpoint("list_audit", "GET /v1/audit", ADMINISTRATORS, use("200", "admin", query={}), tour=_list_audit),
)
