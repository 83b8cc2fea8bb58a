"""Two people who chat through a lost connection."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.end_to_end.web.conftest import HOSTILE, Visitor, Visitors
from tests.support.client import Client


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
