"""Passwords: one spelling of them, up to bcrypt's limit, and the same work for nobody."""

from __future__ import annotations

from collections.abc import Callable

import bcrypt
import pytest

from peerlearn.adapters.passwords import PasswordHasher

HASHER = PasswordHasher(4)
LONGEST = "Aa!" + "x" * 69
COMPOSED, DECOMPOSED = "Crème brûlée-7", "Cre\u0300me bru\u0302le\u0301e-7"


def test_72_bytes_are_kept_whole() -> None:
    stored = HASHER.hash(LONGEST)
    assert HASHER.verify(LONGEST, stored)
    assert not HASHER.verify(LONGEST[:-1] + "y", stored)


@pytest.mark.parametrize("password", [LONGEST + "x", LONGEST * 100, LONGEST + "\0", "\0", "Aa!é" * 30])
def test_text_that_cannot_be_stored_matches_nothing(password: str) -> None:
    assert not HASHER.verify(password, HASHER.hash(LONGEST))
    assert not HASHER.verify(password, HASHER.hash("-"))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, bytes]]:
    """The question to bcrypt: the password, and the part of the hash before its salt."""
    asked: list[tuple[bytes, bytes]] = []
    original: Callable[[bytes, bytes], bool] = bcrypt.checkpw

    def noted(raw: bytes, stored: bytes) -> bool:
        asked.append((raw, stored[:7]))
        return original(raw, stored)

    monkeypatch.setattr(bcrypt, "checkpw", noted)
    return asked


def rounds(checked: list[tuple[bytes, bytes]]) -> int:
    return sum(2 ** int(stored[4:6]) for _, stored in checked)


@pytest.mark.parametrize("password", [LONGEST, "-", "x" * 100, "", "\0"])
def test_nobody_has_a_password_but_costs_a_whole_check(password: str, checked: list[tuple[bytes, bytes]]) -> None:
    assert not HASHER.verify(password, None)
    assert [stored for _, stored in checked] == [b"$2b$04$"]


def test_cost_is_the_setting() -> None:
    assert HASHER.hash("x").startswith("$2b$04$")


@pytest.mark.parametrize("spelling", [COMPOSED, DECOMPOSED, COMPOSED.replace(" ", "\u00a0")])
def test_every_spelling_is_the_same_password(spelling: str) -> None:
    assert HASHER.verify(spelling, HASHER.hash(COMPOSED))
    assert HASHER.verify(COMPOSED, HASHER.hash(spelling))
    assert not HASHER.needs_renewal(spelling, HASHER.hash(COMPOSED))


def test_hash_of_an_unprepared_spelling_still_verifies_and_is_renewed() -> None:
    stored = bcrypt.hashpw(DECOMPOSED.encode(), bcrypt.gensalt(4)).decode()
    assert HASHER.verify(DECOMPOSED, stored)
    assert not HASHER.verify(COMPOSED, stored)
    assert HASHER.needs_renewal(DECOMPOSED, stored)
    renewed = HASHER.hash(DECOMPOSED)
    assert not HASHER.needs_renewal(DECOMPOSED, renewed)
    assert HASHER.verify(COMPOSED, renewed)


def test_spelling_that_is_too_long_only_as_typed_is_stored() -> None:
    # 71 bytes composed, 92 as typed
    typed = "Aa!" + "e\u0301" * 21 + "x" * 26
    assert HASHER.verify(typed, HASHER.hash(typed))


@pytest.mark.parametrize("cost", [5, 6])
def test_hash_of_another_cost_is_renewed(cost: int) -> None:
    stored = PasswordHasher(cost).hash(LONGEST)
    assert HASHER.verify(LONGEST, stored)
    assert HASHER.needs_renewal(LONGEST, stored)
    assert not PasswordHasher(cost).needs_renewal(LONGEST, stored)


@pytest.mark.parametrize("password", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("cost", [4, 5, 6, 7])
def test_wrong_password_costs_as_much_as_an_unknown_account(
    password: str, cost: int, checked: list[tuple[bytes, bytes]]
) -> None:
    hasher, stored = PasswordHasher(7), PasswordHasher(cost).hash(LONGEST)
    assert not hasher.verify(password, stored)
    known = rounds(checked)
    checked.clear()
    assert not hasher.verify(password, None)
    assert rounds(checked) == known
