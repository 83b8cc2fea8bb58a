"""Learning where mails came back from, and who complained of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.suppressions import Feedback, SuppressionReason, feedback_of


class Suppressions(Protocol):
    """See `peerlearn.persistence.suppressions`."""

    def note(self, feedback: Feedback, now: datetime) -> bool: ...


class FeedbackService:
    """The use case of the worker that SES tells of bounces and complaints."""

    def __init__(self, suppressions: Suppressions, clock: Clock = utc_now) -> None:
        self._suppressions = suppressions
        self._clock = clock

    def learn(self, event: Mapping[str, Any]) -> SuppressionReason | None:
        """Note what follows from an event of SES, and return it; None where it is known, or nothing follows.

        Events come in any order, and more than once: the latest of each kind counts.
        """
        feedback = feedback_of(event)
        if feedback is None or not self._suppressions.note(feedback, self._clock()):
            return None
        return feedback.reason
