"""The audit trail: actions with their actor, target, network address and result.

An entry is written by the transaction of the action itself, and never changed. It names people by their ids alone, so
it holds no name of somebody who has gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.ids import derived_id, new_id
from peerlearn.domain.users import Principal

DEFAULT_RETENTION = timedelta(days=365)
DONE = "done"

Detail = str | int | float | bool | None


class AuditAction(StrEnum):
    """An action that changes a permission, or the answer to somebody's work."""

    ROLE_CHANGED = "role.changed"
    STATUS_CHANGED = "status.changed"
    SESSIONS_ENDED = "sessions.ended"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 (the name of an action)
    EMAIL_CHANGED = "email.changed"
    ACCOUNT_ERASED = "account.erased"
    GRADE_SET = "grade.set"
    GRADE_CORRECTED = "grade.corrected"
    DEADLINE_EXTENDED = "deadline.extended"
    COURSE_PUBLISHED = "course.published"
    COURSE_CLOSED = "course.closed"
    COURSE_CANCELLED = "course.cancelled"
    ROSTER_CHANGED = "roster.changed"
    REPORT_DECIDED = "report.decided"
    SIGN_IN_BLOCKED = "sign-in.blocked"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry, forgotten at `expires_at`.

    Attributes
    ----------
    actor_id: str or None
        The person who did it; None where nobody was signed in.
    target: str
        The target: a plain id (`usr_...`, `crs_...`), or two joined by a slash where it takes both to name it:
        `<assessmentId>/<learnerId>` is somebody's work, `<courseId>/<learnerId>` their place on a roster.
    source: str
        The network address that the actor called from; empty where no request was behind it.
    outcome: str
        `done`, or a word for another result.
    details: dict
        Further facts, by name: texts, numbers, truth values, None. No secret, no address, no name.
    """

    entry_id: str
    at: datetime
    actor_id: str | None
    action: AuditAction
    target: str
    source: str
    outcome: str
    details: Mapping[str, Detail]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which entries are asked for: those that fit all of it, `since` included and `until` not."""

    actor_id: str | None = None
    target: str | None = None
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """Makes entries that are kept for `retention`."""

    retention: timedelta = DEFAULT_RETENTION
    clock: Clock = field(default=utc_now)

    def entry(
        self,
        actor: Principal | None,
        action: AuditAction,
        target: str,
        *,
        source: str = "",
        outcome: str = DONE,
        key: str | None = None,
        **details: Detail,
    ) -> AuditEntry:
        """Return an entry of this moment, to be stored by the transaction that does what it tells.

        Parameters
        ----------
        source: str
            Needed only without an actor, who brings their own.
        key: str, optional
            The event, such as its id: the same action on the same target under the same key has the same id.
        """
        now = self.clock()
        return AuditEntry(
            entry_id=new_id("aud") if key is None else derived_id("aud", action, target, key),
            at=now,
            actor_id=actor.user_id if actor else None,
            action=action,
            target=target,
            source=source or (actor.source if actor else ""),
            outcome=outcome,
            details=details,
            expires_at=now + self.retention,
        )
