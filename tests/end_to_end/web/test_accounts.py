"""Devices, limits, people and the audit trail in the console, against an API that answers what a test says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitors, check, signed_in, visit
from tests.end_to_end.web.stand_in import NOW, PASSWORD, StandIn, done, ok, refused

SESSIONS = "/v1/learner/me/sessions"
PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "reduced_motion": "reduce"}
ENDED = "You are signed out here: this session was ended from elsewhere. Please sign in again."
BOB = {
    "userId": "usr_bob",
    "name": "Bob <b>",
    "email": "bob@people.example",
    "role": "learner",
    "status": "active",
    "emailVerified": False,
    "createdAt": NOW,
    "lastSeenAt": None,
}


@pytest.fixture
def api() -> Iterator[StandIn]:
    made = StandIn()
    yield made
    assert made.unknown == []


@pytest.fixture
def admin() -> Iterator[StandIn]:
    made = StandIn(role="admin")
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def test_a_locked_account_is_told_when_and_may_try_again_then(visitors: Visitors, api: StandIn) -> None:
    locked = refused(429, "TOO_MANY_REQUESTS", retry_after=3, limit="wrong-passwords")
    api.on("POST /v1/learner/auth/login", locked, locked, api.signed_in())
    ada = visit(visitors, api)
    ada.open("#/sign-in")
    form = ada.page.get_by_role("form", name="Sign in")
    button = form.get_by_role("button", name="Sign in", exact=True)
    form.get_by_label("Email").fill("bob@people.example")
    form.get_by_label("Password", exact=True).fill("Wrong-1843")
    button.click()
    expect(form.get_by_role("alert")).to_have_text("Too many wrong passwords. Try again in 3 seconds.")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_contain_text(re.compile(r"\(\d s\)"))
    check(ada, "limit")
    # another account has not to wait for this one
    form.get_by_label("Email").fill("ada@people.example")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    form.get_by_label("Password", exact=True).press("Enter")
    expect(button).to_have_attribute("aria-disabled", "true")
    form.get_by_label("Password", exact=True).press("Enter")
    expect(form.get_by_role("alert")).to_have_text("You can try again now.")
    assert len(api.bodies("POST /v1/learner/auth/login")) == 2
    form.get_by_label("Password", exact=True).press("Enter")
    expect(form).to_have_count(0)


def test_the_device_is_named_and_known_again(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.button("Sign out").click()
    ada.sign_in("ADA@people.example", PASSWORD)
    first, second = api.bodies("POST /v1/learner/auth/login")
    assert first == {"email": "ada@people.example", "password": PASSWORD, "deviceName": "Chrome on Linux"}
    assert second["deviceToken"] == "device-1"


def test_a_suspended_account_is_told_so(visitors: Visitors, api: StandIn) -> None:
    api.on("POST /v1/learner/auth/login", refused(403, "ACCOUNT_SUSPENDED"))
    ada = visit(visitors, api)
    ada.open("#/sign-in")
    form = ada.page.get_by_role("form", name="Sign in")
    form.get_by_label("Email").fill("ada@people.example")
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Sign in", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("This account is suspended.")


def test_a_session_ended_elsewhere_leads_to_the_sign_in_page_and_back(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.go("Me")
    ada.heading("Me")
    ended = refused(401, "UNAUTHENTICATED", "This session has ended. Sign in again.")
    api.on("GET /v1/learner/me/enrollments", ended, ok({"enrollments": []}, total=0))
    api.on("POST /v1/learner/auth/refresh", ended)
    ada.go("Courses")
    ada.heading("Sign in")
    expect(ada.page.get_by_role("alert").filter(has_text=ENDED)).to_be_visible()
    expect(ada.page.locator(".toast")).to_have_count(0)
    assert len(api.bodies("POST /v1/learner/auth/refresh")) == 1
    check(ada, "ended")
    ada.sign_in_here()
    ada.heading("My courses")
    expect(ada.page.get_by_text(ENDED)).to_have_count(0)


def session(name: str | None, *, current: bool = False) -> dict[str, Any]:
    identity = f"ses_{(name or 'none').lower()}"
    return {"sessionId": identity, "device": name, "createdAt": NOW, "lastUsedAt": NOW, "current": current}


def test_devices_are_listed_and_signed_out(visitors: Visitors, api: StandIn) -> None:
    here, phone, nameless = session("Laptop", current=True), session("Phone"), session(None)
    link = {"createdAt": NOW, "sessionId": "ses_gone"}
    api.on(
        f"GET {SESSIONS}",
        ok({"sessions": [here, phone, nameless], "calendarLink": link}),
        ok({"sessions": [here, nameless], "calendarLink": link}),
        ok({"sessions": [here], "calendarLink": None}),
    )
    for call in (f"{SESSIONS}/ses_phone", SESSIONS, f"{SESSIONS}/ses_laptop"):
        api.on(f"DELETE {call}", done())
    ada = signed_in(visitors, api, **PHONE)
    ada.open("#/me/settings")
    ada.page.get_by_role("link", name="Signed-in devices").click()
    ada.heading("Signed-in devices")
    devices = ada.page.get_by_role("list", name="Devices").get_by_role("listitem")
    expect(devices).to_have_count(3)
    expect(devices.filter(has_text="(this device)")).to_contain_text("Laptop")
    expect(ada.page.get_by_text("by a device that is signed out")).to_be_visible()
    check(ada, "devices")

    ada.button("Sign out Phone").click()
    said = ada.page.get_by_text("Phone is signed out.")
    expect(said).to_be_focused()
    expect(devices).to_have_count(2)
    ada.button("Sign out all other devices").click()
    ada.agree("Sign out the others")
    expect(devices).to_have_count(1)
    expect(ada.button("Sign out all other devices")).to_be_hidden()
    assert api.bodies(f"DELETE {SESSIONS}") == [None]

    ada.button("Sign out this device").click()
    ada.heading("Sign in")
    expect(ada.page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(ada.page.get_by_text(ENDED)).to_have_count(0)


def test_erasing_the_account_takes_the_password(visitors: Visitors, api: StandIn) -> None:
    api.on("DELETE /v1/learner/me", refused(401, "INVALID_CREDENTIALS"), done())
    ada = signed_in(visitors, api, **PHONE)
    ada.open("#/me/settings")
    ada.page.get_by_text("Erase my account", exact=True).click()
    form = ada.page.get_by_role("form", name="Erase my account")
    password = form.get_by_label("Password", exact=True)
    password.fill("Wrong-1843")
    form.get_by_role("button", name="Erase my account for good").click()
    expect(form.get_by_text("This is not your password.")).to_be_visible()
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()
    expect(ada.button("Sign out")).to_be_visible()
    check(ada, "erasing")
    password.fill(PASSWORD)
    form.get_by_role("button", name="Erase my account for good").click()
    ada.heading("Find a course")
    expect(ada.toast("Your account is erased.")).to_be_visible()
    assert api.bodies("DELETE /v1/learner/me") == [{"password": "Wrong-1843"}, {"password": PASSWORD}]
    assert api.bodies("POST /v1/learner/auth/refresh") == []
    assert ada.page.evaluate("localStorage.length") == 0


def test_an_administrator_finds_somebody_and_suspends_them(visitors: Visitors, admin: StandIn) -> None:
    own = BOB | {"userId": "usr_ada", "name": "Ada", "role": "admin", "lastSeenAt": NOW}
    admin.on("GET /v1/users", ok({"users": [BOB]}, next="c2"), ok({"users": [own]}), ok({"users": [BOB]}))
    suspended = {**BOB, "status": "suspended"}
    admin.on(
        "PATCH /v1/users/usr_bob", ok({"user": suspended}), ok({"user": BOB}), ok({"user": {**BOB, "role": "tutor"}})
    )
    admin.on("DELETE /v1/users/usr_bob/sessions", done())
    admin.on("GET /v1/users/usr_ada", ok({"user": {**own, "mailSuppressed": None}}))
    bounced = {"reason": "bounce", "at": NOW}
    admin.on("GET /v1/users/usr_bob", ok({"user": {**BOB, "mailSuppressed": bounced}}))
    ada = signed_in(visitors, admin, **PHONE)
    ada.go("People")
    ada.heading("People")
    expect(ada.page.get_by_text("1 person so far")).to_be_visible()
    ada.button("More people").click()
    expect(ada.page.get_by_text("2 people", exact=True)).to_be_visible()
    ada.page.get_by_text("Manage Ada").click()
    expect(ada.page.get_by_text("This is you.")).to_be_visible()
    expect(ada.page.get_by_text("Mails to this address come back")).to_have_count(0)

    ada.page.get_by_label("Name or email").fill("bo")
    ada.page.get_by_label("Status").select_option("Active")
    expect(ada.page.get_by_text("1 person", exact=True)).to_be_visible()
    assert [called for called, *_ in admin.calls if "?" in called][-1] == "GET /v1/users?q=bo&status=active&limit=20"
    bob = ada.page.get_by_role("listitem").filter(has_text="Bob <b>")
    expect(bob).to_contain_text("(not verified)")
    bob.get_by_text("Manage").click()
    expect(bob.get_by_text("Mails to this address come back, last on")).to_be_visible()
    check(ada, "people")

    bob.get_by_label("Reason").fill(" spam ")
    bob.get_by_role("button", name="Suspend").click()
    ada.agree("Cancel")
    assert admin.bodies("PATCH /v1/users/usr_bob") == []
    bob.get_by_role("button", name="Suspend").click()
    ada.agree("Suspend")
    expect(bob.get_by_text("Bob <b> is suspended.")).to_be_focused()
    expect(bob.get_by_text("Suspended", exact=True)).to_be_visible()
    bob.get_by_role("button", name="Let in again").click()
    ada.agree("Let in again")
    expect(bob.get_by_role("button", name="Suspend")).to_be_visible()
    bob.get_by_role("combobox", name="Role").select_option("Tutor")
    bob.get_by_role("button", name="Change the role").click()
    ada.agree("Change the role")
    expect(bob.get_by_text("The role is now: Tutor.")).to_be_visible()
    bob.get_by_role("button", name="End all sessions").click()
    ada.agree("Sign out")
    expect(bob.get_by_text("Bob <b> is signed out everywhere.")).to_be_visible()
    changes = [{"status": "suspended", "reason": "spam"}, {"status": "active"}, {"role": "tutor"}]
    assert admin.bodies("PATCH /v1/users/usr_bob") == changes
    assert admin.bodies("DELETE /v1/users/usr_bob/sessions") == [None]


def test_the_audit_trail_is_filtered_and_read_on(visitors: Visitors, admin: StandIn) -> None:
    entry: dict[str, Any] = {
        "entryId": "aud_1",
        "at": NOW,
        "actor": {"userId": "usr_ada", "name": "Ada"},
        "action": "role.changed",
        "target": "usr_bob",
        "source": "203.0.113.7",
        "outcome": "done",
        "details": {"from": "learner", "to": "tutor"},
    }
    blocked = entry | {
        "entryId": "aud_2",
        "actor": None,
        "action": "sign-in.blocked",
        "outcome": "refused",
        "details": {},
    }
    # a page may be empty although others follow
    admin.on(
        "GET /v1/audit",
        ok({"entries": [entry]}, limit=25, next="c2"),
        ok({"entries": []}, limit=25, next="c3"),
        ok({"entries": [blocked]}, limit=25),
    )
    ada = signed_in(visitors, admin, timezone_id="Europe/Berlin", **PHONE)
    ada.go("Audit")
    ada.heading("Audit")
    rows = ada.page.locator("tbody tr")
    expect(rows).to_contain_text(["Role changed"])
    expect(rows).to_contain_text(["from: learner, to: tutor"])
    ada.button("More entries").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Nobody signed in")
    expect(rows.nth(1)).to_contain_text("outcome: refused")
    expect(ada.button("More entries")).to_be_hidden()
    check(ada, "audit")

    ada.page.get_by_label("From").fill("2026-01-01T12:00")
    ada.page.get_by_label("What", exact=True).select_option("Role changed")
    expect(ada.page.get_by_text("1 entry", exact=True)).to_be_visible()
    moment = quote("2026-01-01T11:00:00.000Z", safe="")
    assert admin.calls[-1][0] == f"GET /v1/audit?action=role.changed&from={moment}&limit=25"
    admin.on("GET /v1/audit", refused(429, "TOO_MANY_REQUESTS", retry_after=30))
    ada.button("Search").click()
    expect(ada.page.get_by_text("Try again in 30 seconds.")).to_be_visible()
    expect(ada.button("Search")).to_have_attribute("aria-disabled", "true")


def test_only_administrators_are_led_to_people_and_audit(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    main = ada.page.get_by_role("navigation", name="Main")
    expect(main.get_by_role("link")).to_have_text(["Today", "Courses", "Chat", "Me"])
    for view in ("#/people", "#/audit"):
        ada.open(view)
        ada.heading("There is nothing here")


def test_a_limit_over_the_socket_holds_the_message_back(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    ada.open("#/chat/usr_bob")
    ada.page.get_by_label("Message to").fill("Hello")
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator(".bubble.pending")).to_have_count(1)
    ada.page.wait_for_timeout(200)
    letter = next(one for one in api.heard if one["action"] == "sendMessage")
    answer = {"clientMessageId": letter["clientMessageId"], "retryAfter": 2, "details": {"limit": "messages"}}
    api.sockets[-1].send(json.dumps({"type": "error", "code": "TOO_MANY_REQUESTS", "message": "No.", **answer}))
    pending = ada.page.locator(".bubble.pending")
    expect(pending).to_contain_text("That was too often in a short time. Try again in 2 seconds.")
    again = pending.get_by_role("button", name="Try again", exact=True)
    expect(again).to_have_attribute("aria-disabled", "true")
    expect(again).not_to_have_attribute("aria-disabled", "true")
    again.click()
    expect(pending.get_by_role("button")).to_have_count(0)


def test_a_page_that_meets_a_limit_says_when(visitors: Visitors, api: StandIn) -> None:
    ada = signed_in(visitors, api)
    busy = refused(429, "TOO_MANY_REQUESTS", retry_after=7)
    api.on(f"GET {SESSIONS}", busy, ok({"sessions": [session("Laptop", current=True)], "calendarLink": None}))
    ada.open("#/me/devices")
    ada.heading("That did not work")
    expect(ada.page.get_by_role("alert")).to_have_text("That was too often in a short time. Try again in 7 seconds.")
    expect(ada.button("Try again")).to_have_attribute("aria-disabled", "true")
    expect(ada.button("Try again")).not_to_have_attribute("aria-disabled", "true")
    ada.button("Try again").click()
    ada.heading("Signed-in devices")
