"""The console in a real browser: CORS, presigned forms and the WebSocket as front ends meet them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.end_to_end.web.conftest import HOSTILE, Visitor, Visitors
from tests.support.client import PASSWORD, Client

# Stored as it is, and never more than text in a page.


def test_from_registration_to_a_completed_course(visitors: Visitors, client: Client) -> None:
    tutor = client.demo("tutor")
    title = f"Knots {uuid4().hex[:8]}"
    client.course(tutor, title=title, description=HOSTILE, subject="Crafts", level="advanced")
    ada = visitors()
    page = ada.page

    ada.open()
    more = ada.button("More courses")
    expect(page.locator(".cards > li")).to_have_count(12)
    more.click()
    expect(page.locator(".cards > li")).to_have_count(24)
    # reading goes on where the new ones begin
    assert page.evaluate("document.activeElement === document.querySelectorAll('.cards > li')[12].querySelector('a')")

    page.get_by_label("Title, subject or tutor").fill(title.split()[1])
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 course", exact=True)).to_be_visible()
    page.get_by_label("Level").select_option("Beginner")
    expect(page.get_by_text("No course matches.")).to_be_visible()
    page.get_by_label("Level").select_option("Any level")
    page.get_by_label("Tutor", exact=True).select_option(tutor.user_id)
    expect(page).to_have_url(re.compile(f"tutor={tutor.user_id}"))
    page.reload()
    expect(page.get_by_label("Tutor", exact=True)).to_have_value(tutor.user_id)
    page.get_by_role("link", name=title).click()
    ada.heading(title)
    # focus follows the view
    assert page.evaluate("document.activeElement.tagName") == "H1"
    expect(page.get_by_text(HOSTILE)).to_be_visible()

    page.get_by_role("link", name="Sign in to book").click()
    register(ada)
    # and the course that one came from is there again
    ada.heading(title)
    learn(ada, title)
    assert page.title() == f"{title} · Peerlearn"

    ada.go("Me")
    ada.heading("Me")
    expect(page.get_by_role("main").get_by_text(HOSTILE, exact=True)).to_be_visible()
    expect(page.get_by_role("list", name="Badges").get_by_role("listitem")).to_have_text(
        ["First module", "First course"]
    )
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def register(ada: Visitor) -> None:
    ada.page.get_by_role("link", name="Create an account").click()
    form = ada.page.get_by_role("form", name="Create an account")
    form.get_by_label("Name").fill(HOSTILE)
    form.get_by_label("Email").fill("not an address")
    form.get_by_label("Password", exact=True).fill("weak")
    form.get_by_role("button", name="Register").click()
    expect(form.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Email")).to_be_focused()
    expect(form.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Email").fill(f"{uuid4().hex}@people.example")
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Register").click()
    ada.connected()


def learn(ada: Visitor, title: str) -> None:
    page = ada.page
    ada.button("Book a seat").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    ada.button("Mark as done One").click()
    # the row is another one, and the focus is still there
    expect(page.get_by_text("✓ Done")).to_be_focused()
    expect(page.get_by_text("50 %")).to_be_visible()
    expect(ada.toast("+10 points for a module")).to_be_visible()
    # the access token is gone with the page's memory: a reload signs in again by itself
    page.reload()
    expect(page.get_by_text("✓ Done")).to_have_count(1)
    ada.connected()
    ada.button("Mark as done Two").click()
    expect(page.get_by_text("100 %")).to_be_visible()
    expect(ada.toast(f"You have completed {title}. Congratulations!")).to_be_visible()
    page.get_by_role("link", name="About", exact=True).click()
    expect(page.get_by_text("9 free seats of 10")).to_be_visible()
    page.get_by_role("navigation", name="Parts of the course").get_by_role("link", name="People").click()
    leaders = page.get_by_role("region", name="Leaderboard").get_by_role("listitem")
    expect(leaders.filter(has_text=HOSTILE)).to_contain_text("120")


def test_the_waitlist_and_the_seat_that_comes_free(visitors: Visitors, client: Client) -> None:
    course = client.course(client.demo("tutor"), capacity=1)
    here = f"#/courses/{course['courseId']}"
    grace, alan = visitors(), visitors()
    grace.sign_in(client.register("Grace").email)
    alan.sign_in(client.register("Alan").email)

    for visitor in (grace, alan):
        visitor.open(here)
        expect(visitor.button("Book a seat")).to_be_visible()
    grace.button("Book a seat").click()
    grace.page.get_by_role("link", name="About", exact=True).click()
    expect(grace.button("Give up my seat")).to_be_visible()
    # what Alan sees is a moment old
    alan.button("Book a seat").click()
    expect(alan.toast("The last seat has just been taken.")).to_be_visible()
    alan.button("Join the waitlist").click()
    expect(alan.toast("You are 1st in line.")).to_be_visible()
    alan.button("Leave the waitlist").click()
    alan.agree("Leave the waitlist")
    alan.button("Join the waitlist").click()
    expect(alan.button("Leave the waitlist")).to_be_visible()

    grace.button("Give up my seat").click()
    grace.agree("Cancel")
    expect(grace.button("Give up my seat")).to_be_focused()
    grace.button("Give up my seat").click()
    grace.agree("Give up my seat")
    expect(grace.button("Give up my seat")).to_have_count(0)
    # nobody reloads anything
    expect(alan.toast("A seat came free, and it is yours")).to_be_visible()
    expect(alan.button("Mark as done One")).to_be_visible()


def test_a_file_is_handed_in_graded_and_told_of(visitors: Visitors, client: Client, stack: dict[str, Any]) -> None:
    account = client.register("Ada")
    course = client.course(client.demo("tutor"))
    client.ok("POST", f"/v1/courses/{course['courseId']}/enroll", as_=account)
    tutor, ada = visitors(), visitors()

    set_task(tutor, stack, course["title"])
    ada.sign_in(account.email)
    ada.go("Courses")
    ada.page.get_by_role("link", name=course["title"]).click()
    ada.page.get_by_role("link", name="Tasks").click()
    ada.page.get_by_role("link", name="A bowline").click()
    ada.heading("A bowline")
    ada.page.get_by_role("textbox", name="Address").fill("https://evil.example/a")
    ada.button("Hand in the link").click()
    expect(ada.page.get_by_role("textbox", name="Address")).to_have_attribute("aria-invalid", "true")

    percents = watch_progress(ada)
    upload_at(ada, 1_000_000)
    content = "a bowline, described\n" * 50_000
    drop_file(ada, "繩結.md", content)
    expect(ada.toast("Handed in: attempt 1.")).to_be_visible()
    expect(ada.page.get_by_text("✓ Handed in")).to_be_visible()
    seen = percents()
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 100)
    assert any(0 < percent < 100 for percent in seen)

    tutor.page.reload()
    # in a tab of its own, which is gone again: what it saves is told of the tab that opened it
    with tutor.page.expect_download() as saved:
        tutor.page.get_by_role("button", name="Download 繩結.md").click()
    file = saved.value
    assert (file.suggested_filename, file.path().read_text(encoding="utf-8")) == ("繩結.md", content)
    grading = tutor.page.get_by_role("form", name="Grade Ada")
    grading.get_by_label("Grade, 0 to 10").fill("11")
    grading.get_by_role("button", name="Grade", exact=True).click()
    expect(grading.get_by_label("Grade, 0 to 10")).to_have_attribute("aria-invalid", "true")
    grading.get_by_label("Grade, 0 to 10").fill("10")
    grading.get_by_label("Feedback").fill(HOSTILE)
    grading.get_by_role("button", name="Grade", exact=True).click()

    # the course is named, and the points are told in the same note
    graded = ada.toast(f"{course['title']}: A bowline has been graded: 10")
    expect(graded).to_contain_text("+30 points")
    expect(ada.page.get_by_text("10 of 10")).to_be_visible()
    expect(ada.page.get_by_text(HOSTILE)).to_be_visible()
    expect(ada.button("Hand in the link")).to_be_hidden()


def set_task(tutor: Visitor, stack: dict[str, Any], title: str) -> None:
    """The tutor finds Ada among the learners, asks for a bowline and goes to its grading."""
    tutor.sign_in(**stack["accounts"]["tutor"])
    tutor.go("Courses")
    tutor.page.get_by_role("link", name=title).click()
    parts = tutor.page.get_by_role("navigation", name="Parts of the course")
    parts.get_by_role("link", name="Learners").click()
    expect(tutor.page.get_by_role("row").filter(has_text="Ada")).to_be_visible()
    parts.get_by_role("link", name="Tasks").click()
    tutor.page.get_by_text("New assessment").click()
    form = tutor.page.get_by_role("form", name="New assessment")
    form.get_by_label("Title").fill("A bowline")
    form.get_by_label("Instructions").fill("Show it.")
    form.get_by_role("button").click()
    tutor.page.get_by_role("link", name="A bowline").click()
    tutor.heading("Grading: A bowline")


def drop_file(visitor: Visitor, name: str, content: str) -> None:
    """As from the desktop; the file has no type, as the browser knows none for it."""
    transfer = visitor.page.evaluate_handle(
        """([name, content]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], name));
            return transfer;
        }""",
        [name, content],
    )
    visitor.page.dispatch_event(".drop", "dragover", {"dataTransfer": transfer})
    visitor.page.dispatch_event(".drop", "drop", {"dataTransfer": transfer})


def upload_at(visitor: Visitor, bytes_per_second: int) -> None:
    """A line on which an upload takes its time."""
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}
    visitor.context.new_cdp_session(visitor.page).send("Network.emulateNetworkConditions", line)


def watch_progress(visitor: Visitor) -> Any:
    """A call that returns every value the upload's bar has had."""
    visitor.page.evaluate(
        """() => {
            window.percents = [];
            new MutationObserver(() => {
                const bar = document.querySelector(".drop progress");
                if (bar !== null && window.percents.at(-1) !== bar.value) window.percents.push(bar.value);
            }).observe(document.querySelector(".drop"), { subtree: true, childList: true, attributes: true });
        }"""
    )
    return lambda: visitor.page.evaluate("window.percents")


def test_a_device_that_is_signed_out_from_another_one_says_so(visitors: Visitors, client: Client) -> None:
    email = client.register("Ada").email
    here, there = visitors(), visitors()
    there.sign_in(email)
    here.sign_in(email)
    here.open("#/me/settings")
    here.page.get_by_role("link", name="Signed-in devices").click()
    devices = here.page.get_by_role("list", name="Devices").get_by_role("listitem")
    # the registration is one too, of a program without a name
    expect(devices).to_have_count(3)
    expect(devices.filter(has_text="Chrome on Linux")).to_have_count(2)
    here.button("Sign out all other devices").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Sign out the others").click()
    expect(devices).to_have_count(1)
    # nobody presses anything there: the connection ends, and no new one is opened
    there.heading("Sign in")
    expect(there.page.get_by_text("this session was ended from elsewhere")).to_be_visible()
    here.heading("Signed-in devices")
