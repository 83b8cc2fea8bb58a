"""Secret keys: who verifies when, how often Secrets Manager is asked, and what happens when it does not answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from peerlearn.adapters.keyring import SecretKeyRing, SecretVersions, SigningKey
from peerlearn.domain.errors import TemporarilyUnavailable


class Time:
    """One time, on both clocks."""

    passed = 1000.0

    def monotonic(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed)


class Secrets:
    """As much of a Secrets Manager client as the ring uses."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.created = {"v1": time.now() - timedelta(days=30)}
        self.stages = {"AWSCURRENT": "v1"}
        self.failure: Exception | None = None
        self.asked: list[str] = []
        self.length = 64

    def rotate(self, version: str) -> None:
        self.created[version] = self._time.now()
        self.stages = {"AWSCURRENT": version, "AWSPREVIOUS": self.stages["AWSCURRENT"]}

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, Any]:  # noqa: N803 (the client's names)
        assert SecretId == "signing-key"
        self.asked.append(VersionStage)
        if self.failure:
            raise self.failure
        if VersionStage not in self.stages:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "GetSecretValue")
        version = self.stages[VersionStage]
        secret = json.dumps({"key": version.ljust(self.length, "x")})
        return {"VersionId": version, "SecretString": secret, "CreatedDate": self.created[version]}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def secrets(time: Time) -> Secrets:
    return Secrets(time)


Start = Callable[[], SecretKeyRing]


@pytest.fixture
def start(secrets: Secrets, time: Time) -> Start:
    """Another process."""
    versions = SecretVersions(lambda: secrets, "signing-key")  # type: ignore[arg-type,return-value]
    return lambda: SecretKeyRing(versions, time.monotonic, time.now)


@pytest.fixture
def ring(start: Start) -> SecretKeyRing:
    return start()


def kid(key: SigningKey | None) -> str | None:
    return key.kid if key else None


def test_asked_once_and_then_remembered(ring: SecretKeyRing, secrets: Secrets) -> None:
    assert [ring.current().kid for _ in range(50)] == ["v1"] * 50
    assert kid(ring.find("v1")) == "v1"
    assert secrets.asked == ["AWSCURRENT"]


def test_new_key_signs_once_every_process_knows_it_and_the_old_one_still_verifies(
    ring: SecretKeyRing, start: Start, secrets: Secrets, time: Time
) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    fresh = start()
    assert [ring.current().kid, fresh.current().kid] == ["v1", "v1"]
    # the last one to read the keys has read them
    time.passed += 301
    assert [ring.current().kid, fresh.current().kid] == ["v1", "v1"]
    time.passed += 10
    assert [ring.current().kid, fresh.current().kid] == ["v2", "v2"]
    assert [kid(one.find("v1")) for one in (ring, fresh)] == ["v1", "v1"]


def test_forged_kid_just_before_keeps_nobody_out(
    ring: SecretKeyRing, start: Start, secrets: Secrets, time: Time
) -> None:
    """A process that looked in vain does not look again for a while: no token may be signed so that it must."""
    ring.current()
    time.passed += 17
    secrets.rotate("v2")
    signer = start()
    signed_with = []
    for _ in range(400):
        time.passed += 1
        ring.find("forged")
        signed_with.append(signer.current().kid)
        assert kid(ring.find(signed_with[-1])) == signed_with[-1]
    assert set(signed_with) == {"v1", "v2"}


def test_the_first_key_of_all_signs_at_once(start: Start, secrets: Secrets, time: Time) -> None:
    secrets.created["v1"] = time.now()
    assert start().current().kid == "v1"


def test_token_of_a_new_key_is_believed_at_once(ring: SecretKeyRing, secrets: Secrets) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    assert kid(ring.find("v2")) == "v2"
    assert kid(ring.find("v1")) == "v1"


def test_fresh_process_knows_the_previous_key(ring: SecretKeyRing, secrets: Secrets) -> None:
    secrets.rotate("v2")
    assert kid(ring.find("v1")) == "v1"


def test_key_before_the_previous_one_is_forgotten(ring: SecretKeyRing, secrets: Secrets, time: Time) -> None:
    assert kid(ring.find("v1")) == "v1"
    for version in ("v2", "v3"):
        secrets.rotate(version)
        time.passed += 311
        assert ring.current().kid == version
    assert ring.find("v1") is None


def test_two_rotations_between_two_looks_end_the_first_key(ring: SecretKeyRing, secrets: Secrets, time: Time) -> None:
    """As after a key has leaked."""
    assert kid(ring.find("v1")) == "v1"
    secrets.rotate("v2")
    secrets.rotate("v3")
    time.passed += 301
    assert ring.find("v1") is None
    assert [kid(ring.find(version)) for version in ("v2", "v3")] == ["v2", "v3"]


def test_forged_kids_cost_few_lookups(ring: SecretKeyRing, secrets: Secrets, time: Time) -> None:
    for number in range(1000):
        assert ring.find(f"forged-{number}") is None
    assert len(secrets.asked) <= 3
    time.passed += 11
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


def test_known_key_outlives_an_outage(ring: SecretKeyRing, secrets: Secrets, time: Time) -> None:
    assert ring.current().kid == "v1"
    secrets.failure = FAILURES[0]
    time.passed += 400
    asked = len(secrets.asked)
    assert [ring.current().kid for _ in range(100)] == ["v1"] * 100
    assert len(secrets.asked) == asked + 1


def test_unknown_kid_during_an_outage_is_a_503_and_not_a_401(ring: SecretKeyRing, secrets: Secrets, time: Time) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    secrets.failure = FAILURES[0]
    asked = len(secrets.asked)
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable):
            ring.find("v2")
    assert len(secrets.asked) == asked + 1
    secrets.failure = None
    time.passed += 11
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
