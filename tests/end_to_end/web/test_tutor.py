"""A tutor's pages in the console, against an API that answers what a test says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.end_to_end.web.conftest import Visitor, Visitors, signed_in
from tests.end_to_end.web.made_up import course
from tests.end_to_end.web.school import school, submission
from tests.end_to_end.web.stand_in import StandIn, done, ok, refused

DRAFT = course(courseId="crs_9", title="Splicing", status="draft", capacity=None, seatsAvailable=None)


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = school("tutor")
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def rows(tutor: Visitor) -> Locator:
    return tutor.page.locator("tbody tr")


def test_today_says_what_waits(visitors: Visitors, api: StandIn) -> None:
    tutor = signed_in(visitors, api)
    grading = tutor.page.get_by_role("region", name="To grade").get_by_role("listitem")
    expect(grading).to_contain_text(["3 to grade"])
    expect(grading.get_by_role("link")).to_have_attribute("href", "#/teaching/assessments/asm_1")
    behind = tutor.page.get_by_role("region", name="Who falls behind")
    expect(behind.get_by_role("listitem").first).to_contain_text("missing")
    lines = tutor.page.get_by_role("region", name="Waiting lists")
    expect(lines.get_by_role("listitem")).to_contain_text(["3 waiting", "2 waiting"])


def test_learners_who_need_their_tutor_come_first(visitors: Visitors, api: StandIn) -> None:
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/courses/crs_1/learners")
    expect(rows(tutor)).to_have_count(7)
    expect(rows(tutor).first).to_contain_text("2 missing")
    expect(rows(tutor).last).to_contain_text("Ida Completed")
    tutor.page.get_by_label("Sorted by").select_option("most points")
    expect(rows(tutor).first).to_contain_text("60")
    tutor.page.get_by_label("Name").fill("zo")
    expect(rows(tutor)).to_have_count(1)
    expect(tutor.page.get_by_text("1 of 7 people")).to_be_visible()
    assert tutor.page.url.endswith("learners?sort=points&q=zo")
    # the way back leads to the same
    tutor.page.get_by_role("link", name="Message Zoë").click()
    tutor.arrive("#/chat/usr_3")
    tutor.page.go_back()
    expect(rows(tutor)).to_have_count(1)


def test_course_is_written_and_published(visitors: Visitors, api: StandIn) -> None:
    fields = [{"field": "modules.1.title", "message": "No.", "rule": "too_short", "limit": 1}]
    api.on("POST /v1/courses", refused(422, "VALIDATION_FAILED", fields=fields), ok({"course": DRAFT}))
    api.on("GET /v1/courses/crs_9", ok({"course": DRAFT}))
    published = DRAFT | {"status": "published"}
    api.on("PATCH /v1/courses/crs_9", ok({"course": published}))
    tutor = signed_in(visitors, api)
    tutor.go("Courses")
    tutor.page.get_by_role("link", name="New course").click()
    form = tutor.page.get_by_role("form", name="Course")
    form.get_by_label("Title", exact=True).fill("Splicing")
    form.get_by_label("Subject").fill("Crafts")
    form.get_by_label("Title of the module").fill("Eye splice")
    tutor.button("Add a module").click()
    expect(form.get_by_label("Title of the module").nth(1)).to_be_focused()
    # it waits, rows and all
    tutor.go("Chat")
    tutor.arrive("#/chat")
    tutor.page.go_back()
    expect(form.get_by_label("Title of the module")).to_have_count(2)
    expect(form.get_by_label("Title of the module").first).to_have_value("Eye splice")
    tutor.button("Save the draft").click()
    second = form.get_by_label("Title of the module").nth(1)
    expect(second).to_be_focused()
    expect(second).to_have_accessible_description("Please fill this in.")
    tutor.button("Remove module 2").click()
    tutor.button("Save the draft").click()
    tutor.arrive("#/teaching/courses/crs_9/edit")
    sent = api.bodies("POST /v1/courses")[-1]
    assert sent["modules"] == [{"title": "Eye splice", "minutes": 30}]
    assert (sent["capacity"], sent["startsAt"], "status" in sent) == (None, None, False)
    tutor.button("Publish").click()
    expect(tutor.toast("The course is published.")).to_be_visible()
    assert api.bodies("PATCH /v1/courses/crs_9")[-1]["status"] == "published"
    assert [one["moduleId"] for one in api.bodies("PATCH /v1/courses/crs_9")[-1]["modules"]] == ["mod_1", "mod_2"]


def test_draft_is_found_again_and_deleted(visitors: Visitors, api: StandIn) -> None:
    api.on("POST /v1/courses", ok({"course": DRAFT}))
    api.on("GET /v1/courses/crs_9", ok({"course": DRAFT}))
    api.on("DELETE /v1/courses/crs_9", done())
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/new")
    tutor.button("Save the draft").click()
    tutor.arrive("#/teaching/courses/crs_9/edit")
    tutor.go("Courses")
    card = tutor.page.get_by_role("listitem").filter(has_text="Splicing")
    expect(card).to_contain_text("Draft")
    card.get_by_role("link", name="Splicing").click()
    tutor.page.get_by_role("link", name="Edit").click()
    tutor.button("Delete the draft").click()
    expect(tutor.page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    tutor.agree("Delete the draft")
    tutor.arrive("#/teaching")
    expect(tutor.page.get_by_role("listitem").filter(has_text="Splicing")).to_have_count(0)


def test_session_has_its_times(visitors: Visitors, api: StandIn) -> None:
    api.on("POST /v1/courses", ok({"course": DRAFT}))
    api.on("GET /v1/courses/crs_9", ok({"course": DRAFT}))
    tutor = signed_in(visitors, api, timezone_id="Europe/Berlin")
    tutor.open("#/teaching/new")
    expect(tutor.page.get_by_label("Begins")).to_be_hidden()
    tutor.page.get_by_label("Kind").select_option("Session, at a set time")
    tutor.page.get_by_label("Begins").fill("2026-12-04T17:00")
    tutor.page.get_by_label("Ends").fill("2026-12-04T18:30")
    tutor.page.get_by_label("Seats").fill("12")
    tutor.button("Save the draft").click()
    tutor.arrive("#/teaching/courses/crs_9/edit")
    sent = api.bodies("POST /v1/courses")[-1]
    times = (sent["startsAt"], sent["endsAt"])
    assert times == ("2026-12-04T16:00:00.000Z", "2026-12-04T17:30:00.000Z")
    assert sent["capacity"] == 12


def test_assessment_is_added_to_the_list(visitors: Visitors, api: StandIn) -> None:
    made: dict[str, Any] = {
        "assessmentId": "asm_9",
        "courseId": "crs_1",
        "title": "A splice",
        "instructions": "Show it.",
        "maxGrade": 20,
        "dueAt": None,
        "allowLate": True,
    }
    api.on("POST /v1/courses/crs_1/assessments", ok({"assessment": made}))
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/courses/crs_1/tasks")
    tutor.page.get_by_text("New assessment").click()
    form = tutor.page.get_by_role("form", name="New assessment")
    form.get_by_label("Title").fill("A splice")
    form.get_by_label("Highest grade").fill("20")
    form.get_by_label("Late work is taken").check()
    form.get_by_role("button", name="Add").click()
    expect(tutor.page.get_by_role("link", name="A splice")).to_be_focused()
    expect(form.get_by_label("Title")).to_have_value("")
    sent = {"title": "A splice", "instructions": "", "maxGrade": 20, "dueAt": None, "allowLate": True}
    assert api.bodies("POST /v1/courses/crs_1/assessments") == [sent]


def test_overview_shows_hand_ins_and_seats(visitors: Visitors, api: StandIn) -> None:
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/courses/crs_1")
    names = tutor.page.get_by_role("img")
    expect(names).to_have_count(3)
    expect(names.nth(0)).to_have_accessible_name("1 of 10 seats taken, 3 waiting")
    expect(names.nth(1)).to_have_accessible_name("2 graded, 3 to grade, 2 missing")


def test_two_of_one_name_can_be_told_apart(visitors: Visitors, api: StandIn) -> None:
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1?learner=usr_0")
    people = tutor.page.get_by_role("navigation", name="Learners")
    bob = people.get_by_role("link", name=re.compile("^Bob"))
    expect(bob).to_contain_text("since Jan 2, 2026")
    expect(tutor.page.get_by_role("form", name="Grade Bob")).to_be_visible()
    expect(bob).to_have_attribute("aria-current", "true")
    expect(tutor.page).to_have_url(re.compile("learner=usr_0$"))


def test_grades_are_spread_in_a_picture(visitors: Visitors, api: StandIn) -> None:
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1")
    picture = tutor.page.get_by_role("region", name="Grades").get_by_role("img")
    expect(picture).to_have_accessible_name("12 grades, 7.4 on average, half of them 8 or more")


def test_course_of_somebody_else_is_no_ones_to_edit(visitors: Visitors, api: StandIn) -> None:
    api.on("GET /v1/courses/crs_2/enrollments", refused(403, "FORBIDDEN", "This is not your course."))
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/courses/crs_2/learners")
    tutor.heading("That did not work")
    expect(tutor.page.get_by_role("alert")).to_have_text("This is not your course.")


def test_assessment_is_changed_in_what_differs_and_deleted(visitors: Visitors, api: StandIn) -> None:
    call = "/v1/assessments/asm_1"
    taken = refused(409, "CONFLICT", "Somebody has handed in work.")
    api.on(f"PATCH {call}", ok({"assessment": {}}))
    api.on(f"DELETE {call}", taken, done())
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1")
    tutor.page.get_by_text("Change the assessment").click()
    form = tutor.page.get_by_role("form", name="Change the assessment")
    form.get_by_label("Title").fill("A photograph of two bowlines")
    form.get_by_role("button", name="Save").click()
    expect(tutor.toast("Saved.")).to_be_visible()
    assert api.bodies(f"PATCH {call}") == [{"title": "A photograph of two bowlines"}]
    tutor.page.get_by_text("Change the assessment").click()
    for _ in range(2):
        tutor.button("Delete the assessment").click()
        tutor.agree("Delete the assessment")
    expect(tutor.toast("Somebody has handed in work.")).to_be_visible()
    tutor.arrive("#/teaching/courses/crs_1/tasks")


def test_learner_gets_more_time_and_another_attempt(visitors: Visitors, api: StandIn) -> None:
    call = "/v1/assessments/asm_1"
    until = {"assessmentId": "asm_1", "learnerId": "usr_1", "dueAt": "2026-12-04T16:00:00Z"}
    api.on(f"PUT {call}/extensions/usr_1", ok({"extension": until}))
    api.on(f"PATCH {call}/submissions/usr_1", ok({"submission": submission("1", 1)}))
    tutor = signed_in(visitors, api, timezone_id="Europe/Berlin")
    tutor.open("#/teaching/assessments/asm_1?learner=usr_1")
    pane = tutor.page.locator(".pane")
    pane.get_by_text("Give more time").click()
    pane.get_by_label("Due").fill("2026-12-04T17:00")
    pane.get_by_role("button", name="Set the date").click()
    expect(tutor.toast("has time until Dec 4, 2026, 5:00 PM")).to_be_visible()
    assert api.bodies(f"PUT {call}/extensions/usr_1") == [{"dueAt": "2026-12-04T16:00:00.000Z"}]
    pane.get_by_role("button", name="Open again").click()
    tutor.agree("Open again")
    expect(pane.get_by_role("button", name="Grade", exact=True)).to_be_focused()
    expect(pane.get_by_role("button", name="Open again")).to_be_hidden()
    assert api.bodies(f"PATCH {call}/submissions/usr_1") == [{"attempt": 1, "grade": None}]
