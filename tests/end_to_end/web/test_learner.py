"""A learner's pages in the console, against an API that answers what a test says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitors, signed_in, visit
from tests.end_to_end.web.made_up import course, progress, take_part
from tests.end_to_end.web.school import LONG, NAMES, at, school
from tests.end_to_end.web.stand_in import PASSWORD, StandIn, done, ok, refused

PASSWORDS = "POST /v1/learner/auth/password"


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = school()
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def test_today_leads_to_each_thing_in_one_press(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    go_on = ada.page.get_by_role("region", name="Go on with")
    expect(go_on).to_contain_text("Module 3 of 4")
    expect(go_on.get_by_role("img", name="2 of 4 done")).to_be_visible()
    expect(go_on.get_by_role("link", name="Continue")).to_have_attribute("href", "#/courses/crs_1")
    todo = ada.page.get_by_role("region", name="To do").get_by_role("listitem")
    expect(todo).to_have_count(3)
    expect(todo.nth(0)).to_contain_text("soon")
    expect(todo.nth(0).get_by_role("link")).to_have_attribute("href", "#/assessments/asm_1")
    expect(todo.nth(1).get_by_role("link")).to_have_attribute("href", "#/courses/crs_2")
    week = ada.page.get_by_role("region", name="This week")
    expect(week.get_by_role("link", name=LONG)).to_be_visible()
    news = ada.page.get_by_role("region", name="News")
    expect(news.get_by_role("listitem").first).to_contain_text("is graded: 9.5 (new)")
    assert api.bodies("PATCH /v1/learner/me/news") == [{"seenUpTo": 2}]


def test_today_takes_three_calls(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.arrive("#/today")
    reads = [call for call, _ in api.calls if call.startswith("GET ") and "conversations" not in call]
    assert len(reads) == 3, reads


def test_place_in_line_is_always_told(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.go("Courses")
    expect(ada.page.get_by_role("region", name="Waiting for a seat")).to_contain_text("3rd in line")
    ada.page.get_by_role("link", name=LONG).last.click()
    expect(ada.page.get_by_text("You are 3rd in line.")).to_be_visible()
    seats = ada.page.get_by_role("region", name="Seats")
    expect(seats.get_by_role("img")).to_have_accessible_name("10 of 10 seats taken, 2 waiting, you are 3rd")


def test_module_that_is_done_changes_its_row_alone(visitors: Visitors, api: StandIn) -> None:
    call = "PATCH /v1/learner/me/progress/crs_1"
    more = progress("mod_0", "mod_1", "mod_2", totalModules=4, completedModules=3, completionPercentage=75)
    api.on(call, ok({"progress": more}))
    ada = signed_in(visitors, api)
    ada.open("#/courses/crs_1")
    ada.arrive("#/courses/crs_1")
    reads = len(api.bodies("GET /v1/courses/crs_1"))
    ada.button("Mark as done Knot 2").press("Enter")
    expect(ada.page.get_by_text("✓ Done").nth(2)).to_be_focused()
    expect(ada.page.get_by_text("3 of 4 modules")).to_be_visible()
    expect(ada.page.get_by_text("75 %")).to_be_visible()
    assert api.bodies(call) == [{"moduleId": "mod_2", "studyMinutes": 25}]
    assert len(api.bodies("GET /v1/courses/crs_1")) == reads


def test_session_that_has_not_begun_cannot_be_done(visitors: Visitors) -> None:
    api = StandIn()
    take_part(api)
    api.on("GET /v1/courses/crs_1", ok({"course": course(kind="session", startsAt=at(2), endsAt=at(2.1))}))
    ada = signed_in(visitors, api)
    ada.open("#/courses/crs_1")
    expect(ada.page.get_by_text("You can mark modules as done once it has begun:")).to_be_visible()
    expect(ada.page.get_by_role("button", name="Mark as done")).to_have_count(0)


def test_tasks_say_how_one_stands(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.open("#/courses/crs_1/tasks")
    rows = ada.page.get_by_role("main").get_by_role("listitem")
    expect(rows.nth(0)).to_contain_text("9.5 of 10")
    expect(rows.nth(1)).to_contain_text("Not handed in")


def test_rank_far_down_is_shown_with_its_neighbours(visitors: Visitors, api: StandIn) -> None:
    path = "GET /v1/courses/crs_1/leaderboard"
    top = [{"rank": rank, "userId": f"usr_{rank}", "name": f"Top {rank}", "points": 99} for rank in range(1, 11)]
    near = [{"rank": rank, "userId": f"usr_{rank}", "name": f"Near {rank}", "points": 9} for rank in range(27, 32)]
    me = {"rank": 29, "points": 9}
    api.on(path, ok({"leaders": top, "me": me}, total=41), ok({"leaders": near, "me": me}, total=5))
    ada = signed_in(visitors, api)
    ada.open("#/courses/crs_1/people")
    board = ada.page.get_by_role("region", name="Leaderboard")
    expect(board.get_by_text("You are 29th, with 9 points.")).to_be_visible()
    expect(board.get_by_role("listitem")).to_have_count(8)
    assert [call for call, _ in api.calls if "leaderboard" in call][-1].endswith("around=me")
    expect(ada.page.get_by_role("link", name=f"Message {NAMES[1]}")).to_be_visible()


def test_work_that_is_handed_in_says_so_and_may_be_replaced(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.open("#/assessments/asm_1")
    expect(ada.page.get_by_text("Graded out of 10")).to_be_visible()
    expect(ada.page.get_by_text("✓ Handed in")).to_be_visible()
    expect(ada.button("Hand in the link")).to_be_hidden()
    ada.page.get_by_text("Replace what I handed in").click()
    expect(ada.button("Hand in the link")).to_be_visible()


def test_grades_name_the_assessment(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.open("#/me/grades")
    ada.arrive("#/me/grades")
    expect(ada.page.get_by_role("link", name="A photograph of your bowline")).to_be_visible()
    expect(ada.page.get_by_role("listitem").filter(has_text="9.5")).to_have_count(1)


def test_colours_and_language_are_chosen_and_kept(visitors: Visitors, api: StandIn) -> None:
    api.on("POST /v1/learner/auth/refresh", api.signed_in())
    ada = signed_in(visitors, api, color_scheme="light")
    ada.open("#/me/settings")
    ada.page.get_by_label("Colours").select_option("Dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert ada.page.evaluate(paper) == "rgb(18, 21, 26)"
    ada.page.get_by_label("Language").select_option("Deutsch")
    ada.heading("Einstellungen")
    assert ada.page.evaluate(paper) == "rgb(18, 21, 26)"
    assert ada.page.locator("html").get_attribute("lang") == "de"
    ada.page.get_by_label("Sprache").select_option("English")
    ada.heading("Settings")


def test_password_is_changed_with_the_present_one(visitors: Visitors, api: StandIn) -> None:
    fields = [{"field": "newPassword", "message": "No.", "rule": "no_upper_case"}]
    wrong = refused(401, "INVALID_CREDENTIALS")
    api.on(PASSWORDS, refused(422, "VALIDATION_FAILED", fields=fields), wrong, done())
    ada = signed_in(visitors, api)
    ada.open("#/me/settings")
    form = ada.page.get_by_role("form", name="Password")
    form.get_by_label("Current password").fill(PASSWORD)
    fresh = form.get_by_label("New password")
    fresh.fill("x")
    change = form.get_by_role("button", name="Change the password")
    change.click()
    expect(fresh).to_be_focused()
    # the rule that is broken, then those that were there before
    expect(fresh).to_have_accessible_description(
        r"An upper-case letter is missing. ○ at least 8 characters"
        " ○ an upper-case letter ○ a special character, such as ! or -"
    )
    fresh.fill("Better-1843")
    expect(form.get_by_text("✓ an upper-case letter (done)")).to_be_visible()
    change.click()
    expect(form.get_by_text("This is not your password.")).to_be_visible()
    change.click()
    expect(ada.toast("Your password is changed.")).to_be_visible()
    expect(fresh).to_have_value("")
    assert api.bodies(PASSWORDS)[-1] == {"currentPassword": PASSWORD, "newPassword": "Better-1843"}


def test_calendar_link_is_shown_once(visitors: Visitors, api: StandIn) -> None:
    link = {"url": "https://api.example/calendar.ics?token=t", "createdAt": at(0)}
    api.on("POST /v1/learner/me/calendar", ok({"calendar": link}))
    ada = signed_in(visitors, api)
    ada.open("#/me/settings")
    ada.button("Make a calendar link").click()
    ada.agree("Make a calendar link")
    expect(ada.page.get_by_label("Calendar link", exact=True)).to_have_value(link["url"])
    expect(ada.page.get_by_label("Calendar link", exact=True)).to_be_focused()


def test_export_is_saved_as_a_file(visitors: Visitors, api: StandIn, tmp_path: Path) -> None:
    api.on("GET /v1/learner/me/export", ok({"export": {"status": "complete", "profile": {"name": "Ada"}}}))
    ada = signed_in(visitors, api)
    ada.open("#/me/settings")
    with ada.page.expect_download() as saved:
        ada.button("Export my data").click()
    assert saved.value.suggested_filename == "peerlearn.json"
    saved.value.save_as(tmp_path / "peerlearn.json")
    assert json.loads((tmp_path / "peerlearn.json").read_text(encoding="utf-8"))["profile"] == {"name": "Ada"}


def test_problems_of_fields_are_told_in_the_readers_words(visitors: Visitors, api: StandIn) -> None:
    fields = [
        {"field": "name", "message": "String should have at least 1 character", "rule": "too_short", "limit": 1},
        {"field": "email", "message": "is not a valid email address: An email address must", "rule": "not_email"},
        {"field": "password", "message": "must not be so", "rule": "a_rule_of_tomorrow"},
    ]
    api.on("POST /v1/learner/auth/register", refused(422, "VALIDATION_FAILED", fields=fields))
    ada = visit(visitors, api)
    ada.open("#/register")
    form = ada.page.get_by_role("form", name="Create an account")
    form.get_by_role("button", name="Register").click()
    expect(form.get_by_label("Name")).to_have_accessible_description("Please fill this in.")
    expect(form.get_by_label("Email")).to_have_accessible_description("This is not an email address.")
    # words for a rule that is not known are the API's own
    expect(form.get_by_text("must not be so")).to_be_visible()


def test_pictures_have_a_sentence_and_a_table(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    for view, sentence, cell in (
        ("#/me/points", "300 points; the last 30 awards, since", "Course completed"),
        ("#/me", "days of study in 8 weeks", "1"),
        ("#/courses/crs_1/about", "1 of 10 seats taken, 3 waiting", "Taken"),
    ):
        ada.open(view)
        ada.arrive(view)
        figure = ada.page.get_by_role("figure").first
        name: Any = figure.get_by_role("img")
        assert sentence in (name.get_attribute("aria-label") or "")
        figure.get_by_text("As a table").click()
        expect(figure.get_by_role("cell", name=cell, exact=True).first).to_be_visible()
