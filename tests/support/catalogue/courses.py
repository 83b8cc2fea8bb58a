"""Rows of the context `courses`, and of the leaderboard of a course."""

from __future__ import annotations

from tests.support.bodies import course_body
from tests.support.catalogue.callers import AUTHORS, EVERYBODY, MEMBERS_AND_AUTHORS, OWN_AUTHORS, VIEWERS, besides
from tests.support.catalogue.rows import at, endpoint, use
from tests.support.tour import Tour


def _create_course(tour: Tour) -> None:
    answer = tour.step("create_course", tour.person("tutor"), body=course_body(title="Openings"))
    tour.ids["common"] = answer.body["data"]["course"]["courseId"]


def _update_course(tour: Tour) -> None:
    tour.step("update_course", tour.person("tutor"), path=tour.at("common"), body={"description": "Shorter."})


def _delete_course(tour: Tour) -> None:
    draft = {"courseId": tour.course(tour.person("tutor"), status="draft")}
    tour.step("delete_course", tour.person("tutor"), path=draft, body=None)


def _list_courses(tour: Tour) -> None:
    for number in range(10):
        tour.course(tour.person("tutor"), title=f"Course {number}")
    tour.step("list_courses", query={})


def _get_course(tour: Tour) -> None:
    tour.step("get_course", path=tour.at("common"))


def _list_roster(tour: Tour) -> None:
    for name in ("ada", "bob"):
        tour.call("enroll", tour.person(name), path=tour.at("common"), body=None)
    tour.step("list_roster", tour.person("tutor"), path=tour.at("common"), query={})


def _leaderboard(tour: Tour) -> None:
    ada, path = tour.person("ada"), tour.at("common")
    tour.step("leaderboard", ada, path=path)
    tour.step("leaderboard", ada, label="leaderboard (around)", path=path, query={"around": "me"})


ROWS = (
    endpoint(
        "create_course",
        "POST /v1/courses",
        AUTHORS,
        use("201", "tutor", later=True, body=course_body(title="Openings")),
        tour=_create_course,
    ),
    endpoint(
        "update_course",
        "PATCH /v1/courses/{courseId}",
        OWN_AUTHORS,
        use("200", "tutor", later=True, path=at("open"), body={"title": "Shut", "capacity": 5}),
        tour=_update_course,
    ),
    endpoint(
        "delete_course",
        "DELETE /v1/courses/{courseId}",
        # a draft: of another's there is none
        besides(AUTHORS, "COURSE_NOT_FOUND", "foreign tutor"),
        use("204", "tutor", path=at("draft"), body=None),
        tour=_delete_course,
    ),
    endpoint(
        "list_courses",
        "GET /v1/courses",
        EVERYBODY,
        use("200", query={}),
        use("200", None, "words", query={"q": "of two words"}),
        use(
            "200",
            None,
            "in another order",
            query={"sort": "title", "available": "true", "startsTo": "2100-01-01T00:00:00Z"},
        ),
        tour=_list_courses,
    ),
    endpoint("list_facets", "GET /v1/courses/facets", EVERYBODY, use("200")),
    endpoint(
        "get_course",
        "GET /v1/courses/{courseId}",
        VIEWERS,
        use("200", path=at("common")),
        use("200", "ada", "member", path=at("common")),
        tour=_get_course,
    ),
    endpoint(
        "list_roster",
        "GET /v1/courses/{courseId}/enrollments",
        OWN_AUTHORS,
        use("200", "tutor", path=at("common"), query={}),
        tour=_list_roster,
    ),
    endpoint(
        "leaderboard",
        "GET /v1/courses/{courseId}/leaderboard",
        MEMBERS_AND_AUTHORS,
        use("200", "ada", path=at("common")),
        use("200", "ada", "around", path=at("common"), query={"around": "me"}),
        tour=_leaderboard,
    ),
)
