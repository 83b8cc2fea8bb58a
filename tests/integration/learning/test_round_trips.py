"""Round trips and units of what learners and tutors do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.domain.paging import PageRequest
from peerlearn.domain.standing import Standing
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import put
from tests.integration.learning.conftest import ADA, TUTOR, School, Steps
from tests.support.wire import Wire

TRANSACT, READ, QUERY, GET = "TransactWriteItems", "BatchGetItem", "Query", "GetItem"


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("module", [READ, TRANSACT]),
        ("last_module", [READ, TRANSACT]),
        ("submit", [READ, TRANSACT]),
        ("submit_again", [READ, TRANSACT]),
        ("grade", [READ, TRANSACT]),
        ("correct", [READ, TRANSACT]),
        ("create", [TRANSACT]),
    ],
)
def test_round_trips_of_changes(steps: Steps, wire: Wire, name: str, calls: list[str]) -> None:
    step = steps.ready(name)
    wire.forget()
    step()
    assert wire.calls == calls


def test_round_trips_of_repeats_and_reads(steps: Steps, wired: School, wire: Wire, table: Table) -> None:
    table.write(put(standing_item(Standing(ADA.user_id, ADA.role, sessions={ADA.session_id: 0}))))
    steps.ready("correct")
    steps.ready("last_module")
    course, assessment = steps.course, steps.assessment
    reads: list[tuple[Callable[[], object], list[str]]] = [
        (lambda: wired.progress.complete(ADA, course, "mod_2", 9), [READ]),
        (lambda: wired.grade(assessment, ADA.user_id, 10), [READ]),
        (lambda: wired.progress.one(ADA, course), [READ]),
        (lambda: wired.progress.everything(ADA, PageRequest()), [QUERY, READ]),
        (lambda: wired.points.entries(ADA, PageRequest()), [GET, QUERY]),
        (lambda: wired.leaderboard.first(ADA, course), [READ, QUERY, QUERY, READ]),
        (lambda: wired.assessments.page(ADA, assessment), [READ]),
        (lambda: wired.assessments.mine(ADA, PageRequest()), [QUERY]),
        (lambda: wired.assessments.all_of(TUTOR, assessment, PageRequest()), [READ, QUERY]),
    ]
    for read, calls in reads:
        wire.forget()
        read()
        assert wire.calls == calls


def test_an_id_of_another_make_costs_nothing(wired: School, wire: Wire) -> None:
    with pytest.raises(Exception, match="no such assessment"):
        wired.assessments.page(ADA, "asm_unknown")
    assert wire.calls == []


def test_completing_a_module_costs_no_more_than_its_items(steps: Steps, wire: Wire) -> None:
    """P4: twice the size of what is written, the index entries, and not a seat or an outline more."""
    step = steps.ready("module")
    wire.forget()
    step()
    (writes,) = [body["TransactItems"] for body in wire.bodies if "TransactItems" in body]
    keys = [next(iter(one.values())) for one in writes]
    sort_keys = [(one.get("Key") or one["Item"])["SK"]["S"] for one in keys]
    assert sort_keys == [f"B#ENROLLMENT#{steps.course}", f"POINTS#module:{steps.course}:mod_1", "A#TOTALS"]
