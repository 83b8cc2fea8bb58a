"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from peerlearn.domain.audit import AuditEntry, AuditFilters, AuditTrail
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.paging import CursorResult, PageRequest
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.users import FORMER_LEARNER, OPERATOR_ID, OPERATOR_NAME, User


class Entries(Protocol):
    """See `peerlearn.persistence.audit`."""

    def page(
        self, filters: AuditFilters, wanted: PageRequest, now: datetime, earliest: datetime
    ) -> CursorResult[AuditEntry]: ...


class People(Protocol):
    def users(self, user_ids: Sequence[str]) -> Mapping[str, User]: ...


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry with its actor's name of today; None where nobody was signed in."""

    entry: AuditEntry
    actor_name: str | None


class AuditService:
    """The use case of the administrators' list."""

    def __init__(self, entries: Entries, people: People, trail: AuditTrail) -> None:
        self._entries = entries
        self._people = people
        self._trail = trail

    def entries(self, filters: AuditFilters, wanted: PageRequest) -> CursorResult[NamedEntry]:
        """Return a page of the entries that fit all filters, newest first; those past the retention are not listed.

        Raises
        ------
        ValidationFailed
            `to` is not after `from`.
        """
        if filters.since and filters.until and filters.until <= filters.since:
            raise ValidationFailed(("to", Problem(Rule.NOT_AFTER, "must be after `from`")))
        now = self._trail.clock()
        page = self._entries.page(filters, wanted, now, now - self._trail.retention)
        actors = {entry.actor_id for entry in page.entries if entry.actor_id}
        people = self._people.users(sorted(actors))

        def name_of(user_id: str | None) -> str | None:
            if user_id is None:
                return None
            if user_id == OPERATOR_ID:
                return OPERATOR_NAME
            return people[user_id].name if user_id in people else FORMER_LEARNER

        return CursorResult([NamedEntry(entry, name_of(entry.actor_id)) for entry in page.entries], page.next)
