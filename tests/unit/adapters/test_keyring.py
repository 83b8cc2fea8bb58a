"""The signing keys: who verifies when, how often Secrets Manager is asked, and what happens when it does not answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from peerlearn.adapters.keyring import SecretKeyRing, SigningKey
from peerlearn.domain.errors import TemporarilyUnavailable


class Secrets:
    """As much of a Secrets Manager client as the ring uses."""

    def __init__(self) -> None:
        self.stages = {"AWSCURRENT": "v1"}
        self.failure: Exception | None = None
        self.asked: list[str] = []
        self.length = 64

    def rotate(self, version: str) -> None:
        self.stages = {"AWSCURRENT": version, "AWSPREVIOUS": self.stages["AWSCURRENT"]}

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, Any]:  # noqa: N803 (the client's names)
        assert SecretId == "signing-key"
        self.asked.append(VersionStage)
        if self.failure:
            raise self.failure
        if VersionStage not in self.stages:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "GetSecretValue")
        version = self.stages[VersionStage]
        return {"VersionId": version, "SecretString": json.dumps({"key": version.ljust(self.length, "x")})}


class Monotonic:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def time() -> Monotonic:
    return Monotonic()


@pytest.fixture
def ring(secrets: Secrets, time: Monotonic) -> SecretKeyRing:
    return SecretKeyRing(secrets, "signing-key", time)  # type: ignore[arg-type]


def kid(key: SigningKey | None) -> str | None:
    return key.kid if key else None


def test_asked_once_and_then_remembered(ring: SecretKeyRing, secrets: Secrets) -> None:
    assert [ring.current().kid for _ in range(50)] == ["v1"] * 50
    assert kid(ring.find("v1")) == "v1"
    assert secrets.asked == ["AWSCURRENT"]


def test_new_key_signs_after_five_minutes_and_the_old_one_still_verifies(
    ring: SecretKeyRing, secrets: Secrets, time: Monotonic
) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    assert ring.current().kid == "v1"
    time.now += 301
    assert ring.current().kid == "v2"
    assert kid(ring.find("v1")) == "v1"


def test_token_of_a_new_key_is_believed_at_once(ring: SecretKeyRing, secrets: Secrets) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    assert kid(ring.find("v2")) == "v2"
    assert kid(ring.find("v1")) == "v1"


def test_fresh_process_knows_the_previous_key(ring: SecretKeyRing, secrets: Secrets) -> None:
    secrets.rotate("v2")
    assert kid(ring.find("v1")) == "v1"


def test_key_before_the_previous_one_is_forgotten(ring: SecretKeyRing, secrets: Secrets, time: Monotonic) -> None:
    assert kid(ring.find("v1")) == "v1"
    for version in ("v2", "v3"):
        secrets.rotate(version)
        time.now += 301
        assert ring.current().kid == version
    assert ring.find("v1") is None


def test_forged_kids_cost_few_lookups(ring: SecretKeyRing, secrets: Secrets, time: Monotonic) -> None:
    for number in range(1000):
        assert ring.find(f"forged-{number}") is None
    assert len(secrets.asked) <= 3
    time.now += 11
    assert ring.find("forged") is None
    assert len(secrets.asked) <= 5


FAILURES = [
    ConnectTimeoutError(endpoint_url="https://secrets.example"),
    ClientError(
        {"Error": {"Code": "InternalServiceError", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 500}},  # type: ignore[typeddict-item]
        "GetSecretValue",
    ),
    ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "GetSecretValue"),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_no_answer_at_the_start_is_a_503(ring: SecretKeyRing, secrets: Secrets, failure: Exception) -> None:
    secrets.failure = failure
    with pytest.raises(TemporarilyUnavailable) as refusal:
        ring.current()
    assert (refusal.value.status, refusal.value.retry_after) == (503, 1)
    secrets.failure = None
    assert ring.current().kid == "v1"


def test_known_key_outlives_an_outage(ring: SecretKeyRing, secrets: Secrets, time: Monotonic) -> None:
    assert ring.current().kid == "v1"
    secrets.failure = FAILURES[0]
    time.now += 400
    asked = len(secrets.asked)
    assert [ring.current().kid for _ in range(100)] == ["v1"] * 100
    assert len(secrets.asked) == asked + 1


def test_unknown_kid_during_an_outage_is_a_503_and_not_a_401(
    ring: SecretKeyRing, secrets: Secrets, time: Monotonic
) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    secrets.failure = FAILURES[0]
    asked = len(secrets.asked)
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable):
            ring.find("v2")
    assert len(secrets.asked) == asked + 1
    secrets.failure = None
    time.now += 11
    assert kid(ring.find("v2")) == "v2"


def test_known_goes_on_to_a_key_that_came_since(ring: SecretKeyRing, secrets: Secrets) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    assert [key.kid for key in ring.known()] == ["v1", "v2"]


def test_known_asks_nobody_of_a_caller_who_stops_early(ring: SecretKeyRing, secrets: Secrets) -> None:
    assert next(ring.known()).kid == "v1"
    assert secrets.asked == ["AWSCURRENT"]


def test_short_key_stops(ring: SecretKeyRing, secrets: Secrets) -> None:
    secrets.length = 31
    with pytest.raises(ValueError, match="31 bytes"):
        ring.current()
    secrets.length = 32
    assert ring.current().kid == "v1"
