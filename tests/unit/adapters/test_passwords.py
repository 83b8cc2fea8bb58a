"""Passwords: exactly as typed, up to bcrypt's limit, and the same work for nobody."""

from __future__ import annotations

import bcrypt
import pytest

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.domain.passwords import password_weaknesses

HASHER = PasswordHasher(4)
LONGEST = "Aa!" + "x" * 69


def test_72_bytes_are_kept_whole() -> None:
    stored = HASHER.hash(LONGEST)
    assert HASHER.verify(LONGEST, stored)
    assert not HASHER.verify(LONGEST[:-1] + "y", stored)


@pytest.mark.parametrize("password", [LONGEST + "x", LONGEST * 100, LONGEST + "\0", "\0", "Aa!é" * 30])
def test_what_cannot_be_stored_matches_nothing(password: str) -> None:
    assert not HASHER.verify(password, HASHER.hash(LONGEST))
    assert not HASHER.verify(password, HASHER.hash("-"))


@pytest.mark.parametrize("password", [LONGEST, "-", "x" * 100, "", "\0"])
def test_nobody_has_a_password_but_costs_a_whole_check(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []
    original = bcrypt.checkpw

    def counted(raw: bytes, stored: bytes) -> bool:
        checked.append(stored)
        return original(raw, stored)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    assert not HASHER.verify(password, None)
    assert [stored[:7] for stored in checked] == [b"$2b$04$"]


def test_cost_is_the_setting() -> None:
    assert HASHER.hash("x").startswith("$2b$04$")


@pytest.mark.parametrize(
    ("password", "weaknesses"),
    [
        ("Abcdefg!", 0),
        (LONGEST, 0),
        (LONGEST + "x", 1),
        ("Aé!" + "é" * 34, 0),
        ("Aé!" + "é" * 35, 1),
        ("Abcdef!", 1),
        ("abcdefg!", 1),
        ("Abcdefgh", 1),
        ("Abcdefg ", 1),
        ("short", 3),
        ("", 3),
        ("Ábcdefg¡", 0),
        ("Abcdefg!\0", 1),
    ],
)
def test_policy(password: str, weaknesses: int) -> None:
    assert len(password_weaknesses(password)) == weaknesses
