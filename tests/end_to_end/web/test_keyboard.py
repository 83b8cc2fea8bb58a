"""The console by keyboard alone: each path to its end, and nothing with the focus below something else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitor, Visitors, signed_in, visit
from tests.end_to_end.web.made_up import course, progress
from tests.end_to_end.web.school import school, submission
from tests.end_to_end.web.stand_in import PASSWORD, StandIn, ok, refused

MOST_STOPS = 80
FOCUSED = """() => {
    const one = document.activeElement;
    if (one === document.body) return "";
    return one.labels?.[0]?.textContent ?? one.getAttribute("aria-label") ?? one.textContent;
}"""
# whether the middle of it can be seen and hit
IS_FREE = """() => {
    const one = document.activeElement;
    const { left, top, width, height } = one.getBoundingClientRect();
    const found = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 20));
    return one === document.body || one.contains(found) || found?.contains(one) || one.id === "file";
}"""


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = school()
    yield made
    assert made.unknown == []


def tab_to(visitor: Visitor, name: str) -> None:
    """Goes on with Tab until something of this name has the focus."""
    for _ in range(MOST_STOPS):
        visitor.page.keyboard.press("Tab")
        if name in visitor.page.evaluate(FOCUSED):
            return
    pytest.fail(f"no way by Tab to {name}")


def press(visitor: Visitor, *names: str) -> None:
    for name in names:
        tab_to(visitor, name)
        visitor.page.keyboard.press("Enter")


def test_learner_signs_in_books_learns_and_hands_in(visitors: Visitors, api: StandIn) -> None:
    api.on("GET /v1/courses/crs_2", ok({"course": course(courseId="crs_2", title="Splicing")}))
    api.on("GET /v1/learner/me/enrollments", ok({"enrollments": []}, total=0))
    mine = ok({"progress": progress(courseId="crs_2", title="Splicing")})
    api.on("GET /v1/learner/me/progress/crs_2", refused(403, "NOT_ENROLLED"), mine)
    api.on("POST /v1/courses/crs_2/enroll", ok({"enrollment": {}}))
    more = progress("mod_1", courseId="crs_2", title="Splicing")
    api.on("PATCH /v1/learner/me/progress/crs_2", ok({"progress": more}))
    api.on("POST /v1/assessments/asm_2/submit", ok({"submission": submission("ada", 2)}))
    ada = visit(visitors, api)
    ada.open("#/courses/crs_2")
    ada.arrive("#/courses/crs_2")
    press(ada, "Sign in to book")
    ada.heading("Sign in")
    tab_to(ada, "Email")
    ada.page.keyboard.type("ada@people.example")
    tab_to(ada, "Password")
    ada.page.keyboard.type(PASSWORD)
    ada.page.keyboard.press("Enter")
    ada.arrive("#/courses/crs_2")
    press(ada, "Book a seat", "Mark as done Module 1")
    expect(ada.page.get_by_text("✓ Done")).to_be_focused()
    ada.open("#/assessments/asm_2")
    ada.arrive("#/assessments/asm_2")
    tab_to(ada, "Address")
    ada.page.keyboard.type("https://github.com/ada/knots")
    press(ada, "Hand in the link")
    expect(ada.page.get_by_text("✓ Handed in")).to_be_visible()
    assert api.bodies("POST /v1/assessments/asm_2/submit") == [{"submissionUrl": "https://github.com/ada/knots"}]


def test_tutor_writes_a_course_and_grades(visitors: Visitors) -> None:
    api = school("tutor")
    draft = course(courseId="crs_9", title="Splicing", status="draft")
    api.on("POST /v1/courses", ok({"course": draft}))
    api.on("GET /v1/courses/crs_9", ok({"course": draft}))
    api.on("PATCH /v1/assessments/asm_1/submissions/usr_2", ok({"submission": submission("2", 1, 7)}))
    tutor = signed_in(visitors, api)
    tutor.arrive("#/today")
    press(tutor, "Courses")
    tutor.arrive("#/teaching")
    press(tutor, "New course")
    tutor.arrive("#/teaching/new")
    tab_to(tutor, "Title")
    tutor.page.keyboard.type("Splicing")
    press(tutor, "Save the draft")
    tutor.arrive("#/teaching/courses/crs_9/edit")
    tutor.open("#/teaching/assessments/asm_1")
    tutor.arrive("#/teaching/assessments/asm_1")
    press(tutor, "Wolfe")
    tab_to(tutor, "Grade, 0 to 10")
    tutor.page.keyboard.type("7")
    press(tutor, "Grade")
    expect(tutor.page.get_by_text("1 to grade, 3 graded, 3 missing")).to_be_visible()
    assert api.bodies("PATCH /v1/assessments/asm_1/submissions/usr_2")[0]["grade"] == 7


@pytest.mark.parametrize(
    "page", ["#/today", "#/catalogue", "#/courses/crs_1/people", "#/me/settings", "#/chat/usr_bob"]
)
@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_nothing_with_the_focus_is_below_something_else(visitors: Visitors, api: StandIn, page: str, key: str) -> None:
    ada = signed_in(visitors, api, viewport={"width": 320, "height": 500}, reduced_motion="reduce")
    ada.open(page)
    ada.arrive(page)
    hidden = []
    for _ in range(30):
        ada.page.keyboard.press(key)
        if not ada.page.evaluate(IS_FREE):
            hidden.append(ada.page.evaluate(FOCUSED))
    assert hidden == []
