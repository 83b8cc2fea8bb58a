"""The ledger of points, and the leaderboard."""

from __future__ import annotations

from tests.functional.progress.conftest import Call
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import People, Person


def test_the_ledger_is_shown_newest_first_and_in_pages(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add()
    assert call("list_points", token=learner.token).body["data"]["entries"] == []
    learning.enroll(learner.user_id, course)
    complete(learner, course, "mod_1")
    complete(learner, course, "mod_2")
    body = call("list_points", token=learner.token).body
    entries = body["data"]["entries"]
    assert [(entry["reason"], entry["points"], entry["reference"]) for entry in entries] == [
        ("course_completed", 100, f"course:{course}"),
        ("module_completed", 10, f"module:{course}:mod_2"),
        ("module_completed", 10, f"module:{course}:mod_1"),
    ]
    assert body["metadata"] == {"page": 1, "limit": 10, "total": 3}
    assert set(entries[0]) == {"reason", "points", "reference", "awardedAt"}
    first = call("list_points", token=learner.token, query={"limit": "2"}).body
    second = call("list_points", token=learner.token, query={"limit": "2", "cursor": first["metadata"]["next"]}).body
    assert first["data"]["entries"] + second["data"]["entries"] == entries
    assert "next" not in second["metadata"]
    by_number = call("list_points", token=learner.token, query={"limit": "2", "page": "2"}).body
    assert by_number["data"] == second["data"]
    assert call("list_points", token=learner.token, query={"page": "9"}).body["data"]["entries"] == []
    profile = call("get_profile", token=learner.token).body["data"]["profile"]
    assert (profile["points"], profile["badges"]) == (120, ["first-module", "first-course"])


def test_the_leaderboard_ranks_members_with_ties(
    call: Call, complete: Call, learning: Learning, courses: Courses, people: People, tutor: Person
) -> None:
    course, other = courses.add(tutor_id=tutor.user_id), courses.add()
    ada, bob, cleo, dan, eve = (people.add(name=name) for name in ("Ada", "Bob", "Cleo", "Dan", "Eve"))
    for person in (ada, bob, cleo, dan, eve):
        learning.enroll(person.user_id, course)
    learning.enroll(dan.user_id, other)
    complete(dan, other, "mod_1")
    for person in (ada, bob, eve):
        complete(person, course, "mod_1")
    complete(ada, course, "mod_2")
    complete(cleo, course, "mod_2")
    learning.drop(eve.user_id, course)

    leaders = call("leaderboard", token=dan.token, path={"courseId": course}).body["data"]["leaders"]
    assert [(one["rank"], one["points"]) for one in leaders] == [(1, 120), (2, 10), (2, 10), (4, 0)]
    assert (leaders[0]["name"], leaders[3]["name"]) == ("Ada", "Dan")
    assert {one["name"] for one in leaders[1:3]} == {"Bob", "Cleo"}
    assert set(leaders[0]) == {"rank", "userId", "name", "points"}
    again = call("leaderboard", token=tutor.token, path={"courseId": course}, query={"limit": "2", "page": "2"}).body
    assert again["data"]["leaders"] == leaders[2:]
    assert again["metadata"] == {"page": 2, "limit": 2, "total": 4}


def test_a_leaderboard_tells_members_their_own_rank(
    call: Call, complete: Call, learning: Learning, courses: Courses, people: People, tutor: Person
) -> None:
    course = courses.add(tutor_id=tutor.user_id)
    path = {"courseId": course}
    members = [people.add(name=name) for name in ("Ada", "Bob", "Cleo", "Dan")]
    for number, person in enumerate(members):
        learning.enroll(person.user_id, course)
        for module in ("mod_1", "mod_2")[: max(0, 2 - number)]:
            complete(person, course, module)
    ada, bob, cleo, _ = members
    own = [call("leaderboard", token=one.token, path=path, query={"limit": "1"}).body["data"]["me"] for one in members]
    assert own == [{"rank": 1, "points": 120}, {"rank": 2, "points": 10}, *[{"rank": 3, "points": 0}] * 2]
    assert "me" not in call("leaderboard", token=tutor.token, path=path).body["data"]
    around = call("leaderboard", token=bob.token, path=path, query={"around": "me", "limit": "3"}).body
    assert [(one["rank"], one["name"]) for one in around["data"]["leaders"]] == [(1, "Ada"), (2, "Bob"), (3, "Cleo")]
    assert around["data"]["me"] == {"rank": 2, "points": 10}
    assert around["metadata"] == {"page": 1, "limit": 3, "total": 3}
    last = call("leaderboard", token=cleo.token, path=path, query={"around": "me"}).body["data"]["leaders"]
    assert [(one["rank"], one["points"]) for one in last] == [(1, 120), (2, 10), (3, 0), (3, 0)]
    assert call("leaderboard", token=tutor.token, path=path, query={"around": "me"}).code == "NOT_ENROLLED"
    cursor = call("leaderboard", token=ada.token, path=path, query={"limit": "1"}).body["metadata"]["next"]
    for more, field, rule in (
        ({"around": "you"}, "around", "not_one_of"),
        ({"around": "me", "page": "2"}, "page", "not_together"),
        ({"around": "me", "cursor": cursor}, "cursor", "not_together"),
    ):
        (problem,) = call("leaderboard", token=ada.token, path=path, query=more).body["details"]["fields"]
        assert (problem["field"], problem["rule"]) == (field, rule)


def test_a_leaderboard_is_for_members_their_tutor_and_administrators(
    call: Call, learning: Learning, courses: Courses, people: People, tutor: Person, administrator: Person
) -> None:
    course = courses.add(tutor_id=tutor.user_id)
    outsider, former = people.add(), people.add()
    learning.enroll(former.user_id, course)
    learning.drop(former.user_id, course)
    for person, status in ((tutor, 200), (administrator, 200), (outsider, 403), (former, 403)):
        answer = call("leaderboard", token=person.token, path={"courseId": course})
        assert answer.status == status
    assert call("leaderboard", token=outsider.token, path={"courseId": course}).code == "NOT_ENROLLED"
    assert call("leaderboard", token=tutor.token, path={"courseId": "crs_none"}).code == "COURSE_NOT_FOUND"
