"""Grading and handing in, in the console, against an API that answers what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.end_to_end.web.conftest import Visitor, Visitors, signed_in
from tests.end_to_end.web.made_up import enrollment
from tests.end_to_end.web.stand_in import NOW, StandIn, ok, refused

TASK = "/v1/assessments/asm_1"
GRADING = f"PATCH {TASK}/submissions/usr_bob"
ASSESSMENT = {
    "assessmentId": "asm_1",
    "courseId": "crs_1",
    "title": "A bowline",
    "instructions": "Show it.",
    "maxGrade": 10,
    "dueAt": None,
    "allowLate": False,
}


def attempt(number: int, file_name: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "submissionId": f"sub_{number}",
        "assessmentId": "asm_1",
        "learnerId": "usr_bob",
        "attempt": number,
        "submissionUrl": f"https://github.com/bob/{number}",
        "fileName": file_name,
        "submittedAt": NOW,
        "late": False,
        "grade": None,
        "feedback": None,
        "gradedAt": None,
        **changes,
    }


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = StandIn(role="tutor")
    made.on("GET /v1/courses/crs_1/enrollments", ok({"enrollments": []}, total=0))
    made.on(f"GET {TASK}", ok({"assessment": ASSESSMENT}))
    made.on(f"GET {TASK}/statistics", ok({"statistics": {"graded": 0, "distribution": []}}))
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def entry(learner: str, name: str) -> dict[str, Any]:
    return enrollment(learnerId=learner, learner={"userId": learner, "name": name})


def pane(tutor: Visitor) -> Locator:
    return tutor.page.locator(".pane")


def test_the_attempt_that_was_shown_is_graded_and_no_other(visitors: Visitors, api: StandIn) -> None:
    api.on(f"GET {TASK}/submissions", ok({"submissions": [attempt(2, "作业.pdf"), attempt(1)]}, total=2))
    late = refused(409, "CONFLICT", "The learner has handed in another attempt.", attempt=3, submission=attempt(3))
    api.on(GRADING, late, ok({"submission": attempt(3, grade=9.5, gradedAt=NOW)}))
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1")
    shown = pane(tutor)
    # one entry a learner, with the newest attempt; earlier ones are there to be looked at
    expect(shown.get_by_role("form")).to_have_count(1)
    expect(shown.get_by_role("button", name="Download 作业.pdf")).to_be_visible()
    shown.get_by_text("1 earlier attempt").click()
    expect(shown.get_by_role("listitem")).to_contain_text("Attempt 1")

    shown.get_by_label("Grade, 0 to 10").fill("9.5")
    shown.get_by_label("Feedback").fill("Well tied.")
    shown.get_by_role("button", name="Grade", exact=True).click()
    expect(shown.get_by_role("alert")).to_have_text("The learner has handed in another attempt.")
    # what there is to grade now is shown, and what was written is still there
    expect(shown).to_contain_text("Attempt 3")
    expect(shown.get_by_role("link", name="https://github.com/bob/3")).to_be_visible()
    expect(shown.get_by_label("Feedback")).to_have_value("Well tied.")
    shown.get_by_role("button", name="Grade", exact=True).click()
    expect(tutor.toast("Graded: Somebody.")).to_be_visible()
    sent = {"grade": 9.5, "feedback": "Well tied."}
    assert api.bodies(GRADING) == [{"attempt": 2, **sent}, {"attempt": 3, **sent}]


def test_grading_one_learner_keeps_the_drafts_of_all_others(visitors: Visitors, api: StandIn) -> None:
    others = [attempt(1, learnerId=f"usr_{name}", submissionId=f"sub_{name}") for name in ("bob", "eve")]
    api.on(f"GET {TASK}/submissions", ok({"submissions": others}, total=2))
    api.on("GET /v1/courses/crs_1/enrollments", ok({"enrollments": [entry("usr_bob", "Bob"), entry("usr_eve", "Eve")]}))
    api.on(GRADING, ok({"submission": others[0] | {"grade": 7.5, "gradedAt": NOW}}))
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1")
    people = tutor.page.get_by_role("navigation", name="Learners")
    people.get_by_role("link", name="Eve").click()
    form = pane(tutor).get_by_role("form", name="Grade Eve")
    form.get_by_label("Grade, 0 to 10").fill("3")
    form.get_by_label("Feedback").fill("Half a page on what is missing.")
    people.get_by_role("link", name="Bob").click()
    bob = pane(tutor).get_by_role("form", name="Grade Bob")
    bob.get_by_label("Grade, 0 to 10").fill("7.50")
    bob.get_by_role("button", name="Grade", exact=True).click()
    expect(bob.get_by_role("button", name="Correct the grade")).to_be_visible()
    # what was saved, as it was saved
    expect(bob.get_by_label("Grade, 0 to 10")).to_have_value("7.5")
    expect(tutor.page.get_by_text("1 to grade, 1 graded, 0 missing")).to_be_visible()
    people.get_by_role("link", name="Eve").click()
    expect(form.get_by_label("Grade, 0 to 10")).to_have_value("3")
    expect(form.get_by_label("Feedback")).to_have_value("Half a page on what is missing.")


def test_keys_grade_one_learner_after_the_other(visitors: Visitors, api: StandIn) -> None:
    work = [
        attempt(1, learnerId=f"usr_{name}", submissionId=f"sub_{name}", submittedAt=f"2026-01-0{day}T10:00:00Z")
        for day, name in ((1, "bob"), (2, "eve"))
    ]
    api.on(f"GET {TASK}/submissions", ok({"submissions": work}, total=2))
    roster = [entry("usr_bob", "Bob"), entry("usr_eve", "Eve"), entry("usr_ida", "Ida")]
    api.on("GET /v1/courses/crs_1/enrollments", ok({"enrollments": roster}))
    for one in work:
        graded = ok({"submission": one | {"grade": 8, "gradedAt": NOW}})
        api.on(f"PATCH {TASK}/submissions/{one['learnerId']}", graded)
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1")
    expect(tutor.page.get_by_text("2 to grade, 0 graded, 1 missing")).to_be_visible()
    for name in ("Bob", "Eve"):
        form = pane(tutor).get_by_role("form", name=f"Grade {name}")
        form.get_by_label("Grade, 0 to 10").fill("8")
        tutor.page.keyboard.press("Control+Enter")
    expect(pane(tutor).get_by_role("heading", name="Everything is graded.")).to_be_focused()
    expect(tutor.page.get_by_role("link", name="Message Ida")).to_be_visible()


def test_an_empty_grade_is_no_zero(visitors: Visitors, api: StandIn) -> None:
    api.on(f"GET {TASK}/submissions", ok({"submissions": [attempt(1)]}, total=1))
    fields = [{"field": "grade", "message": "must be a number with at most two decimals", "rule": "not_number"}]
    api.on(GRADING, refused(422, "VALIDATION_FAILED", fields=fields))
    tutor = signed_in(visitors, api)
    tutor.open("#/teaching/assessments/asm_1")
    tutor.page.get_by_role("button", name="Grade", exact=True).click()
    grade = tutor.page.get_by_label("Grade, 0 to 10")
    expect(grade).to_have_attribute("aria-invalid", "true")
    expect(grade).to_have_accessible_description("Please enter a number.")
    assert api.bodies(GRADING) == [{"attempt": 1, "feedback": None}]


def test_a_file_is_announced_as_the_browser_knows_it(visitors: Visitors, api: StandIn) -> None:
    fields = [{"field": "fileName", "message": "ends in .exe, and such a file is not accepted as it is"}]
    api.on(f"POST {TASK}/upload", refused(422, "VALIDATION_FAILED", fields=fields))
    ada = signed_in(visitors, api)
    ada.open("#/assessments/asm_1")
    for name, content_type in (("作业.kt", ""), ("invoice.pdf.exe", "application/pdf")):
        file: Any = {"name": name, "mimeType": content_type or "application/octet-stream", "buffer": b"fun main() {}"}
        ada.page.locator("#file").set_input_files(file)
        expect(ada.page.get_by_text("ends in .exe, and such a file is not accepted as it is")).to_be_visible()
    assert [body["fileName"] for body in api.bodies(f"POST {TASK}/upload")] == ["作业.kt", "invoice.pdf.exe"]
    assert [body["contentType"] for body in api.bodies(f"POST {TASK}/upload")][1] == "application/pdf"
