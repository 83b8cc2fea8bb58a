"""Answers of the audit trail."""

from __future__ import annotations

from peerlearn.domain.audit import AuditAction
from peerlearn.http.models import Moment, ResponseModel
from peerlearn.services.audit import NamedEntry


class ActorView(ResponseModel):
    """The name is today's; "Former learner" where the account was erased, "Operator" for the command line."""

    user_id: str
    name: str


class AuditEntryView(ResponseModel):
    """`target` is an id, or two joined by a slash: `<assessmentId>/<learnerId>`, `<courseId>/<learnerId>`."""

    entry_id: str
    at: Moment
    actor: ActorView | None
    action: AuditAction
    target: str
    source: str
    outcome: str
    details: dict[str, str | int | float | bool | None]

    @classmethod
    def of(cls, named: NamedEntry) -> AuditEntryView:
        entry = named.entry
        actor = None
        if entry.actor_id is not None and named.actor_name is not None:
            actor = ActorView(user_id=entry.actor_id, name=named.actor_name)
        return cls(
            entry_id=entry.entry_id,
            at=entry.at,
            actor=actor,
            action=entry.action,
            target=entry.target,
            source=entry.source,
            outcome=entry.outcome,
            details=dict(entry.details),
        )


class AuditData(ResponseModel):
    entries: list[AuditEntryView]
