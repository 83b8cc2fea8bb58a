"""The product's metrics, as the log lines that CloudWatch reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.metrics import count
from peerlearn.persistence.table import Table
from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]


def counted(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str | None, float]]:
    """Name, reason and number of each count since the last look."""
    found = []
    for line in capsys.readouterr().out.splitlines():
        text: dict[str, Any] = json.loads(line)
        for directive in text.get("_aws", {}).get("CloudWatchMetrics", []):
            (metric,) = directive["Metrics"]
            assert directive["Namespace"] == "Peerlearn"
            found.append((metric["Name"], text.get("reason"), sum(text[metric["Name"]])))
    return found


def test_enrollments_and_refusals_by_reason(
    call: Call, learner: Person, aws: DynamoDBClient, capsys: pytest.CaptureFixture[str]
) -> None:
    path = {"courseId": Courses(Table(aws, TABLE)).add(1)}
    assert call("enroll", token=learner.token, path=path).status == 201
    assert counted(capsys) == [("Enrollments", None, 1)]
    assert call("enroll", token=learner.token, path=path).status == 409
    assert counted(capsys) == [("EnrollmentsRefused", "ALREADY_ENROLLED", 1)]
    assert call("enroll", token=learner.token, path={"courseId": "crs_0"}).status == 404
    assert counted(capsys) == []


def test_several_at_once_are_counted_as_several(capsys: pytest.CaptureFixture[str]) -> None:
    count("Promotions", 3)
    assert counted(capsys) == [("Promotions", None, 3)]
