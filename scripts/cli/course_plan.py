"""Which courses of a file are to be created, and whose they become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.domain.users import Role, User
from peerlearn.persistence import keys
from scripts.cli.course_fields import Mistake, shown
from scripts.cli.course_files import Entry, Read

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Planned:
    """A course of the file that is not there yet."""

    entry: Entry
    course_id: str
    tutor: User
    is_handed_on: bool


class Tutors:
    """Accounts by address or id, each looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, User | str] = {}

    def find(self, name: str) -> User | str:
        """The account, or what is wrong with it."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> User | str:
        if "@" in name:
            credential = account_repository().credential(name)
            user = credential.user if credential else None
        else:
            user = account_repository().user(name)
        if user is None:
            return f"nobody has the address or id {shown(name)}"
        return user if user.role in (Role.TUTOR, Role.ADMIN) else f"{shown(name)} is no tutor"


@dataclass(frozen=True, slots=True)
class Choices:
    """Return the tutor of a course: its own, or the default where it names none, or the successor of either."""

    tutors: Tutors
    default: str | None
    successor: str | None

    def of(self, entry: Entry) -> tuple[User | str, bool]:
        """The tutor, or what is wrong, and whether it is the successor."""
        name = entry.tutor or self.default
        if name is None:
            return "is missing, and --tutor is not given", False
        tutor = self.tutors.find(name)
        if not isinstance(tutor, str):
            return tutor, False
        if self.successor is None:
            return f"{tutor}; --successor names whose the course becomes", False
        heir = self.tutors.find(self.successor)
        return (f"{tutor}, and as for --successor, {heir}" if isinstance(heir, str) else heir), True


def plan_of(found: Read, choices: Choices) -> list[Planned]:
    """Return the courses to create; mistakes about tutors join the others.

    Nobody asks who the tutor of a course is that is there already: they may have left.
    """
    lines: dict[str, int] = {}
    called: list[tuple[Entry, tuple[str, str]]] = []
    for entry in found.entries:
        # Only what has no name is known by its tutor.
        tutor = choices.of(entry)[0] if entry.name is None else None
        if isinstance(tutor, str):
            found.mistakes.append(Mistake(entry.line, f"tutor: {tutor}"))
            continue
        ids = entry.ids(tutor.user_id if tutor else "")
        if line := lines.get(ids[0]):
            found.mistakes.append(Mistake(entry.line, f"is the same course as in line {line}: give each an id"))
            continue
        lines.update(dict.fromkeys(ids, entry.line))
        called.append((entry, ids))
    known = _known(lines)
    planned: list[Planned] = []
    for entry, ids in called:
        if known.isdisjoint(ids):
            tutor, is_handed_on = choices.of(entry)
            if isinstance(tutor, str):
                found.mistakes.append(Mistake(entry.line, f"tutor: {tutor}"))
            else:
                planned.append(Planned(entry, ids[0], tutor, is_handed_on))
    return planned


def _known(course_ids: Iterable[str]) -> set[str]:
    """Those that there are; a batch at a time, so that what else is in them need not be held."""
    known: set[str] = set()
    wanted = iter(course_ids)
    while batch := list(islice(wanted, _BATCH)):
        known.update(item["courseId"] for item in table().batch_get(map(keys.course, batch)).values())
    return known
