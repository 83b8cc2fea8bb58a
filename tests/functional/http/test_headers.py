"""The headers that every answer has, whatever it came to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.api import Answer
from tests.support.people import Person

Call = Callable[..., Answer]


@pytest.mark.parametrize(
    ("name", "caller", "status"),
    [
        ("get_profile", "learner", 200),
        ("list_messages", "learner", 200),
        ("list_conversations", "learner", 200),
        ("get_profile", None, 401),
        ("update_profile", "learner", 422),
        ("enroll", "learner", 404),
        ("login", None, 401),
        ("end_other_sessions", "learner", 204),
    ],
)
def test_answer_that_may_be_personal_is_kept_by_nobody(
    call: Call,
    learner: Person,
    name: str,
    caller: str | None,
    status: int,
) -> None:
    changes: dict[str, object] = {"token": learner.token} if caller else {}
    if name == "update_profile":
        changes["body"] = {"name": 7}
    if name == "list_messages":
        changes["query"] = {"with": learner.user_id[:-1] + "x"}
        status = 404
    answer = call(name, **changes)
    assert answer.status == status, answer
    assert answer.headers["cache-control"] == "no-store"
    assert_hardened(answer)


@pytest.mark.parametrize("name", ["list_courses", "get_openapi", "get_docs", "get_calendar"])
def test_public_answer_is_hardened_too(call: Call, name: str) -> None:
    assert_hardened(call(name))


def assert_hardened(answer: Answer) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")
