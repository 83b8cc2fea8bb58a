"""P3, P4 and P10: sequential round trips and capacity units of every endpoint, warm."""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Iterator, Mapping

from benchmarks.rows import Effort, Row
from scripts.dynamodb_local import DynamoDBLocal
from tests.support.catalogue import take
from tests.support.costs import Cost
from tests.support.tour import open_tour

GOALS = {
    "get_course": 1,
    "enroll": 1,
    "enroll (session)": 2,
    "withdraw": 1,
    "list_progress": 1,
    "get_profile": 1,
    "list_messages": 1,
    "list_courses": 2,
    "login": 2,
    "refresh": 2,
    "complete_module": 2,
    "submit": 2,
    "send": 2,
    "submit (upload)": 3,
    "find_peers": 2,
}


def measure(effort: Effort) -> Iterator[Row]:
    costs = tour(1 if effort.quick else 5)
    yield _round_trips(costs)
    yield _capacity(costs)
    yield _catalogue(costs)


def _round_trips(costs: Mapping[str, Cost]) -> Row:
    over = {label: costs[label].depth for label, goal in GOALS.items() if costs[label].depth > goal}
    missed = ", ".join(f"{label} {depth} (goal {GOALS[label]})" for label, depth in over.items())
    return Row(
        metric="P3",
        name="endpoints within their round trips",
        goal=f"{len(GOALS)} of {len(GOALS)}",
        today=f"{len(GOALS) - len(over)} of {len(GOALS)}" + (f": {missed}" if missed else ""),
        limit=str(len(GOALS)),
        best_peer="-",
        value=len(over),
        aim=0,
        details={label: {"calls": cost.calls, "depth": cost.depth} for label, cost in costs.items()},
    )


def _capacity(costs: Mapping[str, Cost]) -> Row:
    ratios = {label: cost.units / cost.least for label, cost in costs.items() if cost.least}
    worst = max(ratios, key=lambda label: ratios[label])
    at_least = sum(ratio <= 1.0 for ratio in ratios.values())
    return Row(
        metric="P4",
        name="capacity ÷ least, worst endpoint",
        goal="1.0",
        today=f"{ratios[worst]:.2f} ({worst}); {at_least} of {len(ratios)} at 1.0",
        limit="1.0",
        best_peer="-",
        value=ratios[worst],
        aim=1.0,
        details={
            label: {"read": cost.read_units, "write": cost.write_units, "least": cost.least, "ratio": ratios.get(label)}
            for label, cost in costs.items()
        },
    )


def _catalogue(costs: Mapping[str, Cost]) -> Row:
    page, course = costs["list_courses"], costs["get_course"]
    return Row(
        metric="P10",
        name="units of a catalogue page of 10, without a shared cache",
        goal="<= 6",
        today=f"{page.units:g}, course page {course.units:g}; by 90 % hits {page.units / 10:g}, {course.units / 10:g}",
        limit="5",
        best_peer="-",
        value=page.units,
        aim=6,
        details={
            name: {"calls": len(cost.calls), "units": cost.units} for name, cost in (("page", page), ("course", course))
        },
    )


def tour(times: int) -> dict[str, Cost]:
    """The costs of each step. Counts are the same every time; which calls go side by side is the median's word."""
    engine = DynamoDBLocal()
    engine.start()
    try:
        tours = []
        for _ in range(times):
            with open_tour(engine, f"tour-{uuid.uuid4().hex}") as one:
                tours.append(take(one))
    finally:
        engine.stop()
    for label, cost in tours[0].items():
        cost.depth = int(statistics.median(each[label].depth for each in tours))
    return tours[0]
