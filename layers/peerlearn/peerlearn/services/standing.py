"""Asking what a caller's token is worth now."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.limits import FREE_OF_PROOF, Limits
from peerlearn.domain.standing import Admission, KnownStandings, Standing, require_standing
from peerlearn.domain.users import Principal, Role
from peerlearn.services.deciding import from_presumption

# Another write of the same person may open or close a window between a look and a write.
_TRIES_MAX = 5


class Standings(Protocol):
    """See `peerlearn.persistence.standing`."""

    def standing(self, user_id: str) -> Standing | None: ...
    def admit(self, admission: Admission, now: datetime) -> Admission: ...


def admitted(standings: Standings, admission: Admission, now: datetime) -> Admission:
    """Count one use; return the admission with the account as it is now.

    Raises
    ------
    Unauthenticated, Forbidden, TooManyRequests
    TemporarilyUnavailable
        Other requests of the same person were always faster.
    """
    return from_presumption(admission, lambda present, _: standings.admit(present, now), tries=_TRIES_MAX)


class StandingService:
    """Lets callers through, or says why not.

    Parameters
    ----------
    known: KnownStandings
        The standings that this process has seen; shared by its requests.
    requires_proof: bool
        Whether most of what people do takes a proven address.
    """

    def __init__(
        self,
        standings: Standings,
        limits: Limits,
        known: KnownStandings,
        clock: Clock = utc_now,
        *,
        requires_proof: bool = False,
    ) -> None:
        self._requires_proof = requires_proof
        self._standings = standings
        self._limits = limits
        self._known = known
        self._clock = clock

    def require_recent(self, caller: Principal) -> None:
        """Check the caller's session, by what was read at most four seconds ago.

        Raises
        ------
        Unauthenticated
        """
        fresh = self._known.fresh(caller.user_id)
        if fresh is not None:
            try:
                fresh.require(caller)
            except Unauthenticated:
                # A session that began since then is not known yet: only the table may refuse.
                pass
            else:
                return
        self.require(caller)

    def require(self, caller: Principal, roles: frozenset[Role] | None = None, *, others_data: bool = False) -> None:
        """Check the caller's session, and their role, by a consistent read.

        Parameters
        ----------
        others_data: bool
            Whether they are to read what is not their own, which may take a proven address, as any role does.

        Raises
        ------
        Unauthenticated, Forbidden, EmailNotVerified
        """
        standing = require_standing(self._standings.standing(caller.user_id), caller)
        self._known.learn(standing)
        if self._requires_proof and (others_data or roles is not None):
            standing.require_proof()
        if roles is not None:
            standing.require_role(roles)

    def admission(self, caller: Principal, *limits: str, roles: frozenset[Role] | None = None) -> Admission:
        """Return the demands of a caller's write on their standing, for the store to check in its transaction.

        A flood is refused from the process's own memory, without asking the table once more.

        Raises
        ------
        TooManyRequests
        """
        chosen = tuple(self._limits[name] for name in limits)
        guess = self._known.guess(caller.user_id)
        needs_proof = self._requires_proof and FREE_OF_PROOF.isdisjoint(limits)
        admission = Admission(caller, chosen, roles, guess, needs_proof, self._known)
        now = self._clock()
        admission.note(now)
        admission.require_room(now)
        return admission

    def count(self, admission: Admission) -> None:
        """Count a request that was answered without a write that would have counted it.

        Raises
        ------
        Unauthenticated, Forbidden, EmailNotVerified, TooManyRequests, TemporarilyUnavailable
        """
        admitted(self._standings, admission, self._clock())

    def admit(self, caller: Principal, *limits: str, roles: frozenset[Role] | None = None) -> Admission:
        """Let one write of the caller's through, counted; return it with their account as it is now.

        Raises
        ------
        Unauthenticated, Forbidden, EmailNotVerified, TooManyRequests, TemporarilyUnavailable
        """
        return admitted(self._standings, self.admission(caller, *limits, roles=roles), self._clock())
