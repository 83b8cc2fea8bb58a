"""Every page of the console: nothing that a program finds against WCAG 2.2 AA, and nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.web.conftest import Visitor, Visitors, check, signed_in, visit
from tests.end_to_end.web.school import LEARNER_PAGES, TUTOR_PAGES, school
from tests.end_to_end.web.stand_in import StandIn

ROLES = {"learner": LEARNER_PAGES, "tutor": TUTOR_PAGES}
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
    # 1366 x 768 at 200 %
    "zoomed": {"viewport": {"width": 683, "height": 384}, "color_scheme": "dark"},
    "laptop": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "dark"},
}


@pytest.fixture(params=sorted(ROLES))
def api(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    made = school(request.param)
    yield made
    assert made.unknown == []


@pytest.fixture
def visitors(visitors_of_stand_in: Visitors) -> Visitors:
    return visitors_of_stand_in


def pages(visitor: Visitor, api: StandIn) -> Iterator[str]:
    """Goes to each page of the role; yields a name for it."""
    for address, heading in ROLES[api.role]:
        visitor.open(address)
        visitor.arrive(address)
        visitor.heading(heading)
        yield f"{api.role}-{address.removeprefix('#/').replace('/', '-')}"


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_found_against_the_guidelines(visitors: Visitors, api: StandIn, screen: str) -> None:
    visitor = signed_in(visitors, api, reduced_motion="reduce", **SCREENS[screen])
    for name in pages(visitor, api):
        check(visitor, f"{screen}-{name}", schemes=(SCREENS[screen]["color_scheme"],))


def test_right_to_left_nothing_is_wider_than_the_screen(visitors: Visitors, api: StandIn) -> None:
    visitor = signed_in(visitors, api, reduced_motion="reduce", **SCREENS["phone"])
    visitor.page.add_init_script("document.documentElement.dir = 'rtl'")
    for name in pages(visitor, api):
        visitor.page.evaluate("document.documentElement.dir = 'rtl'")
        check(visitor, f"rtl-{name}", schemes=("light",))


def test_german_has_room(visitors: Visitors, api: StandIn) -> None:
    visitor = visit(visitors, api, locale="de-DE", reduced_motion="reduce", **SCREENS["phone"])
    visitor.open("#/sign-in")
    form = visitor.page.get_by_role("form", name="Anmelden")
    form.get_by_label("E-Mail").fill("ada@people.example")
    form.get_by_label("Passwort", exact=True).fill("Right-1843")
    form.get_by_role("button", name="Anmelden", exact=True).click()
    visitor.heading("Heute")
    assert visitor.page.locator("html").get_attribute("lang") == "de"
    for address, _ in ROLES[api.role]:
        visitor.open(address)
        visitor.arrive(address)
        widths = visitor.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1], address


@pytest.mark.parametrize("address", ["#/catalogue", "#/courses/crs_1", "#/sign-in", "#/register", "#/nowhere"])
def test_visitors_pages_are_as_good(visitors: Visitors, address: str) -> None:
    visitor = visit(visitors, school(), reduced_motion="reduce", **SCREENS["phone"])
    visitor.open(address)
    visitor.arrive(address)
    check(visitor, f"visitor-{address.removeprefix('#/').replace('/', '-')}")


def test_links_of_rows_are_high_enough_for_a_finger(visitors: Visitors, api: StandIn) -> None:
    visitor = signed_in(visitors, api, reduced_motion="reduce", **SCREENS["phone"])
    heights: list[float] = []
    for _ in pages(visitor, api):
        heights += visitor.page.evaluate(
            "[...document.querySelectorAll('.target a.title')].map((link) => link.getBoundingClientRect().height)"
        )
    assert heights
    # WCAG 2.2, 2.5.8, in CSS pixels
    assert min(heights) >= 24
