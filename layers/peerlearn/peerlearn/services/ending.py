"""Ending one sign-in session: by its own device, by another one of the account, or because its token was stolen."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from peerlearn.domain.standing import Admission
from peerlearn.services.deciding import from_presumption

# Another write of the same person may change their standing between a look and a write.
_TRIES_MAX = 5


class EndingSessions(Protocol):
    """See `peerlearn.persistence.sign_in_sessions`."""

    def end(self, admission: Admission, session_id: str, now: datetime, token: str) -> bool: ...


def end_session(sessions: EndingSessions, admission: Admission, session_id: str, now: datetime) -> bool:
    """End one of the caller's sessions for good; return False where it has ended already.

    Parameters
    ----------
    admission: Admission
        Of the caller, with the limits that it counts against.

    Raises
    ------
    Unauthenticated
        The caller's own session has ended.
    TooManyRequests
    TemporarilyUnavailable
        The account's other requests were always faster.
    """
    admission.note(now)

    def carry_out(present: Admission, token: str) -> bool:
        if present.standing is not None and session_id not in present.standing.sessions:
            return False
        return sessions.end(present, session_id, now, token)

    return from_presumption(admission, carry_out, tries=_TRIES_MAX)
