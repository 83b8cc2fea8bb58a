"""The console on a phone and with the keyboard alone, and what may be done with its page from elsewhere."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitors, check
from tests.support.client import Client


def test_everybody_can_use_it_on_a_phone(visitors: Visitors, client: Client, stack: dict[str, Any]) -> None:
    """Nothing that a program finds against WCAG 2.2 AA, by day and by night, and nothing wider than a small screen."""
    tutor = client.demo("tutor")
    course = client.course(tutor, title="W" * 120)
    where = f"/v1/courses/{course['courseId']}"
    task = client.ok("POST", f"{where}/assessments", {"title": "T", "instructions": "I", "maxGrade": 5}, as_=tutor)
    task_id = task["assessment"]["assessmentId"]
    account = client.register("A" * 80)
    client.ok("POST", f"{where}/enroll", as_=account)
    client.ok("POST", f"/v1/assessments/{task_id}/submit", {"submissionUrl": "https://github.com/a/b"}, as_=account)
    client.ok("POST", "/v1/learner/messages", {"receiverId": account.user_id, "message": "Hello"}, as_=tutor)

    phone: dict[str, Any] = {
        "viewport": {"width": 320, "height": 640},
        "reduced_motion": "reduce",
    }
    learner = visitors(**phone)
    learner.open()
    expect(learner.page.locator(".cards > li").first).to_be_visible()
    check(learner, "catalogue")
    learner.open("#/sign-in")
    learner.heading("Sign in")
    check(learner, "sign-in")
    learner.sign_in(account.email)
    learner.arrive("#/today")
    learner.heading("Today")
    check(learner, "today")
    for view, heading, name in (
        (f"#/courses/{course['courseId']}", course["title"], "course"),
        (f"#/assessments/{task_id}", "T", "assessment"),
        ("#/courses", "My courses", "courses"),
        ("#/me", "Me", "profile"),
        ("#/me/devices", "Signed-in devices", "devices"),
        ("#/chat", "Chat", "chat"),
        (f"#/chat/{tutor.user_id}", "Tomas Novak", "conversation"),
    ):
        learner.open(view)
        learner.arrive(view)
        learner.heading(heading)
        check(learner, name)

    teacher = visitors(**phone)
    teacher.sign_in(**stack["accounts"]["tutor"])
    for view, heading, name in (
        ("#/today", "Today", "teaching-today"),
        ("#/teaching", "I teach", "teaching"),
        (f"#/teaching/courses/{course['courseId']}", course["title"], "overview"),
        (f"#/teaching/courses/{course['courseId']}/learners", course["title"], "learners"),
        (f"#/teaching/assessments/{task_id}", "Grading: T", "grading"),
    ):
        teacher.open(view)
        teacher.arrive(view)
        teacher.heading(heading)
        check(teacher, name)

    admin = visitors(**phone)
    admin.sign_in(**stack["accounts"]["admin"])
    admin.open("#/audit")
    admin.heading("Audit")
    check(admin, "audit-of-the-stack")


def test_with_the_keyboard_alone(visitors: Visitors) -> None:
    ada = visitors()
    ada.open()
    expect(ada.page.locator(".cards > li").first).to_be_visible()
    ada.page.keyboard.press("Tab")
    expect(ada.page.get_by_role("link", name="Skip to content")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("main")).to_be_focused()
    # and the link has not been taken for the address of a view
    ada.heading("Find a course")
    expect(ada.page.locator(".cards > li")).to_have_count(12)


def test_nobody_else_can_frame_or_script_the_page(visitors: Visitors, stack: dict[str, Any]) -> None:
    ada = visitors()
    response = ada.page.goto(stack["webUrl"])
    assert response is not None
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    policy = ada.page.locator("meta[http-equiv]").get_attribute("content") or ""
    host = stack["endpoint"].removeprefix("http://")
    assert f"connect-src 'self' http://{host} ws://{host};" in policy
    refused = ada.page.evaluate(
        """() => {
            try { document.body.innerHTML = "<b>markup</b>"; } catch (error) { return error.name; }
        }"""
    )
    assert refused == "TypeError"
    assert ada.page.goto(f"{stack['webUrl']}views/").status == 404  # type: ignore[union-attr]
    ada.problems.clear()
