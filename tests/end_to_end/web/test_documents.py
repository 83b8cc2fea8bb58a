"""The documents' interactive page in a real browser, under its own policy."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect


def test_every_operation_is_shown_and_can_be_tried(browser: Browser, stack: dict[str, Any]) -> None:
    problems: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{stack['apiUrl']}/v1/docs")
    expect(page.locator(".opblock")).not_to_have_count(0)
    served = page.request.get(f"{stack['apiUrl']}/v1/openapi.json").json()
    assert page.locator(".opblock").count() == sum(len(item) for item in served["paths"].values())
    page.locator("#operations-courses-listCourses .opblock-summary").click()
    page.locator("#operations-courses-listCourses .execute").click()
    answer = page.locator("#operations-courses-listCourses .live-responses-table .response .response-col_status")
    expect(answer).to_contain_text("200")
    page.close()
    assert problems == []
