"""Common passwords, found again under what people add to pass a policy.

    "P@ssw0rd2026!"  --off the ends-->  "p@ssw0rd"  --undone-->  "password"  is in the list

Only the whole rest is looked up: a passphrase may contain any word. The list, its size and its source are in
`common_passwords.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unicodedata import normalize

# The letter that a sign replaces; 1 and its like are read both ways. The last one undoes the Shift key: !QAZ is 1qaz.
_SUBSTITUTIONS = (
    str.maketrans("@403$57+1!|", "aaoessttiii"),
    str.maketrans("@403$57+1!|", "aaoessttlll"),
    str.maketrans("!@#$%^&*()", "1234567890"),
)
# So many characters beside a row of digits hide nothing: A12345678!
_AROUND_DIGITS_MAX = 3


def is_common(password: str) -> bool:
    """Return whether a password is a common one, or becomes one when what is usually added is taken off again.

    Taken off are digits, years and signs at both ends, separators, substitutions (`@` for a, `0` for o, `1` for i or l,
    `3` for e, `$` and `5` for s), and case.
    """
    text = normalize("NFKC", password).casefold()
    known = _known()
    return any(spelling in known for core in _cores(text) for spelling in _spellings(core))


def _cores(text: str) -> Iterator[str]:
    """The text without any number of the characters at its ends that are no letters: one may replace a letter."""
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    if letters:
        for start in range(letters[0] + 1):
            for end in range(letters[-1] + 1, len(text) + 1):
                yield text[start:end]
    digits = [place for place, character in enumerate(text) if character.isdecimal()]
    if digits and len(text) - len(row := text[digits[0] : digits[-1] + 1]) <= _AROUND_DIGITS_MAX:
        yield row


def _spellings(core: str) -> Iterator[str]:
    for text in (core, *(core.translate(table) for table in _SUBSTITUTIONS)):
        yield text
        yield "".join(filter(str.isalnum, text))


@cache
def _known() -> frozenset[str]:
    # Read on first use: only those who set a password pay for it, and `importlib.resources` would cost every start more
    # than the list.
    lines = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
