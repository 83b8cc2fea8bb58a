"""Changes of accounts and sign-in sessions that end open connections."""

from __future__ import annotations

from collections.abc import Iterator

from peerlearn.domain.events import SignInSessionsEnded
from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity


def decode(change: RecordChange) -> Iterator[SignInSessionsEnded]:
    """Yield the end of a revoked session, or of all that a new password, a new role or an erasure has ended."""
    if change.entity == Entity.ERASURE and change.new is not None:
        yield SignInSessionsEnded(change.new["userId"])
    if change.old is None or change.new is None:
        return
    if change.entity == Entity.SESSION and change.became("revoked", value=True):
        yield SignInSessionsEnded(change.new["userId"], session_id=change.new["sessionId"])
    if change.entity == Entity.PROFILE and change.differs("sessionEpoch"):
        yield SignInSessionsEnded(change.new["userId"], kept_session=change.new.get("keptSession"))
