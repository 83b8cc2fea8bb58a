"""A lost connection during any press of the console: it says so and gives the button back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitor, Visitors, signed_in
from tests.end_to_end.web.made_up import course, take_part
from tests.end_to_end.web.stand_in import NOW, StandIn, lost, ok

NO_CONNECTION = "The server cannot be reached. Are you online?"
SUBMISSION = {
    "submissionId": "sub_1",
    "assessmentId": "asm_1",
    "learnerId": "usr_ada",
    "attempt": 1,
    "submissionUrl": "https://uploads.example/1",
    "fileName": "knot.pdf",
    "submittedAt": NOW,
    "late": False,
    "grade": None,
    "feedback": None,
    "gradedAt": None,
}
ASSESSMENT = {
    "assessmentId": "asm_1",
    "courseId": "crs_1",
    "title": "A bowline",
    "instructions": "Show it.",
    "maxGrade": 10,
    "dueAt": None,
    "allowLate": False,
}
LETTER = {"messageId": "msg_2", "conversationId": "cnv_1", "seq": 2, "senderId": "usr_bob", "receiverId": "usr_ada"}
PEER = {"userId": "usr_bob", "name": "Bob", "interests": [], "sharedCourses": [], "commonInterests": [], "score": 1}
ENTRY = {"reason": "module_completed", "points": 10, "reference": "mod_1", "awardedAt": NOW}


@dataclass(frozen=True)
class Press:
    """A button, where it is, and the request that is lost."""

    button: str
    view: str
    call: str
    prepare: Callable[[StandIn], None] = take_part
    # the first answer is what the page is shown with
    first: tuple[Any, ...] = ()
    agree: str | None = None


def _waiting(api: StandIn) -> None:
    take_part(api, "waitlisted")


def _open(api: StandIn) -> None:
    api.on("GET /v1/courses/crs_1", ok({"course": course()}))


def _full(api: StandIn) -> None:
    _waiting(api)
    api.on("GET /v1/learner/me/enrollments", ok({"enrollments": []}, total=0))


def _handed_in(api: StandIn) -> None:
    api.on("GET /v1/assessments/asm_1", ok({"assessment": ASSESSMENT, "submission": SUBMISSION}))


def _devices(api: StandIn) -> None:
    sessions = [
        {"sessionId": f"ses_{name}", "device": name, "createdAt": NOW, "lastUsedAt": NOW, "current": name == "Laptop"}
        for name in ("Laptop", "Phone")
    ]
    link = {"createdAt": NOW, "sessionId": "ses_Phone"}
    api.on("GET /v1/learner/me/sessions", ok({"sessions": sessions, "calendarLink": link}))


def _nothing(_: StandIn) -> None:
    """The stand-in's own answers will do."""


COURSE = "#/courses/crs_1"
DEVICES = "#/me/devices"
PRESSES = [
    Press("Mark as done Module 1", COURSE, "PATCH /v1/learner/me/progress/crs_1"),
    Press("Book a seat", COURSE, "POST /v1/courses/crs_1/enroll", _open),
    Press("Give up my seat", f"{COURSE}/about", "DELETE /v1/courses/crs_1/enroll", agree="Give up my seat"),
    Press("Join the waitlist", COURSE, "POST /v1/courses/crs_1/waitlist", _full),
    Press("Leave the waitlist", COURSE, "DELETE /v1/courses/crs_1/waitlist", _waiting, agree="Leave the waitlist"),
    Press(
        "Download knot.pdf", "#/assessments/asm_1", "GET /v1/assessments/asm_1/submissions/usr_ada/download", _handed_in
    ),
    Press(
        "More courses", "#/catalogue", "GET /v1/courses", _nothing, (ok({"courses": [course()]}, total=2, next="c"),)
    ),
    Press(
        "Earlier", "#/me/points", "GET /v1/learner/me/points", _nothing, (ok({"entries": [ENTRY]}, total=2, next="c"),)
    ),
    Press(
        "More peers",
        f"{COURSE}/people",
        "GET /v1/learner/peers",
        take_part,
        (ok({"peers": [PEER]}, total=2, next="c"),),
    ),
    Press("Export my data", "#/me/settings", "GET /v1/learner/me/export", _nothing),
    Press(
        "Make a calendar link", "#/me/settings", "POST /v1/learner/me/calendar", _nothing, agree="Make a calendar link"
    ),
    Press(
        "Earlier messages",
        "#/chat/usr_bob",
        "GET /v1/learner/messages",
        _nothing,
        (ok({"messages": [LETTER | {"message": "Hi", "isRead": True, "createdAt": NOW}]}, total=2),),
    ),
    Press("Sign out Phone", DEVICES, "DELETE /v1/learner/me/sessions/ses_Phone", _devices),
    Press(
        "Sign out all other devices", DEVICES, "DELETE /v1/learner/me/sessions", _devices, agree="Sign out the others"
    ),
    Press("Revoke the link", DEVICES, "DELETE /v1/learner/me/calendar", _devices, agree="Revoke"),
]


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = StandIn()
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def press(ada: Visitor, one: Press) -> None:
    ada.button(one.button).click()
    if one.agree is not None:
        ada.agree(one.agree)


@pytest.mark.parametrize("one", PRESSES, ids=lambda one: one.button)
def test_lost_connection_is_said_and_the_button_comes_back(visitors: Visitors, api: StandIn, one: Press) -> None:
    one.prepare(api)
    ada = signed_in(visitors, api)
    api.on(one.call, *one.first, lost())
    ada.open(one.view)
    press(ada, one)
    expect(ada.toast(NO_CONNECTION)).to_be_visible()
    expect(ada.button(one.button)).to_be_enabled()
    expect(ada.button(one.button)).to_be_visible()
