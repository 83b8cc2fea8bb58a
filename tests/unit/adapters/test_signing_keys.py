"""The keys that sign: published before they do, known to all who verify by then, and retired by two rotations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.adapters.ed25519 import key_pair
from peerlearn.adapters.keyring import SecretVersions
from peerlearn.adapters.public_keys import PublishedKeyRing
from peerlearn.adapters.signing_keys import PublishingKeyRing
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.signing import PublishedKey, PublishedKeys
from tests.unit.adapters.test_keyring import FAILURES, Secrets, Time


class Board:
    """Where keys are published. `meanwhile` is what others do right before something is written."""

    def __init__(self) -> None:
        self.published: PublishedKeys | None = None
        self.meanwhile: list[Callable[[], object]] = []
        self.fails = self.loses_replies = False
        self.read_times = self.written = 0

    @property
    def kids(self) -> set[str]:
        return set(self.published.keys) if self.published else set()

    def read(self) -> PublishedKeys | None:
        self.read_times += 1
        if self.fails:
            raise TemporarilyUnavailable
        return self.published

    def publish(self, published: PublishedKeys) -> bool:
        if self.meanwhile:
            self.meanwhile.pop()()
        if published.version != (self.published.version if self.published else 0) + 1:
            return False
        self.published = published
        self.written += 1
        return not self.loses_replies


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def secrets(time: Time) -> Secrets:
    return Secrets(time)


@pytest.fixture
def board() -> Board:
    return Board()


Signer = Callable[[], PublishingKeyRing]
Verifier = Callable[[], PublishedKeyRing]


@pytest.fixture
def signer(secrets: Secrets, board: Board, time: Time) -> Signer:
    """Another process that signs."""
    versions = SecretVersions(lambda: secrets, "signing-key")  # type: ignore[arg-type,return-value]
    return lambda: PublishingKeyRing(versions, board, time.monotonic, time.now)


@pytest.fixture
def verifier(board: Board, time: Time) -> Verifier:
    """Another process that verifies."""
    return lambda: PublishedKeyRing(board.read, time.monotonic)


@pytest.fixture
def ring(signer: Signer) -> PublishingKeyRing:
    return signer()


def test_a_key_is_published_before_it_first_signs(ring: PublishingKeyRing, verifier: Verifier, board: Board) -> None:
    key = ring.current()
    assert verifier().public_key(key.kid) == key_pair(key.secret)[0]
    assert board.written == 1


def test_published_key_is_not_published_again(ring: PublishingKeyRing, signer: Signer, board: Board) -> None:
    for one in (ring, signer(), signer()):
        assert one.current().kid == "v1"
    assert (board.written, board.read_times) == (1, 3)


def test_a_key_that_cannot_be_published_does_not_sign(ring: PublishingKeyRing, board: Board) -> None:
    board.fails = True
    with pytest.raises(TemporarilyUnavailable):
        ring.current()
    board.fails = False
    assert ring.current().kid == "v1"


def test_new_key_signs_once_every_verifier_knows_it(
    ring: PublishingKeyRing, signer: Signer, verifier: Verifier, secrets: Secrets, time: Time
) -> None:
    """A verifier that looked in vain does not look again for a while: no token may be signed so that it must."""
    one = verifier()
    assert one.public_key(ring.current().kid)
    secrets.rotate("v2")
    fresh = signer()
    signed_with = []
    for _ in range(400):
        time.passed += 1
        one.public_key("forged")
        signed_with.append(fresh.current().kid)
        assert one.public_key(signed_with[-1]) is not None
    assert signed_with == sorted(signed_with)
    assert set(signed_with) == {"v1", "v2"}


def test_time_until_it_signs_runs_from_its_publication(
    ring: PublishingKeyRing, signer: Signer, verifier: Verifier, secrets: Secrets, time: Time
) -> None:
    """Nobody signed in for an hour after the rotation, so nobody has published the new key."""
    one = verifier()
    assert one.public_key(ring.current().kid)
    secrets.rotate("v2")
    time.passed += 3600
    assert one.public_key("forged") is None
    for _ in range(311):
        assert one.public_key(signer().current().kid) is not None
        time.passed += 1
    assert signer().current().kid == "v2"


def test_the_first_key_of_all_signs_at_once(signer: Signer, secrets: Secrets, time: Time) -> None:
    secrets.created["v1"] = time.now()
    assert signer().current().kid == "v1"


def test_two_rotations_retire_a_key(
    ring: PublishingKeyRing, signer: Signer, verifier: Verifier, secrets: Secrets, board: Board, time: Time
) -> None:
    """As after a key has leaked."""
    one = verifier()
    assert one.public_key(ring.current().kid)
    for version in ("v2", "v3"):
        secrets.rotate(version)
        signer().publish()
    assert board.kids == {"v2", "v3"}
    assert verifier().public_key("v1") is None
    time.passed += 301
    assert one.public_key("v1") is None
    assert ring.current().kid == "v2"


def test_slow_signer_publishes_nothing_old(
    ring: PublishingKeyRing, signer: Signer, secrets: Secrets, board: Board
) -> None:
    """It has read the secret before a rotation, and writes after somebody else has published the new key."""

    def rotated_and_published() -> None:
        secrets.rotate("v2")
        signer().publish()

    board.meanwhile = [rotated_and_published]
    assert ring.current().kid == "v1"
    assert board.kids == {"v1", "v2"}


def test_a_lost_reply_is_no_failure(ring: PublishingKeyRing, board: Board) -> None:
    board.loses_replies = True
    assert ring.current().kid == "v1"
    assert board.written == 1


def test_competition_without_end_is_a_503(ring: PublishingKeyRing, board: Board) -> None:
    def another_was_first() -> None:
        board.published = PublishedKeys(board.published.version + 1 if board.published else 1, {})

    board.meanwhile = [another_was_first] * 10
    with pytest.raises(TemporarilyUnavailable):
        ring.current()
    board.meanwhile.clear()
    assert ring.current().kid == "v1"


def test_a_foreign_key_is_put_right(ring: PublishingKeyRing, signer: Signer, board: Board) -> None:
    ring.current()
    assert board.published is not None
    good = board.published.keys["v1"]
    foreign = PublishedKey(b"x" * 32, good.since)
    for wrong in ({"v1": foreign}, {"v1": good, "evil": foreign}):
        board.published = PublishedKeys(board.published.version, wrong)
        signer().current()
        assert board.published.are({"v1": good.public})


@pytest.mark.parametrize("failure", FAILURES)
def test_known_keys_sign_while_nobody_answers(
    ring: PublishingKeyRing, secrets: Secrets, board: Board, time: Time, failure: Exception
) -> None:
    assert ring.current().kid == "v1"
    secrets.failure, board.fails = failure, True
    time.passed += 400
    assert [ring.current().kid for _ in range(100)] == ["v1"] * 100


def test_known_goes_on_to_a_key_that_came_since(ring: PublishingKeyRing, secrets: Secrets) -> None:
    assert ring.current().kid == "v1"
    secrets.rotate("v2")
    assert {key.kid for key in ring.known()} == {"v1", "v2"}


def test_a_secret_that_was_never_rotated_is_read_once(
    ring: PublishingKeyRing, signer: Signer, secrets: Secrets
) -> None:
    ring.current()
    secrets.asked.clear()
    signer().current()
    assert secrets.asked == ["AWSCURRENT"]


def test_short_secret_stops(ring: PublishingKeyRing, secrets: Secrets) -> None:
    secrets.length = 31
    with pytest.raises(ValueError, match="31 bytes"):
        ring.current()
