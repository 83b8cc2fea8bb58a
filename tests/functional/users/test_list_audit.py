"""The audit trail as administrators read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import table
from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.users import Role
from peerlearn.persistence.recording import recording
from peerlearn.snapshots import forget_providers
from tests.fakes.clock import FakeClock
from tests.support.api import Answer
from tests.support.people import Person

Call = Callable[..., Answer]


def record(
    actor: Person | None, action: AuditAction, target: str, at: datetime | None = None, **more: Any
) -> AuditEntry:
    trail = AuditTrail(audit_trail().retention, FakeClock(at or utc_now()))
    principal = replace(actor.principal, source="203.0.113.7") if actor else None
    entry = trail.entry(principal, action, target, **more)
    table().write(recording(entry))
    return entry


@pytest.fixture
def listed(call: Call, administrator: Person) -> Callable[..., Answer]:
    def listed_(**query: str) -> Answer:
        return call("list_audit", token=administrator.token, query=query)

    return listed_


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [entry["entryId"] for entry in answer.body["data"]["entries"]]


def test_entry_tells_who_did_what_when_from_where(listed: Callable[..., Answer], tutor: Person) -> None:
    entry = record(tutor, AuditAction.GRADE_SET, "asm_1/usr_1", grade=9, attempt=1)
    answer = listed()
    assert answer.body["data"]["entries"] == [
        {
            "entryId": entry.entry_id,
            "at": to_rfc3339(entry.at),
            "actor": {"userId": tutor.user_id, "name": tutor.user.name},
            "action": "grade.set",
            "target": "asm_1/usr_1",
            "source": "203.0.113.7",
            "outcome": "done",
            "details": {"grade": 9, "attempt": 1},
        }
    ]
    # no total is promised
    assert answer.body["metadata"] == {"limit": 10}


def test_entry_without_an_actor(listed: Callable[..., Answer]) -> None:
    record(None, AuditAction.SIGN_IN_BLOCKED, "usr_1", source="192.0.2.1", outcome="refused")
    entry = listed().body["data"]["entries"][0]
    assert (entry["actor"], entry["source"], entry["outcome"]) == (None, "192.0.2.1", "refused")


def test_actor_who_has_gone_is_a_former_learner(listed: Callable[..., Answer], learner: Person, call: Call) -> None:
    record(learner, AuditAction.PASSWORD_CHANGED, learner.user_id)
    assert call("erase_account", token=learner.token).status == 204
    actors = [entry["actor"] for entry in listed(action="password.changed").body["data"]["entries"]]
    assert actors == [{"userId": learner.user_id, "name": "Former learner"}]


def test_each_filter_narrows_the_list(listed: Callable[..., Answer], tutor: Person, administrator: Person) -> None:
    noon = utc_now().replace(microsecond=0) - timedelta(days=2)
    first = record(tutor, AuditAction.COURSE_PUBLISHED, "crs_1", noon)
    second = record(tutor, AuditAction.COURSE_CLOSED, "crs_1", noon + timedelta(hours=1))
    third = record(administrator, AuditAction.COURSE_PUBLISHED, "crs_2", noon + timedelta(hours=2))
    everything = [third.entry_id, second.entry_id, first.entry_id]
    assert ids(listed()) == everything
    assert ids(listed(actor="", target="", action="")) == everything
    assert ids(listed(actor=tutor.user_id)) == everything[1:]
    assert ids(listed(target="crs_1")) == everything[1:]
    assert ids(listed(action="course.published")) == [third.entry_id, first.entry_id]
    assert ids(listed(action="course.published", actor=tutor.user_id, target="crs_1")) == [first.entry_id]
    # `from` is included, `to` is not
    start, end = to_rfc3339(second.at), to_rfc3339(third.at)
    assert ids(listed(**{"from": start})) == everything[:2]
    assert ids(listed(to=end)) == everything[1:]
    assert ids(listed(**{"from": start, "to": end})) == [second.entry_id]


def test_list_is_walked_by_cursor(listed: Callable[..., Answer], tutor: Person) -> None:
    stored = [record(tutor, AuditAction.ROLE_CHANGED, f"usr_{number}", number=number) for number in range(7)]
    order = sorted(stored, key=lambda one: (to_rfc3339(one.at), one.entry_id), reverse=True)
    found: list[str] = []
    query = {"limit": "3"}
    while True:
        answer = listed(**query)
        found += ids(answer)
        if "next" not in answer.body["metadata"]:
            break
        query["cursor"] = answer.body["metadata"]["next"]
    assert found == [entry.entry_id for entry in order]


def test_cursor_of_another_query_is_refused(
    listed: Callable[..., Answer], tutor: Person, people: Any, call: Call
) -> None:
    for number in range(3):
        record(tutor, AuditAction.ROLE_CHANGED, "usr_1", number=number)
    cursor = listed(limit="1").body["metadata"]["next"]
    for query in ({"target": "usr_1"}, {"actor": "usr_1"}, {"action": "role.changed"}, {"to": "2030-01-01T00:00:00Z"}):
        assert listed(cursor=cursor, **query).code == "VALIDATION_FAILED"
    other = people.add(Role.ADMIN)
    assert call("list_audit", token=other.token, query={"cursor": cursor}).code == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("action", {"action": "coffee.made"}),
        ("actor", {"actor": "no id"}),
        ("target", {"target": "a/b/c"}),
        ("from", {"from": "yesterday"}),
        ("from", {"from": "2026-01-01T10:00:00"}),
        ("to", {"to": "2026-13-01T10:00:00Z"}),
        ("to", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}),
        ("limit", {"limit": "101"}),
        ("cursor", {"cursor": "nonsense"}),
    ],
)
def test_wrong_query_is_named(listed: Callable[..., Answer], field: str, query: dict[str, str]) -> None:
    answer = listed(**query)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [problem["field"] for problem in answer.body["details"]["fields"]] == [field]


def test_retention_is_a_setting(monkeypatch: pytest.MonkeyPatch, listed: Callable[..., Answer], tutor: Person) -> None:
    assert audit_trail().retention == timedelta(days=365)
    kept = record(tutor, AuditAction.ROLE_CHANGED, "usr_1", utc_now() - timedelta(days=2))
    record(tutor, AuditAction.ROLE_CHANGED, "usr_1", utc_now() - timedelta(days=4))
    assert len(ids(listed())) == 2
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", "3")
    forget_providers()
    assert ids(listed()) == [kept.entry_id]
