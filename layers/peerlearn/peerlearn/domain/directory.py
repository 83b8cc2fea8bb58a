"""The directory of people that administrators search: comparison, questions and entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from peerlearn.domain.text import compared
from peerlearn.domain.users import AccountState, Role, User

if TYPE_CHECKING:
    # Every function that reads an account needs this module, and only an administrator's page what it is about.
    from peerlearn.domain.suppressions import Suppressed

# Of a text's beginning so much is compared: it becomes a part of a key and of a cursor.
TEXT_MAX_LENGTH = 100
# Characters that a text never has, so that no name can pretend to be a key: it has only characters between these.
_BELOW, _ABOVE = "#", "\U0010ffff"
_SURROGATES = ("\ud800", "\udfff")


def directory_text(text: str) -> str:
    """Return a name, an address or the beginning of one as the directory compares it.

    Without regard to case, encoding and the accents of Latin and Greek letters; runs of spaces and of the signs `!`,
    `"` and `#` are one space; at most 100 characters.
    """
    plain = compared(text)
    spaced = "".join(character if _is_kept(character) else " " for character in plain)
    return " ".join(spaced.split())[:TEXT_MAX_LENGTH].rstrip()


def _is_kept(character: str) -> bool:
    return _BELOW < character < _ABOVE and not _SURROGATES[0] <= character <= _SURROGATES[1]


@dataclass(frozen=True, slots=True)
class DirectoryFilters:
    """Which people are asked for: those whom all of it fits. `query` is the beginning of a name or of an address."""

    query: str | None = None
    role: Role | None = None
    state: AccountState | None = None

    @property
    def beginning(self) -> str:
        """Return what the names or addresses have to begin with, as they are compared."""
        return directory_text(self.query or "")

    @property
    def is_search(self) -> bool:
        """Return whether names and addresses are compared at all."""
        return bool(self.query and self.query.strip())

    @property
    def matches_nobody(self) -> bool:
        """Return whether the search is for something of which nothing is left to compare, such as `###`."""
        return self.is_search and not self.beginning

    def fit(self, user: User) -> bool:
        """Return whether the account's present role and state are those that are asked for."""
        return self.role in (None, user.role) and self.state in (None, user.state)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """Somebody in the list; `seen_at` is when one of their sessions last began or was renewed."""

    user: User
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """Somebody on their own.

    Attributes
    ----------
    sessions: int
        How many of their sign-in sessions have not ended.
    enrollments: int
        In how many courses they hold a seat, as an active or former learner, or wait for one.
    suppressed: Suppressed or None
        Why their address does not get every mail.
    """

    entry: DirectoryEntry
    sessions: int
    enrollments: int
    suppressed: Suppressed | None = None
