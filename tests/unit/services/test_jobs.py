"""Jobs chunk by chunk: what the cursor says, and who goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.jobs import ROUNDS_MAX, Cursor, NotAllShown, Step
from peerlearn.services.jobs import JobRunner, in_one_go
from tests.fakes.clock import FakeClock


class Cursors:
    """In memory; `before_move` happens just before the next move."""

    def __init__(self) -> None:
        self.stored: dict[str, Cursor] = {}
        self.before_move: Callable[[], object] = lambda: None

    def cursor(self, job_id: str) -> Cursor:
        return self.stored.get(job_id, Cursor(job_id))

    def move(self, cursor: Cursor, now: datetime, token: str) -> bool:
        assert (now, bool(token)) == (FakeClock()(), True)
        hook, self.before_move = self.before_move, lambda: None
        hook()
        if self.cursor(cursor.job_id).version != cursor.version - 1:
            return False
        self.stored[cursor.job_id] = cursor
        return True


class Numbers:
    """A job over 0 to 6, two in a chunk."""

    def __init__(self) -> None:
        self.done: list[int] = []

    def __call__(self, cursor: Cursor) -> Step:
        start = int(cursor.place or 0)
        numbers = list(range(start, min(start + 2, 7)))
        self.done += numbers
        return Step(str(start + 2) if start + 2 < 7 else None, cursor.counted + len(numbers), len(numbers))


@pytest.fixture
def cursors() -> Cursors:
    return Cursors()


@pytest.fixture
def runner(cursors: Cursors) -> JobRunner:
    return JobRunner(cursors, FakeClock())


def test_each_chunk_has_the_next_one_done_by_another_task(runner: JobRunner, cursors: Cursors) -> None:
    job, sent = Numbers(), [0]
    steps = []
    while sent:
        sent.pop()
        steps.append(runner.run("job_1", job, lambda: sent.append(0)))
    assert job.done == list(range(7))
    assert [step.place for step in steps if step] == ["2", "4", "6", None]
    assert cursors.stored["job_1"] == Cursor("job_1", "", 7, 0, 4, is_done=True)
    assert runner.run("job_1", job, lambda: pytest.fail("it is done")) is None
    assert len(job.done) == 7


def test_job_of_one_chunk_has_no_cursor(runner: JobRunner, cursors: Cursors) -> None:
    assert runner.run("job_1", lambda _: Step(None, 3, 3), lambda: pytest.fail("nothing is left")) == Step(None, 3, 3)
    assert cursors.stored == {}


def test_task_that_was_handed_over_twice_goes_on_once(runner: JobRunner, cursors: Cursors) -> None:
    """The slower worker does the same chunk, finds the cursor moved, and leaves the rest to the other."""
    sent: list[str] = []
    cursors.before_move = lambda: runner.run("job_1", Numbers(), lambda: sent.append("the faster"))
    assert runner.run("job_1", Numbers(), lambda: sent.append("the slower")) is None
    assert sent == ["the faster"]
    assert cursors.stored["job_1"].place == "2"


def test_chunk_that_fails_is_done_again_from_where_it_began(runner: JobRunner, cursors: Cursors) -> None:
    def busy(_: Cursor) -> Step:
        raise TemporarilyUnavailable

    runner.run("job_1", Numbers(), lambda: None)
    before = dict(cursors.stored)
    with pytest.raises(TemporarilyUnavailable):
        runner.run("job_1", busy, lambda: pytest.fail("it comes again by itself"))
    assert cursors.stored == before


def test_job_whose_index_does_not_show_all_begins_anew_a_few_times(runner: JobRunner, cursors: Cursors) -> None:
    def chunk(cursor: Cursor) -> Step:
        if cursor.place:
            raise NotAllShown
        return Step("2", 2)

    for number in range(1, ROUNDS_MAX + 1):
        assert runner.run("job_1", chunk, lambda: None) == Step("2", 2)
        with pytest.raises(NotAllShown):
            runner.run("job_1", chunk, lambda: None)
        found = cursors.stored["job_1"]
        assert (found.place, found.counted, found.round, found.is_done) == ("", 0, number, False)
    runner.run("job_1", chunk, lambda: None)
    stays = cursors.stored["job_1"]
    with pytest.raises(NotAllShown):
        runner.run("job_1", chunk, lambda: None)
    assert cursors.stored["job_1"] == stays


def test_job_of_one_chunk_whose_index_does_not_show_all_has_nothing_to_begin_anew(
    runner: JobRunner, cursors: Cursors
) -> None:
    def chunk(_: Cursor) -> Step:
        raise NotAllShown

    with pytest.raises(NotAllShown):
        runner.run("job_1", chunk, lambda: None)
    assert cursors.stored == {}


def test_all_chunks_in_one_go() -> None:
    job = Numbers()
    assert in_one_go(job) == 7
    assert job.done == list(range(7))
