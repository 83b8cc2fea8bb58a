"""Exports, erasure and calendars with everything behind them: the stream, the queues, the bucket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import icalendar
import pytest
import requests
from boto3.dynamodb.conditions import Key

from scripts.local_stack.environment import ACCESS_KEY
from tests.support.client import PASSWORD, Account, Client, eventually


@pytest.fixture
def client(stack: dict[str, Any]) -> Client:
    return Client(stack)


@pytest.fixture
def learner(client: Client) -> Account:
    return client.register("Lena")


@pytest.fixture
def table(stack: dict[str, Any]) -> Any:
    """The table's owner."""
    session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name="us-east-1")
    return session.resource("dynamodb", endpoint_url=stack["endpoint"]).Table(stack["tableName"])


def test_a_large_export_is_written_to_a_file(client: Client, learner: Account, table: Any) -> None:
    small = client.ok("GET", "/v1/learner/me/export", as_=learner)["export"]
    assert (small["status"], small["profile"]["email"]) == ("complete", learner.email)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    # As the endpoint asks for it where there is more than an answer holds.
    wanted = {"entity": "Export", "userId": learner.user_id, "exportId": "exp_1", "lastChange": "wanted"}
    times = {"requestedAt": soon, "expiresAt": soon}
    table.put_item(Item={"PK": f"USER#{learner.user_id}", "SK": "EXPORT", **wanted, **times})

    def export() -> Any:
        return client.ok("GET", "/v1/learner/me/export", as_=learner)["export"]

    assert eventually(lambda: export()["status"] == "ready")
    ready = export()
    fetched = requests.get(ready["url"], timeout=60)
    assert fetched.status_code == 200
    assert len(fetched.content) == ready["size"]
    assert fetched.json()["profile"] == small["profile"]


def test_an_erased_account_is_emptied_behind_the_answer(client: Client, learner: Account, table: Any) -> None:
    assert client.call("DELETE", "/v1/learner/me", {"password": PASSWORD}, as_=learner).status_code == 204
    assert client.call("GET", "/v1/learner/me", as_=learner).status_code == 401
    assert client.call("POST", "/v1/learner/auth/refresh", {"refreshToken": learner.refresh_token}).status_code == 401
    condition = Key("PK").eq(f"USER#{learner.user_id}")

    def emptied() -> bool:
        kinds = {item["entity"] for item in table.query(KeyConditionExpression=condition)["Items"]}
        return kinds == {"Erasure", "Inbox", "Standing"}

    assert eventually(emptied)


def test_a_calendar_is_found_by_its_link(client: Client, learner: Account) -> None:
    url = client.ok("POST", "/v1/learner/me/calendar", as_=learner)["calendar"]["url"]
    assert len(parse_qs(urlsplit(url).query)["token"]) == 1
    answer = requests.get(url, timeout=60)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert icalendar.Calendar.from_ical(answer.text)["METHOD"] == "PUBLISH"
    assert client.call("DELETE", "/v1/learner/me/calendar", as_=learner).status_code == 204
    assert requests.get(url, timeout=60).status_code == 404
