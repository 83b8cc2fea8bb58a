"""Drafts in the console: text that was typed and not sent waits, through anything but the end of the tab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitor, Visitors, signed_in, visit
from tests.end_to_end.web.stand_in import PASSWORD, StandIn, ok, refused

PROFILE = {"name": "Ada", "points": 0, "totalStudyHours": 0, "badges": [], "interests": ["knots"], "learningGoals": []}
SAVE = "PATCH /v1/learner/me"


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = StandIn()
    made.on("GET /v1/learner/me", ok({"profile": PROFILE}))
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def interests(ada: Visitor) -> Any:
    return ada.page.get_by_role("form", name="About me").get_by_label("Interests")


def test_form_waits_while_one_looks_elsewhere_and_through_a_reload(visitors: Visitors, api: StandIn) -> None:
    api.on("POST /v1/learner/auth/refresh", api.signed_in())
    api.on(SAVE, ok({"profile": PROFILE}))
    ada = signed_in(visitors, api)
    ada.go("Me")
    interests(ada).fill("knots, maps")
    ada.go("Courses")
    ada.heading("My courses")
    ada.go("Me")
    expect(interests(ada)).to_have_value("knots, maps")
    ada.page.reload()
    expect(interests(ada)).to_have_value("knots, maps")
    expect(ada.page.get_by_text("You typed this earlier and have not sent it yet.")).to_be_visible()
    ada.button("Save").click()
    expect(ada.toast("Saved.")).to_be_visible()
    # sent is sent
    ada.go("Courses")
    ada.go("Me")
    expect(interests(ada)).to_have_value("knots")
    assert ada.page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('draft'))") == []


def test_draft_that_is_discarded_gives_way_to_what_is_stored(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.go("Me")
    interests(ada).fill("maps")
    ada.go("Courses")
    ada.go("Me")
    ada.button("Discard").click()
    expect(interests(ada)).to_have_value("knots")
    expect(ada.page.get_by_text("You typed this earlier")).to_have_count(0)


def test_session_that_expires_while_saving_loses_nothing(visitors: Visitors, api: StandIn) -> None:
    expired = refused(401, "TOKEN_EXPIRED")
    api.on(SAVE, expired, ok({"profile": PROFILE}))
    api.on("POST /v1/learner/auth/refresh", expired)
    ada = signed_in(visitors, api)
    ada.go("Me")
    interests(ada).fill("an hour of typing")
    ada.button("Save").click()
    ada.heading("Sign in")
    ada.sign_in_here()
    ada.heading("Me")
    expect(interests(ada)).to_have_value("an hour of typing")


def test_message_waits_in_its_own_conversation(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.open("#/chat/usr_bob")
    ada.page.get_by_label("Message to").fill("Dear Bob")
    ada.open("#/chat/usr_eve")
    expect(ada.page.get_by_label("Message to")).to_have_value("")
    ada.open("#/chat/usr_bob")
    expect(ada.page.get_by_label("Message to")).to_have_value("Dear Bob")
    ada.page.get_by_label("Message to").press("Enter")
    ada.open("#/chat/usr_eve")
    ada.open("#/chat/usr_bob")
    expect(ada.page.get_by_label("Message to")).to_have_value("")


def test_passwords_are_never_kept_and_others_see_no_draft(visitors: Visitors, api: StandIn) -> None:
    ada = visit(visitors, api)
    ada.open("#/register")
    form = ada.page.get_by_role("form", name="Create an account")
    form.get_by_label("Name").fill("Ada")
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Show password").click()
    form.get_by_label("Password", exact=True).press("End")
    form.get_by_label("Password", exact=True).press_sequentially("9")
    kept = ada.page.evaluate("JSON.stringify(sessionStorage)")
    assert "Ada" in kept
    assert PASSWORD not in kept
    ada.open("#/sign-in")
    ada.sign_in_here()
    ada.go("Me")
    interests(ada).fill("mine alone")
    ada.button("Sign out").click()
    ada.heading("Sign in")
    assert "mine alone" not in ada.page.evaluate("JSON.stringify(sessionStorage)")
