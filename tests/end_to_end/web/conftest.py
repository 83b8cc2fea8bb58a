"""People at browsers, in front of the console of the running stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from scripts.local_stack.console import Console
from scripts.local_stack.processes import free_port
from scripts.project.paths import ROOT
from scripts.project.problem import Problem
from tests.end_to_end.web.stand_in import API, StandIn
from tests.end_to_end.web.stand_in import PASSWORD as STAND_IN_PASSWORD
from tests.support.browser import find_chromium
from tests.support.client import PASSWORD, Client

SCREENSHOTS = ROOT / "test-results" / "console"
# A cold function takes a second, and several wait for the same two processors.
PATIENCE = 60_000

# A name that would be markup, were it put into a page as such.
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Not for longer than a module: while Playwright runs, nothing else here can use asyncio."""
    try:
        options = find_chromium().options()
    except Problem as problem:
        pytest.skip(str(problem))
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(**options)
        yield started
        started.close()


@pytest.fixture(scope="module")
def client(stack: dict[str, Any]) -> Client:
    return Client(stack)


@dataclass(slots=True)
class Visitor:
    """One person at one browser.

    Attributes
    ----------
    problems: list
        What the browser complained of: errors of the page, and whatever its Content-Security-Policy refused.
    """

    context: BrowserContext
    page: Page
    url: str
    problems: list[str] = field(default_factory=list)

    def open(self, view: str = "") -> None:
        self.page.goto(f"{self.url}{view}")

    def arrive(self, view: str) -> None:
        """Waits until a view is there and no longer on its way."""
        expect(self.page.get_by_role("main")).to_have_attribute("data-page", view.removeprefix("#").split("?")[0])

    def heading(self, text: str) -> None:
        """Waits for a view."""
        expect(self.page.get_by_role("heading", level=1, name=text, exact=True)).to_be_visible()

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("#/sign-in")
        self.sign_in_here(email, password)

    def sign_in_here(self, email: str = "ada@people.example", password: str = STAND_IN_PASSWORD) -> None:
        """On the page that asks for it."""
        form = self.page.get_by_role("form", name="Sign in")
        form.get_by_label("Email").fill(email)
        form.get_by_label("Password", exact=True).fill(password)
        form.get_by_role("button", name="Sign in", exact=True).click()
        # each role begins at a page of its own
        expect(form).to_have_count(0)
        self.connected()

    def connected(self) -> None:
        expect(self.page.locator(".dot.on")).to_be_attached()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def go(self, name: str) -> None:
        """By the main navigation."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()

    def agree(self, name: str) -> None:
        """Answers what the page asks before it does something."""
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def answered(self, call: str) -> AbstractContextManager[object]:
        """Waits at the end of a block for the answer to a call that is made in it, such as `DELETE /v1/learner/me`."""
        method, _, path = call.partition(" ")
        return self.page.expect_response(lambda answer: answer.request.method == method and answer.url.endswith(path))

    def toast(self, text: str) -> Locator:
        return self.page.locator(".toast").filter(has_text=text)

    def screenshot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


Scheme = Literal["light", "dark"]
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(visitor: Visitor, name: str, schemes: Sequence[Scheme] = ("light", "dark")) -> None:
    """Nothing that a program finds against WCAG 2.2 AA, by day and by night, and nothing wider than the screen."""
    widths = visitor.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1], name
    size = visitor.page.viewport_size
    assert size is not None
    for number, scheme in enumerate(schemes):
        visitor.page.emulate_media(color_scheme=scheme)
        # As high as the page is by now: what the navigation of a phone lies over is a matter of scrolling.
        height = max(size["height"], visitor.page.evaluate("document.documentElement.scrollHeight"))
        visitor.page.set_viewport_size({"width": size["width"], "height": height})
        visitor.screenshot(f"{name}-{scheme}")
        # only the colours are other ones at night
        rules = {"type": "rule", "values": ["color-contrast"]} if number else {"type": "tag", "values": EVERY_RULE}
        found = Axe().run(visitor.page, options={"runOnly": rules, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{name}, {scheme}: {found.generate_report()}"
    visitor.page.set_viewport_size(size)


class Visitors:
    """Makes them; each has a browser profile of their own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self.all: list[Visitor] = []

    def __call__(self, **options: Any) -> Visitor:
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        visitor = Visitor(context, page, self._url)
        page.on("pageerror", lambda error: visitor.problems.append(str(error)))
        page.on("console", lambda message: self._note(visitor, message.type, message.text))
        self.all.append(visitor)
        return visitor

    @staticmethod
    def _note(visitor: Visitor, kind: str, text: str) -> None:
        # Chromium reports every refusal of the API and every lost connection, which are answers like others here.
        expected = ("Failed to load resource", "WebSocket connection to")
        if kind in ("error", "warning") and not text.startswith(expected):
            visitor.problems.append(text)


@pytest.fixture
def visitors(browser: Browser, stack: dict[str, Any], request: pytest.FixtureRequest) -> Iterator[Visitors]:
    made = Visitors(browser, stack["webUrl"])
    yield made
    for number, visitor in enumerate(made.all):
        visitor.screenshot(f"{Path(request.node.name).name}-{number}")
        visitor.context.close()
    assert [visitor.problems for visitor in made.all] == [[] for _ in made.all]


# -- in front of an API that answers what a test says


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The console, served for an API that nobody answers at."""
    console = Console(free_port())
    console.start(API)
    yield console.url
    console.stop()


@pytest.fixture
def visitors_of_stand_in(browser: Browser, url: str) -> Iterator[Visitors]:
    made = Visitors(browser, url)
    yield made
    for visitor in made.all:
        visitor.context.close()
    assert [visitor.problems for visitor in made.all] == [[] for _ in made.all]


def visit(visitors: Visitors, api: StandIn, **options: Any) -> Visitor:
    """Somebody whose browser reaches this API."""
    visitor = visitors(**options)
    api.connect(visitor.context)
    return visitor


def signed_in(visitors: Visitors, api: StandIn, **options: Any) -> Visitor:
    visitor = visit(visitors, api, **options)
    visitor.open("#/sign-in")
    visitor.sign_in_here()
    return visitor
