"""Keys of what belongs to neither a person nor a course: windows, tickets, jobs, kept answers, audit, layout."""

from __future__ import annotations

from datetime import datetime

from peerlearn.domain.shards import shard_of
from peerlearn.persistence.keys import Key

# A month's entries are spread over so many partitions, each of which takes a thousand writes a second.
AUDIT_SHARDS = 4
# Sessions begin on the hour: the due items of one minute are spread over so many partitions.
DUE_SHARDS = 4


def throttle(subject: str) -> Key:
    """Return the key of a window of failed sign-ins or of calls from one address; `subject` is a digest."""
    return Key(f"THROTTLE#{subject}", "FAILURES")


def job(job_id: str) -> Key:
    """Return the key of the cursor of a job of several chunks."""
    return Key(f"JOB#{job_id}", "CURSOR")


def ticket(ticket_hash: str) -> Key:
    """Return the key of a ticket that opens a connection once."""
    return Key(f"TICKET#{ticket_hash}", "TICKET")


def audit_entry(at: str, entry_id: str) -> Key:
    """Return the key of an audit entry: by month and a shard that the id decides, in it by time, then by id."""
    return Key(f"AUDIT#{at[:7]}#{shard_of(entry_id, AUDIT_SHARDS)}", f"{at}#{entry_id}")


def audit_partitions(month: str) -> list[str]:
    """Return the partitions of a month, `2026-01`."""
    return [f"AUDIT#{month}#{shard}" for shard in range(AUDIT_SHARDS)]


def kept_answer(place: str) -> Key:
    """Return the key of the answer of a request with an idempotency key.

    It holds a digest, so that a reader of the table does not learn the idempotency key.
    """
    return Key(f"IDEMPOTENCY#{place}", "ANSWER")


def published_keys() -> Key:
    """Return the key of the only item in the table of public keys: those that verify tokens."""
    return Key("SIGNING#KEYS", "KEYS")


def layout() -> Key:
    """Return the key of the only item about the table itself: which layout its items have."""
    return Key("LAYOUT", "LAYOUT")


def due(minute: datetime, name: str) -> Key:
    """Return the key of a due item, by its minute and a shard that its name decides."""
    return Key(due_partitions(minute)[shard_of(name, DUE_SHARDS)], name)


def due_partitions(minute: datetime) -> list[str]:
    """Return the partitions of what is due in a minute, `DUE#2026-01-01T10:00Z#0` and on."""
    return [f"DUE#{minute:%Y-%m-%dT%H:%MZ}#{shard}" for shard in range(DUE_SHARDS)]


def tick() -> Key:
    """Return the key of the only item that says how far the tick has got."""
    return Key("TICK", "TICK")
