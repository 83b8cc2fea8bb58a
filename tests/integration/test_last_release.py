"""The items of the last release are read by the present code: every function is used in a school of its."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from peerlearn.adapters.tokens import TokenService
from peerlearn.bootstrap.security import public_keys, signing_keys
from peerlearn.domain.clock import from_rfc3339
from peerlearn.observability import logger
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.marshalling import unmarshal
from scripts.dynamodb_local import DynamoDBLocal
from scripts.invariants import violations
from tests.integration.faults.test_every_call import Stage
from tests.support.catalogue import USE_CASES
from tests.support.filters import filter_of
from tests.support.last_release import kept, restored
from tests.support.outcomes import outcome_of

KEPT = kept()
RECORDS: list[dict[str, Any]] = KEPT["records"]
CONSUMERS = {"FollowUpFunction": "follow_up", "NotifyFunction": "notify"}


def kind_of(record: dict[str, Any]) -> str:
    image = record["dynamodb"].get("NewImage") or record["dynamodb"]["OldImage"]
    told = (record["eventName"], *(image.get(name, {}).get("S") for name in ("entity", "lastChange", "status")))
    return " ".join(filter(None, told))


@pytest.fixture(scope="module")
def stage(dynamodb_local: DynamoDBLocal) -> Iterator[Stage]:
    level = logger.log_level
    logger.setLevel(logging.CRITICAL)
    with restored(dynamodb_local) as found:
        stage_ = Stage(found.world, found.network, found.client, dynamodb_local.endpoint, found.network.table_name)
        stage_.before = stage_.state()
        yield stage_
    logger.setLevel(level)


@pytest.fixture
def school(stage: Stage) -> Iterator[Stage]:
    """As the last release left it."""
    stage.network.reset()
    yield stage
    stage.restore(stage.state())


@pytest.mark.parametrize("label", [label for label in USE_CASES if label in KEPT["useCases"]])
def test_a_function_is_used_on_what_the_last_release_wrote(school: Stage, label: str) -> None:
    assert school.use(label) == USE_CASES[label].right
    require_whole(school)


@pytest.mark.parametrize("function", CONSUMERS)
def test_records_of_the_last_release_are_followed_up(school: Stage, function: str) -> None:
    """Those that stood in the stream when the new code came."""
    wanted = [record for record in RECORDS if filter_of(function)(record)]
    assert len(wanted) >= 4
    for record in wanted:
        outcome = outcome_of(school.world.handlers[CONSUMERS[function]], {"Records": [record]})
        assert (kind_of(record), outcome) == (kind_of(record), "done")
    require_whole(school)


def require_whole(school: Stage) -> None:
    """Nothing was put aside for another try, and the table is what it must always be."""
    assert [body for method, body in school.network.posted if method == "SendMessage" and '"record"' in body] == []
    assert list(violations(map(unmarshal, school.state().values()))) == []


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize("name", KEPT["people"])
def test_tokens_of_the_last_release_are_good_until_they_end(name: str) -> None:
    at = from_rfc3339(KEPT["writtenAt"])
    then = TokenService(public_keys(), signing_keys(), lambda: at)
    one = KEPT["people"][name]
    user_id = one["profile"]["userId"]["S"]
    assert then.verify_access(one["access"]).user_id == user_id
    assert then.verify_refresh(one["refresh"]).session_id == one["session"]["sessionId"]["S"]


def test_every_kind_of_item_is_known() -> None:
    assert {item["entity"]["S"] for item in KEPT["items"]} <= set(Entity)
