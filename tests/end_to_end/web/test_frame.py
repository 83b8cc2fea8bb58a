"""The frame of the console: waiting, no connection, the way back, notes, small screens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitor, Visitors, signed_in, visit
from tests.end_to_end.web.made_up import course, progress, take_part
from tests.end_to_end.web.stand_in import NOW, StandIn, lost, ok, refused

PROGRESS = "GET /v1/learner/me/progress"
SUMMARY = {"courses": 1, "completed": 0, "averagePercentage": 50, "totalStudyHours": 1, "points": 10}
PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "reduced_motion": "reduce"}
# 1366 x 768 at 200 %
ZOOMED: dict[str, Any] = {"viewport": {"width": 683, "height": 384}}


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = StandIn()
    made.on(PROGRESS, ok({"progress": [progress("mod_1")], "summary": SUMMARY}, total=1))
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def until(visitor: Visitor, expression: str) -> None:
    """Waits for what no element shows; Playwright's own way would need `eval`, which the page's policy refuses."""
    for _ in range(100):
        if visitor.page.evaluate(expression):
            return
        visitor.page.wait_for_timeout(50)
    pytest.fail(f"never: {expression}")


def test_page_is_named_at_once_while_its_content_is_on_the_way(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.heading("Today")
    api.hold(PROGRESS)
    ada.go("Courses")
    ada.heading("My courses")
    assert ada.page.title() == "My courses · Peerlearn"
    expect(ada.page.get_by_role("heading", level=1)).to_be_focused()
    expect(ada.page.locator("#loading")).to_have_text("Loading …")
    expect(ada.page.get_by_role("main")).to_have_attribute("aria-busy", "true")
    api.release()
    expect(ada.page.get_by_role("link", name="Knots for Sailors")).to_be_visible()
    expect(ada.page.locator("#loading")).to_have_text("")
    expect(ada.page.get_by_role("heading", level=1)).to_be_focused()


@pytest.mark.parametrize("down", [lost(), refused(503, "TEMPORARILY_UNAVAILABLE", retry_after=1)])
def test_last_answers_stay_without_the_server_and_the_page_comes_back(
    visitors: Visitors, api: StandIn, down: Any
) -> None:
    ada = signed_in(visitors, api)
    ada.go("Courses")
    expect(ada.page.get_by_role("link", name="Knots for Sailors")).to_be_visible()
    ada.go("Today")
    ada.heading("Today")
    for call in (PROGRESS, "GET /v1/learner/me/enrollments"):
        api.on(call, down)
    ada.go("Courses")
    expect(ada.page.get_by_role("link", name="Knots for Sailors")).to_be_visible()
    expect(ada.page.get_by_text("No connection. This is how it was at")).to_be_visible()
    other = progress(title="Splicing")
    api.on(PROGRESS, ok({"progress": [other], "summary": SUMMARY}, total=1))
    api.on("GET /v1/learner/me/enrollments", ok({"enrollments": []}, total=0))
    # nobody presses anything
    expect(ada.page.get_by_role("link", name="Splicing")).to_be_visible()
    expect(ada.page.locator("#connection")).to_be_empty()


def test_page_never_seen_comes_by_itself_once_there_is_a_connection(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    api.on(
        "GET /v1/learner/me",
        lost(),
        ok(
            {
                "profile": {
                    "name": "Ada",
                    "points": 0,
                    "totalStudyHours": 0,
                    "badges": [],
                    "interests": [],
                    "learningGoals": [],
                }
            }
        ),
    )
    ada.go("Me")
    ada.heading("That did not work")
    expect(ada.page.get_by_role("alert")).to_have_text("The server cannot be reached. Are you online?")
    ada.heading("Me")


def test_reload_without_a_connection_keeps_the_session(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    api.on("POST /v1/learner/auth/refresh", lost(), api.signed_in())
    ada.page.reload()
    ada.heading("That did not work")
    ada.heading("Today")
    ada.connected()


def test_way_back_keeps_filters_count_and_scroll(visitors: Visitors, api: StandIn) -> None:
    found = [course(courseId=f"crs_{number}", title=f"Course {number}") for number in range(24)]
    api.on("GET /v1/courses/crs_1", ok({"course": course()}))
    api.on(
        "GET /v1/courses",
        ok({"courses": found[:12]}, total=24, next="c"),
        ok({"courses": found[12:]}, total=24),
        ok({"courses": found}, total=24),
    )
    ada = visit(visitors, api)
    ada.open("#/catalogue?level=beginner")
    ada.button("More courses").click()
    cards = ada.page.locator(".cards > li")
    expect(cards).to_have_count(24)
    cards.nth(18).scroll_into_view_if_needed()
    until(ada, "history.state?.scroll > 0")
    where = ada.page.evaluate("scrollY")
    ada.page.evaluate("location.hash = '#/courses/crs_1'")
    ada.heading("Knots for Sailors")
    assert ada.page.evaluate("scrollY") == 0
    ada.page.go_back()
    expect(cards).to_have_count(24)
    expect(ada.page.get_by_label("Level")).to_have_value("beginner")
    until(ada, f"Math.abs(scrollY - {where}) < 2")
    assert [call for call, _ in api.calls if call.startswith("GET /v1/courses?")][-1].endswith("limit=24")


def test_points_are_told_with_what_earned_them(visitors: Visitors, api: StandIn) -> None:
    take_part(api)
    api.on("GET /v1/assessments/asm_1", ok({"assessment": {"title": "A bowline", "courseId": "crs_1"}}))
    ada = signed_in(visitors, api)
    about = {"courseId": "crs_1", "assessmentId": "asm_1"}
    award = {"reason": "perfect_grade", "points": 30, "reference": "grade:asm_1:1", "courseId": "crs_1"}
    earlier = {"reason": "first_submission", "points": 20, "reference": "submission:asm_1", "courseId": "crs_1"}
    api.push("points.awarded", **award, awardedAt=NOW)
    expect(ada.page.locator(".toast")).to_contain_text(["+30 points for a perfect grade"])
    api.push("submission.graded", **about, submissionId="sub_1", attempt=1, grade=10, gradedAt=NOW)
    toast = ada.page.locator(".toast")
    expect(toast).to_contain_text(["Knots for Sailors: A bowline has been graded: 10 · +30 points"])
    expect(toast).to_have_count(1)
    # handing in is another matter
    api.push("points.awarded", **earlier, awardedAt=NOW)
    expect(toast).to_have_count(2)
    expect(toast.nth(1)).to_contain_text("+20 points for handing in")
    for module in ("mod_1", "mod_2"):
        entry = {"reason": "module_completed", "points": 10, "reference": f"module:crs_1:{module}"}
        api.push("points.awarded", **entry, courseId="crs_1", awardedAt=NOW)
    expect(toast).to_have_count(3)
    expect(toast.nth(2)).to_contain_text("+20 points")


def test_notes_leave_navigation_and_heading_free_on_a_phone(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api, **PHONE)
    for number in range(5):
        api.push("session.updated", courseId=f"crs_{number}", title="W" * 60, status="published")
    expect(ada.page.locator(".toast")).to_have_count(3)
    toasts = ada.page.locator("#toasts").bounding_box()
    navigation = ada.page.get_by_role("navigation", name="Main").bounding_box()
    heading = ada.page.get_by_role("heading", level=1).bounding_box()
    assert toasts
    assert navigation
    assert heading
    assert toasts["y"] + toasts["height"] <= navigation["y"]
    assert heading["y"] + heading["height"] <= toasts["y"]


@pytest.mark.parametrize("screen", [PHONE, ZOOMED, {"viewport": {"width": 844, "height": 390}}])
def test_chat_fits_the_screen(visitors: Visitors, api: StandIn, screen: dict[str, Any]) -> None:
    letters = [
        {"messageId": f"msg_{seq}", "conversationId": "cnv_1", "seq": seq, "senderId": "usr_bob", "isRead": True}
        | {"receiverId": "usr_ada", "message": "Words " * 20, "createdAt": NOW}
        for seq in range(1, 21)
    ]
    peer = {"userId": "usr_bob", "name": "Bob"}
    api.on("GET /v1/learner/messages", ok({"messages": letters, "peer": peer}, total=20))
    ada = signed_in(visitors, api, **screen)
    ada.open("#/chat/usr_bob")
    ada.heading("Bob")
    send = ada.button("Send").bounding_box()
    log = ada.page.get_by_role("log").bounding_box()
    assert send
    assert log
    assert send["y"] + send["height"] <= screen["viewport"]["height"]
    assert log["height"] >= 80
    assert ada.page.evaluate("document.documentElement.scrollHeight") <= screen["viewport"]["height"]


def test_focus_goes_down_a_phones_page_as_the_eye_does(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api, **PHONE)
    ada.heading("Today")
    order = ada.page.evaluate(
        """() => [...document.querySelectorAll("a, button")]
            .filter((one) => one.checkVisibility() && !one.matches(".skip"))
            .map((one) => one.getBoundingClientRect().top)"""
    )
    assert order[-1] == order[-4]
    assert max(order[:-4]) < order[-4]


def test_messages_say_who_wrote_when_and_on_which_day(visitors: Visitors, api: StandIn) -> None:
    def letter(seq: int, sender: str, day: str) -> dict[str, Any]:
        other = "usr_bob" if sender == "usr_ada" else "usr_ada"
        return {
            "messageId": f"msg_{seq}",
            "conversationId": "cnv_1",
            "seq": seq,
            "senderId": sender,
            "receiverId": other,
            "message": f"Hello {seq}",
            "isRead": True,
            "createdAt": f"{day}T10:00:00Z",
        }

    letters = [letter(1, "usr_bob", "2026-01-01"), letter(2, "usr_ada", "2026-01-02")]
    peer = {"userId": "usr_bob", "name": "Bob"}
    api.on("GET /v1/learner/messages", ok({"messages": letters, "peer": peer}, total=2))
    api.on(
        "GET /v1/learner/conversations",
        ok({"conversations": [{"peer": peer, "lastMessage": letters[1], "unread": 0}]}, total=1),
    )
    ada = signed_in(visitors, api, timezone_id="Europe/Berlin")
    ada.open("#/chat/usr_bob")
    rows = ada.page.get_by_role("log").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_have_text("Thursday, January 1, 2026")
    expect(rows.nth(1)).to_contain_text("Bob: Hello 1")
    expect(rows.nth(3)).to_contain_text(re.compile(r"Me: Hello 2.*✓ read"))
    expect(ada.page.get_by_role("list", name="Conversations")).to_contain_text("Jan 2")
