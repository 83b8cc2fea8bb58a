"""Bounces and complaints that SES has told of, an item for each address, under a digest of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.suppressions import Feedback, Suppression, SuppressionReason
from peerlearn.persistence import mail_keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import delete, setting

# Afterwards somebody else may well have the address.
_KEPT = timedelta(days=365)
_ATTRIBUTES = {SuppressionReason.BOUNCE: "bouncedAt", SuppressionReason.COMPLAINT: "complainedAt"}


class SuppressionRepository:
    """Reads and writes them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, feedback: Feedback, now: datetime) -> bool:
        """Store what was told; return False where that, or something later, is there already."""
        attribute = _ATTRIBUTES[feedback.reason]
        expires_at = now + _KEPT
        fields = {
            "entity": Entity.SUPPRESSION.value,
            attribute: to_rfc3339(feedback.at),
            "expiresAt": to_rfc3339(expires_at),
            "ttl": int(expires_at.timestamp()),
        }
        is_news = f"attribute_not_exists(#{attribute}) OR #{attribute} < :{attribute}"
        with suppress(ConditionFailed):
            self._table.write(setting(mail_keys.suppression(feedback.address), fields, condition=is_news))
            return True
        return False

    def of(self, address: str) -> Suppression:
        """Return what is known of an address; mostly nothing is."""
        item = self._table.get(mail_keys.suppression(address))
        return Suppression(_moment(item, "bouncedAt"), _moment(item, "complainedAt")) if item else Suppression()

    def forget(self, address: str) -> None:
        """Remove all that is known of an address."""
        self._table.write(delete(mail_keys.suppression(address)))


def _moment(item: Item, attribute: str) -> datetime | None:
    return from_rfc3339(item[attribute]) if attribute in item else None
