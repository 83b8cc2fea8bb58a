"""Mails that are to leave."""

from __future__ import annotations

from peerlearn.events.changes import RecordChange
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.mails import PUT_BACK


def wanted_mail(change: RecordChange) -> str | None:
    """Return the id of a mail that was put into the outbox, for the first time; None for any other change."""
    if change.entity != Entity.MAIL or change.new is None or PUT_BACK in change.new:
        return None
    mail_id: str = change.new["mailId"]
    return mail_id
