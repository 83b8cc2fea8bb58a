"""Progress, points and leaderboards, as clients see them."""

from __future__ import annotations

import pytest

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.limits import PROGRESS
from tests.functional.progress.conftest import Call
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import Person


def test_completing_modules_up_to_the_last(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add(title="Chess endgames")
    learning.enroll(learner.user_id, course)
    before = call("get_progress", token=learner.token, path={"courseId": course}).body["data"]["progress"]
    assert before == {
        "courseId": course,
        "title": "Chess endgames",
        "completedModules": 0,
        "completedModuleIds": [],
        "totalModules": 2,
        "completionPercentage": 0,
        "lastAccessed": None,
        "status": "active",
        "kind": "course",
        "startsAt": None,
        "endsAt": None,
        "nextDueAt": None,
    }
    half = complete(learner, course, "mod_1", studyMinutes=90)
    assert half.status == 200
    progress = half.body["data"]["progress"]
    assert progress["lastAccessed"].endswith("Z")
    assert progress | {"lastAccessed": None} == before | {
        "completedModules": 1,
        "completedModuleIds": ["mod_1"],
        "completionPercentage": 50,
    }
    whole = complete(learner, course, "mod_2").body["data"]["progress"]
    assert (whole["completionPercentage"], whole["completedModules"], whole["status"]) == (100, 2, "completed")

    listed = call("list_progress", token=learner.token).body
    assert listed["data"]["progress"] == [whole]
    assert listed["data"]["summary"] == {
        "courses": 1,
        "completed": 1,
        "averagePercentage": 100,
        "totalStudyHours": 1.5,
        "points": 120,
    }
    assert listed["metadata"] == {"page": 1, "limit": 10, "total": 1}
    courses.check(course)
    learning.check(learner.user_id)


def test_a_module_completed_twice_changes_nothing(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    first = complete(learner, course, "mod_1", studyMinutes=30)
    work = learning.work(learner.user_id)
    second = complete(learner, course, "mod_1", studyMinutes=600)
    assert second.body == first.body
    assert learning.work(learner.user_id) == work
    assert learning.uses(learner.user_id, PROGRESS) == 2
    assert call("list_progress", token=learner.token).body["data"]["summary"]["totalStudyHours"] == 0.5


def test_a_later_module_of_a_completed_course_counts_and_leaves_it_completed(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    complete(learner, course, "mod_1")
    complete(learner, course, "mod_2")
    learning.set_modules(course, "mod_1", "mod_2", "mod_3")
    progress = call("get_progress", token=learner.token, path={"courseId": course}).body["data"]["progress"]
    assert (progress["completionPercentage"], progress["status"]) == (66, "completed")
    progress = complete(learner, course, "mod_3").body["data"]["progress"]
    assert (progress["completionPercentage"], progress["status"]) == (100, "completed")
    assert learning.totals(learner.user_id).points == 130
    courses.check(course)


def test_percentages_follow_the_present_outline(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    complete(learner, course, "mod_1")
    learning.set_modules(course, "mod_2", "mod_3", "mod_4")
    progress = call("get_progress", token=learner.token, path={"courseId": course}).body["data"]["progress"]
    assert (progress["completedModules"], progress["totalModules"], progress["completionPercentage"]) == (0, 3, 0)
    assert complete(learner, course, "mod_1").code == "MODULE_NOT_FOUND"
    learning.set_modules(course)
    progress = call("get_progress", token=learner.token, path={"courseId": course}).body["data"]["progress"]
    assert (progress["totalModules"], progress["completionPercentage"]) == (0, 0)


def test_when_the_missing_modules_were_taken_out_a_repeat_completes_the_course(
    complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    complete(learner, course, "mod_1")
    learning.set_modules(course, "mod_1")
    progress = complete(learner, course, "mod_1").body["data"]["progress"]
    assert (progress["completionPercentage"], progress["status"]) == (100, "completed")
    assert learning.totals(learner.user_id).points == 110
    courses.check(course)
    learning.check(learner.user_id)


def test_progress_survives_a_drop(complete: Call, learning: Learning, courses: Courses, learner: Person) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    complete(learner, course, "mod_1")
    learning.drop(learner.user_id, course)
    assert complete(learner, course, "mod_2").code == "NOT_ENROLLED"
    learning.enroll(learner.user_id, course)
    progress = complete(learner, course, "mod_2").body["data"]["progress"]
    assert (progress["completionPercentage"], progress["status"]) == (100, "completed")
    courses.check(course)
    learning.check(learner.user_id)


def test_the_list_has_active_and_completed_courses_in_pages(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    taken = [courses.add() for _ in range(3)]
    dropped = courses.add()
    learning.enroll(learner.user_id, *taken, dropped)
    learning.drop(learner.user_id, dropped)
    complete(learner, taken[0], "mod_1")
    first = call("list_progress", token=learner.token, query={"limit": "2"}).body
    second = call("list_progress", token=learner.token, query={"limit": "2", "cursor": first["metadata"]["next"]}).body
    shown = [one["courseId"] for one in first["data"]["progress"] + second["data"]["progress"]]
    assert sorted(shown) == sorted(taken)
    assert (second["metadata"]["page"], second["metadata"]["total"]) == (2, 3)
    assert "next" not in second["metadata"]
    assert first["data"]["summary"] == second["data"]["summary"]
    assert first["data"]["summary"]["averagePercentage"] == 16
    empty = call("list_progress", token=learner.token, query={"limit": "2", "page": "9"}).body
    assert (empty["data"]["progress"], empty["metadata"]["total"]) == ([], 3)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"moduleId": "mod_1", "studyMinutes": "5"},
        {"moduleId": "mod_1", "studyMinutes": -1},
        {"moduleId": "mod_1", "studyMinutes": 1441},
        {"moduleId": "mod_1", "studyMinutes": 1.5},
        {"moduleId": "mod_1", "studyMinutes": True},
        {"moduleId": "mod_1", "studyMinutes": None},
        {"moduleId": "no such id!"},
        {"moduleId": 7},
        {"moduleId": "mod_1", "points": 1000},
    ],
)
def test_wrong_bodies_are_named_and_change_nothing(
    call: Call, learning: Learning, courses: Courses, learner: Person, body: object
) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    work = learning.work(learner.user_id)
    answer = call("complete_module", token=learner.token, path={"courseId": course}, body=body)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert answer.body["details"]["fields"]
    assert learning.work(learner.user_id) == work
    assert learning.uses(learner.user_id, PROGRESS) == 1


@pytest.mark.parametrize(("minutes", "counted"), [(0, 0), (240, 240), (241, 240), (1440, 240)])
def test_study_minutes_at_their_limits(
    complete: Call, learning: Learning, courses: Courses, learner: Person, minutes: int, counted: int
) -> None:
    course = courses.add()
    learning.enroll(learner.user_id, course)
    assert complete(learner, course, "mod_1", studyMinutes=minutes).status == 200
    assert learning.totals(learner.user_id).study_minutes == counted


def test_caller_without_permission_is_refused(
    call: Call, complete: Call, courses: Courses, learner: Person, tutor: Person
) -> None:
    course = courses.add(tutor_id=tutor.user_id)
    for person in (learner, tutor):
        assert (complete(person, course, "mod_1").status, complete(person, course, "mod_1").code) == (
            403,
            "NOT_ENROLLED",
        )
        assert call("get_progress", token=person.token, path={"courseId": course}).code == "NOT_ENROLLED"
    assert complete(learner, "crs_none", "mod_1").code == "COURSE_NOT_FOUND"
    assert call("get_progress", token=learner.token, path={"courseId": "crs_none"}).status == 404
    assert call("get_progress", path={"courseId": course}).status == 401


def test_a_waiting_learner_has_no_progress(
    call: Call, complete: Call, learning: Learning, courses: Courses, learner: Person
) -> None:
    course = courses.add(0)
    learning.enrollments.join_waitlist(learner.user_id, course)
    assert learning.enrollment(learner.user_id, course).status is EnrollmentStatus.WAITLISTED
    assert complete(learner, course, "mod_1").code == "NOT_ENROLLED"
    assert call("list_progress", token=learner.token).body["data"]["progress"] == []
