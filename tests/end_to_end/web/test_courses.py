"""A course's page in the console, against an API that answers what a test says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitors, signed_in, visit
from tests.end_to_end.web.made_up import course, full, take_part
from tests.end_to_end.web.stand_in import StandIn, done, ok

WAITLIST = "DELETE /v1/courses/crs_1/waitlist"
ENROLL = "DELETE /v1/courses/crs_1/enroll"


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = StandIn()
    made.on("GET /v1/courses/crs_1", ok({"course": course()}))
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def test_sign_in_to_book_comes_back_to_the_course(visitors: Visitors, api: StandIn) -> None:
    ada = visit(visitors, api)
    ada.open("#/courses/crs_1")
    ada.page.get_by_role("link", name="Sign in to book").click()
    ada.heading("Sign in")
    ada.sign_in_here()
    ada.heading("Knots for Sailors")
    expect(ada.button("Book a seat")).to_be_visible()


def test_visitor_of_full_course_is_offered_the_waitlist(visitors: Visitors, api: StandIn) -> None:
    api.on("GET /v1/courses/crs_1", ok({"course": full()}))
    ada = visit(visitors, api)
    ada.open("#/courses/crs_1")
    expect(ada.page.get_by_role("link", name="Sign in to join the waitlist")).to_be_visible()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "#/sign-in?next=%23%2Fsign-in"])
def test_sign_in_leads_to_no_other_site(visitors: Visitors, api: StandIn, elsewhere: str) -> None:
    ada = visit(visitors, api)
    ada.open(f"#/sign-in?next={elsewhere.replace('#', '%23')}")
    ada.sign_in_here()
    expect(ada.page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/#/today$"))


def test_leaving_the_waitlist_asks_first(visitors: Visitors, api: StandIn) -> None:
    take_part(api, "waitlisted")
    api.on(WAITLIST, done())
    ada = signed_in(visitors, api)
    ada.open("#/courses/crs_1")
    ada.button("Leave the waitlist").click()
    ada.agree("Cancel")
    assert api.bodies(WAITLIST) == []
    ada.button("Leave the waitlist").click()
    with ada.answered(WAITLIST):
        ada.agree("Leave the waitlist")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(ada.button("Leave the waitlist")).to_be_enabled()
    assert api.bodies(WAITLIST) == [None]


def test_enter_pressed_twice_keeps_the_seat(visitors: Visitors, api: StandIn) -> None:
    take_part(api)
    ada = signed_in(visitors, api)
    ada.open("#/courses/crs_1/about")
    ada.button("Give up my seat").press("Enter")
    question = ada.page.get_by_role("dialog")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    expect(question.get_by_role("button", name="Give up my seat")).to_have_class("danger")
    ada.page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    assert api.bodies(ENROLL) == []


@pytest.mark.parametrize(("role", "page"), [("learner", "#/today"), ("tutor", "#/today"), ("admin", "#/people")])
def test_each_role_lands_on_its_own_page(visitors: Visitors, role: str, page: str) -> None:
    ada = signed_in(visitors, StandIn(role=role))
    expect(ada.page).to_have_url(re.compile(re.escape(page)))
