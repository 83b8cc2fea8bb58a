"""The console in a real browser: CORS, presigned forms and the WebSocket as front ends meet them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.end_to_end.web.conftest import Visitor, Visitors, check
from tests.support.client import PASSWORD, Client

# Stored as it is, and never more than text in a page.
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


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


def test_two_people_chat_through_a_lost_connection(visitors: Visitors, client: Client) -> None:
    course = client.course(client.demo("tutor"))
    accounts = [client.register(name) for name in ("Grace", HOSTILE)]
    for account in accounts:
        client.ok("POST", f"/v1/courses/{course['courseId']}/enroll", as_=account)
    grace, alan = visitors(), visitors()
    grace.sign_in(accounts[0].email)
    alan.sign_in(accounts[1].email)
    # the messages themselves, without the time below each
    said = ".messages .bubble > p:first-child > .said"

    def write(visitor: Visitor, text: str) -> None:
        visitor.page.get_by_label("Message to").fill(text)
        visitor.page.keyboard.press("Enter")

    grace.open(f"#/courses/{course['courseId']}/people")
    grace.page.get_by_role("link", name=f"Message {HOSTILE}").click()
    grace.heading(HOSTILE)
    write(grace, "Hello")
    expect(alan.toast("Grace: Hello")).to_be_visible()
    write(grace, "Are you there?")
    expect(alan.page.get_by_role("link", name="Chat 2 unread")).to_be_visible()
    expect(grace.page.locator(".bubble.pending")).to_have_count(0)

    alan.go("Chat")
    alan.page.get_by_role("list", name="Conversations").get_by_role("link", name="Grace").click()
    expect(alan.page.locator(said)).to_have_text(["Hello", "Are you there?"])
    # whoever is there need not be told the way
    assert alan.page.locator(".toast").count() == 0
    expect(alan.page.get_by_role("link", name="Chat", exact=True)).to_be_visible()
    expect(grace.page.locator(".bubble.read")).to_have_count(2)
    alan.page.get_by_label("Message to").press_sequentially("Yes")
    expect(grace.page.get_by_text(f"{HOSTILE} is writing …")).to_be_visible()
    alan.page.keyboard.press("Enter")
    expect(grace.page.locator(said)).to_have_text(["Hello", "Are you there?", "Yes"])

    alan.context.set_offline(offline=True)
    expect(alan.page.get_by_text("No connection. What you write")).to_be_visible()
    for text in ("one", "two", HOSTILE):
        write(grace, text)
    write(alan, "from the tunnel")
    expect(grace.page.locator(said)).to_have_count(6)
    expect(grace.page.locator(".bubble.pending")).to_have_count(0)
    expect(alan.page.locator(said)).to_have_text(["Hello", "Are you there?", "Yes", "from the tunnel"])
    alan.screenshot("chat-offline")
    alan.context.set_offline(offline=False)

    everything = ["Hello", "Are you there?", "Yes", "one", "two", HOSTILE, "from the tunnel"]
    expect(alan.page.locator(said)).to_have_text(everything)
    expect(grace.page.locator(said)).to_have_text(everything)
    expect(alan.page.locator(".bubble.pending")).to_have_count(0)
    # a reload reads the same from the server
    alan.page.reload()
    expect(alan.page.locator(said)).to_have_text(everything)


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
