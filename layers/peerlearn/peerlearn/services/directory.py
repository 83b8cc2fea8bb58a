"""Finding accounts, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.directory import DirectoryEntry, DirectoryFilters, DirectoryPerson
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import UserNotFound
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.profiles import Profile
from peerlearn.domain.suppressions import Suppression
from peerlearn.domain.users import SignInSession
from peerlearn.services.sign_in_sessions import sessions_that_stand


class Directory(Protocol):
    """See `peerlearn.persistence.directory`."""

    def page(self, filters: DirectoryFilters, wanted: PageRequest) -> PageResult[DirectoryEntry]: ...
    def person(self, user_id: str) -> tuple[Profile, Sequence[SignInSession]] | None: ...


class Suppressions(Protocol):
    """See `peerlearn.persistence.suppressions`."""

    def of(self, address: str) -> Suppression: ...


class DirectoryService:
    """The reading use cases of the `users` endpoints. Their caller has to be an administrator."""

    def __init__(self, directory: Directory, suppressions: Suppressions, clock: Clock = utc_now) -> None:
        self._directory = directory
        self._suppressions = suppressions
        self._clock = clock

    def people(self, filters: DirectoryFilters, wanted: PageRequest) -> PageResult[DirectoryEntry]:
        """Return a page of the people who fit: by name, then those whose address alone matches, by address."""
        if filters.matches_nobody:
            return PageResult((), 0)
        return self._directory.page(filters, wanted)

    def person(self, user_id: str) -> DirectoryPerson:
        """Return one account.

        Raises
        ------
        UserNotFound
        """
        found = self._directory.person(user_id)
        if found is None:
            raise UserNotFound
        profile, sessions = found
        standing = profile.standing
        stand = sessions_that_stand(standing, sessions, self._clock()) if standing else []
        counted = [one for one in profile.enrollments if one.status is not EnrollmentStatus.DROPPED]
        entry = DirectoryEntry(profile.user, standing.last_seen if standing else None)
        suppressed = self._suppressions.of(profile.user.email).shown_of(profile.user)
        return DirectoryPerson(entry, len(stand), len(counted), suppressed)
