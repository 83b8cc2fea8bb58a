"""A newcomer in a real browser, with the inbox of the local stack: registers, confirms, loses the password, is back."""

from __future__ import annotations

import re
import time
from typing import Any
from uuid import uuid4

import requests
from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitor, Visitors, check

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce"}
PASSWORD, OTHER = "Analytical-1843", "Difference-1822"
_SECONDS = 60


def mailed(stack: dict[str, Any], address: str, page: str) -> str:
    """The newest link to that page in somebody's inbox."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        messages = requests.get(f"{stack['endpoint']}/_ministack/ses/messages", timeout=10).json()["messages"]
        mails = [mail for sent in messages.values() for mail in sent if address in str(mail["To"])]
        links = [link for mail in mails for link in re.findall(rf"#/{page}\?token=\S+", mail["BodyText"])]
        if links:
            return str(links[-1])
        time.sleep(0.2)
    raise AssertionError(f"no link to {page} was mailed to {address}")


def register(visitor: Visitor, email: str) -> None:
    visitor.open("#/register")
    form = visitor.page.get_by_role("form", name="Create an account")
    form.get_by_label("Name").fill("Ada")
    form.get_by_label("Email").fill(email)
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Register", exact=True).click()
    visitor.heading("Today")


def test_newcomer_confirms_loses_the_password_and_gets_back_in(visitors: Visitors, stack: dict[str, Any]) -> None:
    email = f"{uuid4().hex}@people.example"
    ada = visitors(**PHONE)
    register(ada, email)
    banner = ada.page.get_by_role("region", name="Your address")
    expect(banner).to_contain_text(email)
    check(ada, "banner")
    ada.open(mailed(stack, email, "verify"))
    ada.heading("Confirm your address")
    check(ada, "verify")
    ada.button("Confirm my address").click()
    expect(ada.page.get_by_text("Your address is confirmed")).to_be_visible()
    expect(banner).to_be_hidden()
    assert "token" not in ada.page.url

    ada.button("Sign out").click()
    ada.open("#/sign-in")
    ada.page.get_by_role("link", name="I have lost my password").click()
    ada.heading("A lost password")
    ada.page.get_by_label("Email").fill(email)
    check(ada, "forgot")
    ada.button("Send me a link").click()
    expect(ada.page.get_by_text("a link to a new password is on its way")).to_be_visible()
    link = mailed(stack, email, "reset")
    ada.open(link)
    ada.page.get_by_label("New password", exact=True).fill("Password1!")
    ada.button("Change my password").click()
    expect(ada.page.locator(".problem").filter(has_text="Too many people use this password")).to_be_visible()
    check(ada, "reset")
    ada.page.get_by_label("New password", exact=True).fill(OTHER)
    ada.button("Change my password").click()
    expect(ada.page.get_by_text("Your password is changed")).to_be_visible()
    ada.sign_in_here(email, OTHER)
    ada.heading("Today")

    again = visitors(**PHONE)
    again.open(link)
    again.page.get_by_label("New password", exact=True).fill(PASSWORD)
    again.button("Change my password").click()
    expect(again.page.get_by_role("alert").filter(has_text="This link opens nothing any more")).to_be_visible()


def test_address_is_changed_and_the_change_undone(visitors: Visitors, stack: dict[str, Any]) -> None:
    email, new = f"{uuid4().hex}@people.example", f"{uuid4().hex}@people.example"
    ada = visitors()
    register(ada, email)
    ada.open("#/me/mails")
    form = ada.page.get_by_role("form", name="My address")
    form.get_by_label("New address").fill(new)
    form.get_by_label("Password", exact=True).fill(OTHER)
    form.get_by_role("button", name="Change my address").click()
    expect(form.locator(".problem").filter(has_text="This is not your password.")).to_be_visible()
    check(ada, "mails")
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Change my address").click()
    expect(ada.toast(new)).to_be_visible()
    with ada.page.expect_response(lambda answer: answer.request.method == "PATCH") as changed:
        ada.page.get_by_label("A tutor announces something: Mail").uncheck()
    assert changed.value.ok
    ada.open(mailed(stack, new, "verify"))
    ada.button("Confirm my address").click()
    expect(ada.page.get_by_text(f"Your address is {new} now.")).to_be_visible()
    ada.sign_in_here(new, PASSWORD)
    ada.open("#/me/mails")
    expect(ada.page.get_by_label("A tutor announces something: Mail")).not_to_be_checked()
    ada.open(mailed(stack, email, "undo"))
    ada.heading("Keep your address")
    ada.button("Keep my address").click()
    expect(ada.page.get_by_text("Your address stays.")).to_be_visible()
    ada.open(mailed(stack, email, "reset"))
    ada.page.get_by_label("New password", exact=True).fill(OTHER)
    ada.button("Change my password").click()
    ada.sign_in_here(email, OTHER)


def test_link_that_is_not_whole_says_so(visitors: Visitors) -> None:
    somebody = visitors()
    for page in ("verify", "undo", "unsubscribe"):
        somebody.open(f"#/{page}")
        expect(somebody.page.get_by_role("alert").filter(has_text="This link is not whole")).to_be_visible()
    somebody.open(f"#/unsubscribe?token=usr_1.announcement.{'A' * 43}")
    somebody.button("Stop these mails").click()
    expect(somebody.page.get_by_role("alert").filter(has_text="This link opens nothing any more")).to_be_visible()
