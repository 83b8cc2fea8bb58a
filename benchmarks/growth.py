"""P6: the costs of a catalogue page, a peers page, a conversation page and an enrolment as everything around grows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.rows import Effort, Row
from peerlearn.domain.catalogue import shelf
from peerlearn.domain.users import Role
from peerlearn.persistence import catalogue_keys, keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.marshalling import marshal, unmarshal
from scripts.dynamodb_local import DynamoDBLocal
from tests.support.people import Person
from tests.support.tour import Tour, open_tour

_FULL = (100, 10_000, 100_000)
_QUICK = (100, 1_000)
_BATCH = 25
_WRITERS = 8
# Courses that are written aside are older than those that are made.
_OLDER = 1_000_000
_EARLIER = "2020-01-01T00:00:00.000Z"

Item = Mapping[str, Any]


def measure(effort: Effort) -> Iterator[Row]:
    sizes = _QUICK if effort.quick else _FULL
    engine = DynamoDBLocal()
    engine.start()
    try:
        figures = _figures(engine, sizes)
    finally:
        engine.stop()
    least, most = figures[sizes[0]], figures[sizes[-1]]
    factors = {
        name: max(most[name]["units"] / least[name]["units"], most[name]["calls"] / least[name]["calls"])
        for name in least
    }
    worst = max(factors, key=lambda name: factors[name])
    yield Row(
        metric="P6",
        name=f"cost at {sizes[-1]:,} ÷ at {sizes[0]:,}, worst of four",
        goal="flat",
        today=f"{factors[worst]:.2f} ({worst})",
        limit="1.0",
        best_peer="-",
        value=factors[worst],
        # a page of longer ids and numbers may begin another KB
        aim=1.5,
        details={"by size": {str(size): one for size, one in figures.items()}, "factors": factors},
    )


def _figures(engine: DynamoDBLocal, sizes: tuple[int, ...]) -> dict[int, dict[str, dict[str, float]]]:
    figures = {}
    with open_tour(engine, f"growth-{uuid.uuid4().hex}") as tour:
        _write(tour, iter([marshal(_counter())]))
        tutor, learner, peer = tour.people.add(Role.TUTOR), tour.people.add(), tour.people.add()
        course_id = [tour.course(tutor, title=f"Course {number}", capacity=None) for number in range(10)][-1]
        for person in (learner, peer):
            tour.call("enroll", person, path={"courseId": course_id}, body=None)
        text = {"receiverId": peer.user_id, "message": "Shall we go through the rook endings together?"}
        tour.call("send", learner, body=text)
        there = 0
        for size in sizes:
            _write(tour, _entries(tour, there, size))
            _write(tour, _members(tour, peer, course_id, there, size))
            _write(tour, _messages(tour, learner, peer, there, size))
            there = size
            newcomer = tour.people.add()
            figures[size] = {
                "catalogue page": _cost(tour, "list_courses", query={}),
                "peers page": _cost(tour, "find_peers", learner, query={}),
                "conversation page": _cost(tour, "list_messages", learner, query={"with": peer.user_id}),
                "enrolment": _cost(tour, "enroll", newcomer, path={"courseId": course_id}, body=None),
            }
    return figures


def _cost(tour: Tour, name: str, person: Person | None = None, **changes: Any) -> dict[str, float]:
    with tour.recorder.measured(looks=False) as cost:
        tour.call(name, person, **changes)
    return {"calls": len(cost.calls), "units": cost.units}


def _counter() -> Item:
    return {**catalogue_keys.numbers().as_item(), "entity": Entity.COURSE_NUMBERS.value, "count": _OLDER}


def _entries(tour: Tour, there: int, size: int) -> Iterator[Item]:
    original = tour.recorder.item(catalogue_keys.entry(shelf(), _OLDER + 1))
    for number in range(there + 1, size + 1):
        yield original | marshal({**catalogue_keys.entry(shelf(), number).as_item(), "courseId": f"crs_{number:024d}"})


def _members(tour: Tour, like: Person, course_id: str, there: int, size: int) -> Iterator[Item]:
    original = tour.recorder.item(keys.enrollment(like.user_id, course_id))
    profile = tour.recorder.item(keys.profile(like.user_id))
    for number in range(there, size):
        user_id = f"usr_{number:024d}"
        moved = {
            **keys.enrollment(user_id, course_id).as_item(),
            "learnerId": user_id,
            "GSI1SK": f"{_EARLIER}#{user_id}",
        }
        yield original | marshal(moved)
        yield profile | marshal({**keys.profile(user_id).as_item(), "userId": user_id})


def _messages(tour: Tour, one: Person, other: Person, there: int, size: int) -> Iterator[Item]:
    pair = sorted((one.user_id, other.user_id))
    original = tour.recorder.item(keys.message(pair[0], pair[1], 1))
    for seq in range(max(there, 1) + 1, size + 1):
        key = keys.message(pair[0], pair[1], seq).as_item()
        yield original | marshal({**key, "seq": seq, "messageId": f"msg_{seq:024d}"})
    head = unmarshal(tour.recorder.item(keys.conversation(pair[0], pair[1])))
    yield marshal(head | {"lastSeq": size})


def _write(tour: Tour, items: Iterator[Item]) -> None:
    """Straight into the table, many at a time."""
    everything = list(items)
    batches = [everything[start : start + _BATCH] for start in range(0, len(everything), _BATCH)]
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(tour.recorder.put_aside, batches))
