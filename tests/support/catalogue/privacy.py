"""Rows of the contexts `calendar`, `privacy` and `documents`."""

from __future__ import annotations

from tests.support.catalogue.callers import CALLERS, EVERYBODY
from tests.support.catalogue.rows import endpoint, uncounted, use
from tests.support.people import PASSWORD
from tests.support.tour import Tour


def _create_calendar_link(tour: Tour) -> None:
    link = tour.step("create_calendar_link", tour.person("ada")).body["data"]["calendar"]["url"]
    tour.ids["calendar"] = link.partition("token=")[2]


def _erase_account(tour: Tour) -> None:
    tour.step("erase_account", tour.person("ada"))


ROWS = (
    endpoint(
        "create_calendar_link",
        "POST /v1/learner/me/calendar",
        CALLERS,
        use("201", "ada", body=None),
        tour=_create_calendar_link,
    ),
    endpoint(
        "get_calendar",
        "GET /v1/learner/me/calendar.ics",
        # whoever has the link
        EVERYBODY,
        use("200", query=lambda scene: {"token": scene.ids["calendar"]}),
    ),
    endpoint("revoke_calendar_link", "DELETE /v1/learner/me/calendar", CALLERS, use("204", "ada", body=None)),
    endpoint("export_data", "GET /v1/learner/me/export", CALLERS, use("200", "ada")),
    endpoint(
        "erase_account",
        "DELETE /v1/learner/me",
        CALLERS,
        use("204", "eve", body={"password": PASSWORD}),
        tour=_erase_account,
    ),
    endpoint("get_openapi", "GET /v1/openapi.json", EVERYBODY, use("200"), tour=uncounted),
    endpoint("get_docs", "GET /v1/docs", EVERYBODY, use("200"), tour=uncounted),
)
