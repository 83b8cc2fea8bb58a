"""The password policy."""

from __future__ import annotations

import unicodedata

from peerlearn.domain.common_passwords import is_common
from peerlearn.domain.problems import Problem, Rule

PASSWORD_MIN_LENGTH = 8
PASSWORD_MAX_BYTES = 72  # bcrypt reads no further; https://pypi.org/project/bcrypt/ (5.0.0 raises)

_UPPER_CASE = ("Lu", "Lt")


def prepared(password: str) -> str:
    """Return the one spelling under which a password is judged and hashed, however a keyboard composes its letters.

    Source: RFC 8265, section 4.2.2 (OpaqueString): every space is U+0020, then NFC; nothing is trimmed, nothing changes
    its case.
    """
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    return unicodedata.normalize("NFC", spaced)


def spellings(password: str) -> tuple[str, ...]:
    """Return what a stored hash may be of: the prepared spelling, then, where it differs, the one as typed."""
    return tuple(dict.fromkeys((prepared(password), password)))


def password_weaknesses(password: str) -> list[Problem]:
    """Return every rule of the password policy that `password` breaks; empty when it is acceptable."""
    password = prepared(password)
    categories = [unicodedata.category(character) for character in password]
    weaknesses = []
    if len(password) < PASSWORD_MIN_LENGTH:
        message = f"must have at least {PASSWORD_MIN_LENGTH} characters"
        weaknesses.append(Problem(Rule.TOO_SHORT, message, PASSWORD_MIN_LENGTH))
    if len(password.encode()) > PASSWORD_MAX_BYTES:
        message = f"must have at most {PASSWORD_MAX_BYTES} bytes in UTF-8"
        weaknesses.append(Problem(Rule.TOO_MANY_BYTES, message, PASSWORD_MAX_BYTES))
    if not any(category in _UPPER_CASE for category in categories):
        weaknesses.append(Problem(Rule.NO_UPPER_CASE, "must have an upper-case letter"))
    # Punctuation and symbols. A mark belongs to its letter, a blank is seen by nobody.
    if not any(category[0] in "PS" for category in categories):
        weaknesses.append(Problem(Rule.NO_SPECIAL_CHARACTER, "must have a special character"))
    if "Cc" in categories:
        weaknesses.append(Problem(Rule.CONTROL_CHARACTERS, "must not have a control character"))
    if is_common(password):
        weaknesses.append(Problem(Rule.COMMON_PASSWORD, "is a common password, or one with little added"))
    return weaknesses
