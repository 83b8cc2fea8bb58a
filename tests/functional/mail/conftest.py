"""An inbox behind the endpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.inbox import Inbox

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
PASSWORD = "Analytical-1843"
OTHER = "Difference-1822"
ADA = "ada@learners.example"


@pytest.fixture
def inbox(aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    return Inbox(monkeypatch, lambda: aws.scan(TableName=TABLE)["Items"])


@pytest.fixture
def ada(call: Call) -> dict[str, Any]:
    """Her answer to a registration."""
    return register(call, ADA)


@pytest.fixture
def proven(call: Call, inbox: Inbox, ada: dict[str, Any]) -> dict[str, Any]:
    """The same, with her address proven."""
    assert call("verify", body={"token": inbox.only(ADA).token}).status == 201
    return ada


def register(call: Call, email: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    answer = call("register", body={"name": "Ada", "email": email, "password": password, **more})
    assert answer.status == 201, answer
    return answer.body


def sign_in(call: Call, email: str, password: str = PASSWORD, **more: Any) -> Answer:
    return call("login", body={"email": email, "password": password, **more})


def is_proven(call: Call, token: str) -> bool:
    profile = call("get_profile", token=token)
    assert profile.status == 200, profile
    return bool(profile.body["data"]["profile"]["emailVerified"])


def stands(call: Call, token: str) -> bool:
    """Whether a token still lets its holder write."""
    return call("update_profile", token=token, body={"name": "Still here"}).status == 200
