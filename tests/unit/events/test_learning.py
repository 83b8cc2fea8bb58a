"""Pushes about learning that changes of items cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.points import Totals, course_award, module_award
from peerlearn.domain.submissions import Submission, graded
from peerlearn.events.changes import RecordChange
from peerlearn.events.learning import decode
from peerlearn.persistence.items.assessments import submission_item
from peerlearn.persistence.items.ledger import entry_item, totals_item

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
AT = to_rfc3339(NOW)
FIRST = Submission("asm_1", "crs_1", "usr_1", 1, "https://github.com/a/b", NOW, late=True)


def enrollment(*modules: str, status: str = "active", points: int = 0) -> dict[str, Any]:
    return {
        "entity": "Enrollment",
        "learnerId": "usr_1",
        "courseId": "crs_1",
        "status": status,
        "completedModules": dict.fromkeys(modules, 0),
        "points": points,
        "lastAccessed": AT,
        "updatedAt": AT,
    }


def events(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[tuple[str, list[str], dict[str, Any]]]:
    return [(e.type.value, list(e.receivers), dict(e.data)) for e in decode(RecordChange(old, new, NOW))]


def test_a_module_and_the_course_with_the_last_one() -> None:
    module = {"courseId": "crs_1", "moduleId": "b", "learnerId": "usr_1"}
    assert events(enrollment("a"), enrollment("a", "b")) == [("module.completed", [], module)]
    assert events(enrollment("a"), enrollment("a", "b", status="completed", points=120)) == [
        ("module.completed", [], module),
        ("course.completed", ["usr_1"], {"courseId": "crs_1", "points": 120}),
    ]


def test_attempts_and_grades() -> None:
    second = replace(FIRST, attempt=2)
    once = graded(second, 9, "good", "usr_t", NOW)
    corrected = graded(once, 7, "good", "usr_t", NOW)
    received = events(None, submission_item(FIRST))
    assert [(kind, receivers, data["attempt"], data["late"]) for kind, receivers, data in received] == [
        ("submission.received", [], 1, True)
    ]
    assert [e[0] for e in events(submission_item(FIRST), submission_item(second))] == ["submission.received"]
    for before, after in ((second, once), (once, corrected)):
        ((kind, receivers, data),) = events(submission_item(before), submission_item(after))
        assert (kind, receivers) == ("submission.graded", ["usr_1"])
        assert (data["grade"], data["attempt"], data["gradedAt"]) == (after.grade, 2, AT)
        assert "feedback" not in data
    assert events(submission_item(once), submission_item(once)) == []


def test_points() -> None:
    _, (entry,) = Totals("usr_1").awarded([module_award("crs_1", "a", 5)], NOW)
    data = {"reason": "module_completed", "points": 10, "reference": "module:crs_1:a", "courseId": "crs_1"}
    assert events(None, entry_item(entry)) == [("points.awarded", ["usr_1"], data | {"awardedAt": AT})]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, enrollment()),
        (enrollment("a"), enrollment("a")),
        (enrollment("a"), None),
        (enrollment("a", status="dropped"), enrollment("a")),
        (enrollment("a", status="completed"), enrollment("a", status="completed", points=9)),
        (submission_item(FIRST), None),
        (None, submission_item(FIRST, past=True)),
        (None, totals_item(Totals("usr_1"))),
        (None, {"PK": "X", "SK": "Y"}),
        (entry_item(Totals("u").awarded([course_award("c")], NOW)[1][0]),) * 2,
    ],
)
def test_lines_that_tell_nothing_are_left_out(old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    assert events(old, new) == []


def test_a_redelivery_has_the_same_ids_and_every_fact_its_own() -> None:
    changes = [
        (enrollment("a"), enrollment("a", "b", status="completed")),
        (None, submission_item(FIRST)),
        (submission_item(FIRST), submission_item(replace(FIRST, attempt=2))),
        (submission_item(FIRST), submission_item(graded(FIRST, 9, None, "usr_t", NOW))),
    ]

    def ids() -> list[str]:
        return [event.event_id for old, new in changes for event in decode(RecordChange(old, new, NOW))]

    assert ids() == ids()
    assert len(set(ids())) == len(ids()) == 5
