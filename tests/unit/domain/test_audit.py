"""Entries of the audit trail: whose doing, from where, kept how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.items.audit import audit_entry_of, audit_item
from peerlearn.persistence.items.base import is_streamed
from peerlearn.persistence.marshalling import marshal, unmarshal
from tests.fakes.clock import START, FakeClock

ADMIN = Principal("usr_admin", Role.ADMIN, "sid_1", "203.0.113.7")
TRAIL = AuditTrail(timedelta(days=30), FakeClock())


def test_entry_of_somebody_tells_who_and_from_where() -> None:
    entry = TRAIL.entry(ADMIN, AuditAction.ROLE_CHANGED, "usr_1", role="tutor", was="learner")
    assert entry.entry_id.startswith("aud_")
    assert (entry.actor_id, entry.source, entry.outcome) == ("usr_admin", "203.0.113.7", "done")
    assert (entry.at, entry.expires_at) == (START, START + timedelta(days=30))
    assert entry.details == {"role": "tutor", "was": "learner"}


def test_entry_of_nobody_tells_the_source_that_is_given() -> None:
    entry = TRAIL.entry(None, AuditAction.SIGN_IN_BLOCKED, "usr_1", source="192.0.2.1", outcome="refused")
    assert (entry.actor_id, entry.source, entry.outcome) == (None, "192.0.2.1", "refused")


def test_retention_is_a_year_unless_told_otherwise() -> None:
    entry = AuditTrail(clock=FakeClock()).entry(ADMIN, AuditAction.ACCOUNT_ERASED, "usr_1")
    assert entry.expires_at - entry.at == timedelta(days=365)


def test_same_key_gives_the_same_entry_and_no_key_a_new_one() -> None:
    def keyed(target: str, key: str | None) -> str:
        return TRAIL.entry(ADMIN, AuditAction.REPORT_DECIDED, target, key=key).entry_id

    assert keyed("rep_1", "request-1") == keyed("rep_1", "request-1")
    assert len({keyed("rep_1", "request-1"), keyed("rep_2", "request-1"), keyed("rep_1", "request-2")}) == 3
    assert keyed("rep_1", None) != keyed("rep_1", None)


@pytest.mark.parametrize("actor", [ADMIN, None])
def test_item_keeps_the_whole_entry(actor: Principal | None) -> None:
    details = {"grade": 7, "points": 7.25, "reason": "a second look", "late": False, "feedback": None}
    entry = TRAIL.entry(actor, AuditAction.GRADE_CORRECTED, "asm_1/usr_1", source="192.0.2.1", **details)  # type: ignore[arg-type]
    stored = unmarshal(marshal(audit_item(entry)))
    restored = audit_entry_of(stored)
    assert restored == entry
    assert {name: type(value) for name, value in restored.details.items()} == {
        name: type(value) for name, value in details.items()
    }
    assert ("GSI1PK" in stored) == (actor is not None)
    assert stored["ttl"] == int(entry.expires_at.timestamp())
    # no consumer of the stream is woken
    assert not is_streamed(stored)
