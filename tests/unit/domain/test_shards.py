"""Capacity split over shards, and who goes where."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from peerlearn.domain.bookings import BookingChange, Gate, Situation, book, join_line, leave_line, promote, withdraw
from peerlearn.domain.courses import (
    CAPACITY_MAX,
    SEATS_PER_SHARD,
    SHARDS_MAX,
    CourseStatus,
    Kind,
    Seats,
    Shard,
    shards_for,
    split,
)
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import Conflict
from peerlearn.domain.ids import new_id
from peerlearn.domain.shards import shard_of

NOW = datetime(2026, 1, 1, 10, tzinfo=UTC)
EMPTY = Seats("crs_1", 0, 0, 0, 0, 0, CourseStatus.PUBLISHED, Kind.COURSE, None, None)


def sharded(*shards: Shard) -> Seats:
    capacities = [shard.capacity for shard in shards if shard.capacity is not None]
    capacity = sum(capacities) if len(capacities) == len(shards) else None
    return replace(EMPTY, capacity=capacity, taken=sum(shard.taken for shard in shards), shards=shards)


@pytest.mark.parametrize(
    ("capacity", "shards"),
    [
        (None, 1),
        (0, 1),
        (SEATS_PER_SHARD, 1),
        (SEATS_PER_SHARD + 1, 2),
        (5 * SEATS_PER_SHARD, 5),
        (CAPACITY_MAX, SHARDS_MAX),
    ],
)
def test_how_many_shards_a_course_begins_with(capacity: int | None, shards: int) -> None:
    assert shards_for(capacity) == shards
    seats = EMPTY.resized(capacity)
    assert len(seats.shards) == (shards if shards > 1 else 0)
    assert seats.capacity == capacity


@given(st.lists(st.integers(0, 50), min_size=1, max_size=SHARDS_MAX), st.integers(0, 2000))
def test_a_split_gives_all_away_evenly_and_nobody_less_than_they_have(floors: list[int], more: int) -> None:
    parts = split(sum(floors) + more, floors)
    assert sum(parts) == sum(floors) + more
    assert all(part >= floor for part, floor in zip(parts, floors, strict=True))
    # apart from those held up by their floor, nobody has more than one more than another
    above = [part for part, floor in zip(parts, floors, strict=True) if part > floor]
    assert max(above, default=0) - min(parts) <= 1


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8),
    st.one_of(st.none(), st.integers(0, 400)),
)
@example([(0, 26)], 26)
def test_any_capacity_above_what_is_taken_can_be_had(state: list[tuple[int, int]], capacity: int | None) -> None:
    shards = tuple(Shard(max(pair), min(pair)) for pair in state)
    before = sharded(*shards) if len(shards) > 1 else replace(EMPTY, capacity=shards[0].capacity, taken=shards[0].taken)
    assume(capacity is None or capacity >= before.taken)
    after = before.resized(capacity, 25)
    assert (after.capacity, after.taken) == (capacity, before.taken)
    # who changes nothing gets no shards by it
    is_same = capacity == before.capacity
    count = len(before.shards) if is_same else max(len(before.shards), shards_for(capacity, 25))
    assert len(after.shards) == (count if count > 1 else 0)
    for shard in after.shards:
        assert shard.capacity is None or shard.taken <= shard.capacity
    if after.shards:
        first = shards[: len(after.shards)]
        assert [shard.taken for shard in after.shards][: len(first)] == [shard.taken for shard in first]
        assert sum(shard.capacity or 0 for shard in after.shards) == (capacity or 0)
        if capacity is not None and before.capacity is not None and capacity >= before.capacity:
            # nobody who books meanwhile can be in the way
            assert all(
                (new.capacity or 0) >= (old.capacity or 0) for old, new in zip(first, after.shards, strict=False)
            )


def test_fewer_than_are_taken_are_refused() -> None:
    with pytest.raises(Conflict) as refused:
        sharded(Shard(5, 4), Shard(5, 3)).resized(6)
    assert refused.value.details == {"seatsTaken": 7}


def test_nothing_moves_where_the_capacity_stays() -> None:
    seats = sharded(Shard(9, 4), Shard(1, 1))
    assert seats.resized(10) == seats


def test_learners_spread_over_shards() -> None:
    counted = Counter(shard_of(new_id("usr"), 8) for _ in range(8000))
    assert len(counted) == 8
    assert max(counted.values()) < 1300
    assert shard_of("usr_1", 0) == shard_of("usr_1", 1) == 0


def test_a_full_shards_learners_go_different_ways() -> None:
    seats = sharded(Shard(1, 1), Shard(9, 0), Shard(9, 9), Shard(9, 1))
    learners = [f"usr_{number}" for number in range(400)]
    chosen = Counter((shard_of(one, 4), seats.shard_for(one)) for one in learners)
    assert set(chosen) == {(0, 1), (0, 3), (1, 1), (2, 1), (2, 3), (3, 3)}


# -- changes --------------------------------------------------------------------------------------------------------

ACTIVE, WAITLISTED = EnrollmentStatus.ACTIVE, EnrollmentStatus.WAITLISTED
FREE = sharded(Shard(2, 1), Shard(2, 1), Shard(2, 1))
FULL = sharded(Shard(2, 2), Shard(2, 2), Shard(2, 2))


def at(seats: Seats, status: EnrollmentStatus | None = None, shard: int = 0) -> Situation:
    since = "2026-01-01T09:00:00.000Z" if status is WAITLISTED else None
    return Situation("usr_1", "crs_1", status, since, seats, seat_shard=shard)


def test_a_seat_is_taken_in_ones_own_shard_and_given_up_where_it_is() -> None:
    change = book(at(FREE), NOW)
    assert (change.shards, change.shard, change.gate) == (3, shard_of("usr_1", 3), Gate.SEAT)
    assert withdraw(at(FREE, ACTIVE, 2), NOW).shard == 2


def test_situation_presumed_of_a_course_with_shards() -> None:
    presumed = Situation.presumed("usr_1", "crs_1", ACTIVE, 3)
    assert presumed.seat_shard == withdraw(presumed, NOW).shard == shard_of("usr_1", 3)
    assert book(Situation.presumed("usr_1", "crs_1", None, 3), NOW).shard == shard_of("usr_1", 3)
    assert Situation.presumed("usr_1", "crs_1", None, 1).seats == Situation.presumed("usr_1", "crs_1", None).seats


@pytest.mark.parametrize("waiting", [0, 1, 2])
def test_when_a_line_opens_and_closes(waiting: int) -> None:
    full, freed = replace(FULL, waitlist_length=waiting), replace(FREE, waitlist_length=waiting)

    def turns(change: BookingChange | None) -> bool:
        assert change is not None
        return change.turns_line

    assert turns(join_line(at(full), NOW)) is (waiting == 0)
    assert turns(leave_line(at(full, WAITLISTED), NOW)) is (waiting == 1)
    assert turns(promote(at(freed, WAITLISTED), NOW)) is (waiting == 1)
    assert turns(withdraw(at(full, ACTIVE), NOW)) is False


def test_without_shards_no_line_turns() -> None:
    seats = replace(EMPTY, capacity=1, taken=1)
    assert join_line(at(seats), NOW).turns_line is False
