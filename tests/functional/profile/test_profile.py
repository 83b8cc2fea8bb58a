"""One's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.persistence import keys
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.learning import enrollment_as_stored
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]


def test_new_profile_is_all_there_and_empty(call: Call, learner: Person) -> None:
    answer = call("get_profile", token=learner.token)
    assert (answer.status, answer.body["status"]) == (200, "success")
    assert answer.body["data"]["profile"] == {
        "userId": learner.user_id,
        "name": learner.user.name,
        "email": learner.user.email,
        "emailVerified": False,
        "language": "en",
        "timeZone": "UTC",
        "interests": ["chess"],
        "learningGoals": ["endgames"],
        "enrolledCourses": [],
        "totalStudyHours": 0,
        "points": 0,
        "badges": [],
        "createdAt": to_rfc3339(learner.user.created_at),
    }


def test_profile_sums_and_seats_come_in_one_query(
    call: Call, learner: Person, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(aws, TABLE)
    totals = {"entity": "Totals", "points": 130, "studyMinutes": 100, "badges": ["first-course"]}
    table.write(put({**keys.totals(learner.user_id).as_item(), **totals}))
    for number, status in enumerate(EnrollmentStatus):
        table.write(put(enrollment_as_stored(learner.user_id, f"crs_{status.value}", status, minutes_ago=number)))
    queries: list[str] = []
    original = Table.query_page

    def counted(self: Table, *args: Any, **options: Any) -> Any:
        queries.append("query")
        return original(self, *args, **options)

    # the process knows the keys that verify
    call("get_profile", token=learner.token)
    monkeypatch.setattr(Table, "query_page", counted)
    monkeypatch.setattr(Table, "get", lambda *_: pytest.fail("a second round trip"))
    profile = call("get_profile", token=learner.token).body["data"]["profile"]
    assert profile["enrolledCourses"] == ["crs_active", "crs_completed"]
    assert (profile["points"], profile["totalStudyHours"], profile["badges"]) == (130, 1.67, ["first-course"])
    assert queries == ["query"]


def test_patch_replaces_what_is_given_in_both_copies(call: Call, learner: Person, aws: DynamoDBClient) -> None:
    answer = call("update_profile", token=learner.token, body={"name": "  Grace ", "interests": ["a", "b", "a"]})
    profile = answer.body["data"]["profile"]
    assert (profile["name"], profile["interests"], profile["learningGoals"]) == ("Grace", ["a", "b"], ["endgames"])
    assert call("get_profile", token=learner.token).body["data"]["profile"] == profile
    credential = Table(aws, TABLE).get(keys.credential(learner.user.email))
    assert credential is not None
    assert (credential["name"], credential["interests"]) == ("Grace", ["a", "b"])


def test_empty_patch_answers_the_unchanged_profile(call: Call, learner: Person) -> None:
    before = call("get_profile", token=learner.token).body
    answer = call("update_profile", token=learner.token, body={})
    assert (answer.status, answer.body) == (200, before)


def test_lists_can_be_emptied(call: Call, learner: Person) -> None:
    answer = call("update_profile", token=learner.token, body={"interests": [], "learningGoals": []})
    profile = answer.body["data"]["profile"]
    assert (profile["interests"], profile["learningGoals"]) == ([], [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"interests": None}, "interests"),
        ({"learningGoals": None}, "learningGoals"),
        ({"name": "   "}, "name"),
        ({"name": 7}, "name"),
        ({"interests": ["x"] * 3 + [5]}, "interests.3"),
        ({"interests": ["y" * 61]}, "interests.0"),
        ({"interests": [str(n) for n in range(21)]}, "interests"),
        ({"email": "other@people.example"}, "email"),
        ({"points": 1000}, "points"),
        ({"role": "admin"}, "role"),
        ({"learning_goals": ["snake"]}, "learning_goals"),
    ],
)
def test_patch_refuses_and_changes_nothing(call: Call, learner: Person, body: dict[str, object], field: str) -> None:
    before = call("get_profile", token=learner.token).body
    answer = call("update_profile", token=learner.token, body=body)
    assert (answer.status, [wrong["field"] for wrong in answer.body["details"]["fields"]]) == (422, [field])
    assert call("get_profile", token=learner.token).body == before


@pytest.mark.parametrize("name", ["get_profile", "update_profile"])
def test_profile_needs_a_caller(call: Call, name: str) -> None:
    assert call(name).code == "UNAUTHENTICATED"
