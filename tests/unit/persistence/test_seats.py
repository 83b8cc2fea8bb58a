"""A process's memory of courses that have shards."""

from __future__ import annotations

from peerlearn.persistence.seats import KnownShards


def test_a_process_remembers_shards_and_not_without_end() -> None:
    known = KnownShards()
    assert known.of("crs_1") == 1
    known.learn("crs_1", 3)
    known.learn("crs_1", 8)
    known.learn("crs_2", 1)
    assert (known.of("crs_1"), known.of("crs_2"), len(known._counts)) == (8, 1, 1)
    for number in range(3000):
        known.learn(f"crs_{number}", 2)
        assert known.of(f"crs_{number}") == 2
        assert len(known._counts) <= 1000
