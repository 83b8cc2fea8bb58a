"""Rows of the contexts `enrollments`, `progress` and `profile`."""

from __future__ import annotations

from peerlearn.bootstrap.jobs import agenda_service
from peerlearn.bootstrap.news import news_service
from tests.support.bodies import MODULES
from tests.support.catalogue.callers import CALLERS, MEMBERS, besides
from tests.support.catalogue.rows import at, endpoint, use
from tests.support.news import promotion
from tests.support.tour import Tour

_TASK = {"title": "Mate in four", "instructions": "One position.", "maxGrade": 10}
_TIMES = {"startsAt": "2030-01-01T10:00:00Z", "endsAt": "2030-01-01T11:00:00Z"}


def _enroll(tour: Tour) -> None:
    # From here on the course that they have in common is the usual one, and the other is one more.
    tutor, ada = tour.person("tutor"), tour.person("ada")
    tour.ids["common"] = tour.course(tutor)
    tour.call("enroll", tour.person("bob"), path=tour.at("common"), body=None)
    tour.step("enroll", ada, path=tour.at("common"), body=None)
    tour.ids["session"] = tour.course(tutor, kind="session", modules=[], **_TIMES)
    tour.step("enroll", ada, label="enroll (session)", path=tour.at("session"), body=None)


def _withdraw(tour: Tour) -> None:
    ada = tour.person("ada")
    tour.step("withdraw", ada, label="withdraw (session)", path=tour.at("session"), body=None)
    taken = {"courseId": tour.course(tour.person("tutor"), title="Tactics")}
    tour.call("enroll", ada, path=taken, body=None)
    tour.step("withdraw", ada, path=taken, body=None)


def _join_waitlist(tour: Tour) -> None:
    tour.ids["full"] = tour.course(tour.person("tutor"), capacity=1)
    tour.call("enroll", tour.person("bob"), path=tour.at("full"), body=None)
    tour.step("join_waitlist", tour.person("ada"), path=tour.at("full"), body=None)


def _leave_waitlist(tour: Tour) -> None:
    tour.step("leave_waitlist", tour.person("ada"), path=tour.at("full"), body=None)


def _complete_module(tour: Tour) -> None:
    ada, path = tour.person("ada"), tour.at("common")
    modules = tour.call("get_course", path=path).body["data"]["course"]["modules"]
    first, second = ({"moduleId": module["moduleId"], "studyMinutes": 30} for module in modules[:2])
    tour.call("complete_module", ada, path=path, body=first)
    tour.step("complete_module", ada, path=path, body=second)
    tour.step("complete_module", ada, label="complete_module (again)", path=path, body=second)


def _list_todo(tour: Tour) -> None:
    # as the worker does
    ada, due = tour.person("ada"), {**_TASK, "dueAt": "2031-01-01T10:00:00Z"}
    for _ in range(3):
        tour.call("create_assessment", tour.person("tutor"), path=tour.at("common"), body=due)
    agenda_service().follow(tour.ids["common"], ada.user_id)
    tour.step("list_todo", ada, query={})


def _list_news(tour: Tour) -> None:
    # as the stream's reader does
    for number in range(3):
        news_service().keep(tour.person("ada").user_id, promotion(number))
    tour.step("list_news", tour.person("ada"), query={})


def _mark_news_seen(tour: Tour) -> None:
    tour.step("mark_news_seen", tour.person("ada"), body={"seenUpTo": 1})


BOOKING = (
    endpoint(
        "enroll",
        "POST /v1/courses/{courseId}/enroll",
        CALLERS,
        use("201", "ada", path=at("open"), body=None),
        use("201", "ada", "session", path=at("session"), body=None),
        use("201", "ada", "again", path=at("left"), body=None),
        use("409 LEARNER_ENROLLMENT_DENIED", "ada", "full", path=at("full"), body=None),
        tour=_enroll,
    ),
    endpoint(
        "withdraw",
        "DELETE /v1/courses/{courseId}/enroll",
        MEMBERS,
        use("204", "ada", path=at("taken"), body=None),
        use("204", "ada", "session", path=at("booked session"), body=None),
        tour=_withdraw,
    ),
    endpoint(
        "join_waitlist",
        "POST /v1/courses/{courseId}/waitlist",
        CALLERS,
        use("201", "ada", path=at("full"), body=None),
        tour=_join_waitlist,
    ),
    endpoint(
        "leave_waitlist",
        "DELETE /v1/courses/{courseId}/waitlist",
        # nobody waits: who is let in is told so
        besides(MEMBERS, "NOT_ENROLLED", "enrolled", "other"),
        use("204", "ada", path=at("awaited"), body=None),
        tour=_leave_waitlist,
    ),
    endpoint("list_enrollments", "GET /v1/learner/me/enrollments", CALLERS, use("200", "ada", query={})),
    endpoint(
        "complete_module",
        "PATCH /v1/learner/me/progress/{courseId}",
        MEMBERS,
        use("200", "bob", path=at("common"), body=MODULES[0]),
        use("200", "ada", "last", path=at("nearly done"), body=MODULES[1]),
        use("200", "ada", "done", path=at("common"), body=MODULES[0]),
        tour=_complete_module,
    ),
    endpoint("list_progress", "GET /v1/learner/me/progress", CALLERS, use("200", "ada")),
    endpoint("get_progress", "GET /v1/learner/me/progress/{courseId}", MEMBERS, use("200", "ada", path=at("common"))),
)
PROFILE = (
    endpoint("get_profile", "GET /v1/learner/me", CALLERS, use("200", "ada")),
    endpoint("update_profile", "PATCH /v1/learner/me", CALLERS, use("200", "ada", body={"interests": ["chess", "go"]})),
    endpoint("list_todo", "GET /v1/learner/me/todo", CALLERS, use("200", "ada", query={}), tour=_list_todo),
    endpoint("list_news", "GET /v1/learner/me/news", CALLERS, use("200", "ada", query={}), tour=_list_news),
    endpoint(
        "mark_news_seen",
        "PATCH /v1/learner/me/news",
        CALLERS,
        # those who never had news let it be as it is
        use("200", "ada", body={"seenUpTo": 0}),
        use("200", "ada", "further", body={"seenUpTo": 1}),
        tour=_mark_news_seen,
    ),
    endpoint("list_points", "GET /v1/learner/me/points", CALLERS, use("200", "ada", query={})),
)
