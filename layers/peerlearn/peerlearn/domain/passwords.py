"""The password policy."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PASSWORD_MIN_LENGTH = 8
PASSWORD_MAX_BYTES = 72  # bcrypt reads no further; https://pypi.org/project/bcrypt/ (5.0.0 raises)


def password_weaknesses(password: str) -> list[str]:
    """Every rule of the password policy that `password` breaks, in words; empty when it is acceptable."""
    weaknesses = []
    if len(password) < PASSWORD_MIN_LENGTH:
        weaknesses.append(f"must have at least {PASSWORD_MIN_LENGTH} characters")
    if len(password.encode()) > PASSWORD_MAX_BYTES:
        weaknesses.append(f"must have at most {PASSWORD_MAX_BYTES} bytes in UTF-8")
    if not any(character.isupper() for character in password):
        weaknesses.append("must have an upper-case letter")
    if not any(not character.isalnum() and not character.isspace() for character in password):
        weaknesses.append("must have a special character")
    if "\0" in password:
        weaknesses.append("must not have a NUL character")
    if password.casefold() in _common_passwords():
        weaknesses.append("is one of the most common passwords")
    return weaknesses


@cache
def _common_passwords() -> frozenset[str]:
    # The 5,000 most frequent of leaked passwords, in lower case, from zxcvbn 4.5.0 (MIT). Read on first use:
    # only those who set a password pay for it, and `importlib.resources` would cost every start more than the list.
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())
