"""Counting in conversations: any sequence of messages and readings gives what counting one by one gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.errors import Unauthenticated, UserNotFound
from peerlearn.domain.messages import Conversation, Draft, Message, Pair, Reading
from tests.fakes.clock import START

PAIR = Pair.of("usr_b", "usr_a")
STEPS = st.lists(st.tuples(st.sampled_from(["usr_a", "usr_b"]), st.one_of(st.none(), st.integers(1, 30))), max_size=60)


def draft(sender_id: str, number: int, seconds: int = 0) -> Draft:
    return Draft(f"msg_{number}", PAIR, sender_id, "x", START + timedelta(seconds=seconds))


def test_erased_person_neither_writes_nor_is_written_to() -> None:
    head = Conversation(PAIR, gone=frozenset({"usr_a"}))
    with pytest.raises(Unauthenticated):
        head.require_both("usr_a")
    with pytest.raises(UserNotFound):
        head.require_both("usr_b")
    Conversation(PAIR).require_both("usr_a")


@given(STEPS)
def test_unread_is_what_counting_gives(steps: list[tuple[str, int | None]]) -> None:
    head, stored = Conversation(PAIR), list[Message]()
    read = {"usr_a": 0, "usr_b": 0}
    for user_id, seq in steps:
        if seq is None:
            head, message = head.with_next(draft(user_id, len(stored)), None)
            stored.append(message)
        elif read[user_id] < seq <= len(stored):
            read[user_id] = seq
            reading = Reading(seq, stored[seq - 1].received_by(user_id))
            head = replace(head, read_low=reading) if user_id == PAIR.low else replace(head, read_high=reading)
        for reader, read_up_to in read.items():
            waiting = [one for one in stored if one.receiver_id == reader and one.seq > read_up_to]
            assert head.unread(reader) == len(waiting)
        assert [message.seq for message in stored] == list(range(1, head.last_seq + 1))
        for message in stored:
            assert head.is_read(message) == (message.seq <= read[message.receiver_id])


def test_times_never_contradict_the_order() -> None:
    head, first = Conversation(PAIR).with_next(draft("usr_a", 1, seconds=5), None)
    head, second = head.with_next(draft("usr_b", 2, seconds=3), None)
    assert second.created_at == first.created_at
    assert head.last_at == first.created_at


def test_a_pair_is_the_same_from_both_sides() -> None:
    assert Pair.of("usr_a", "usr_b") == PAIR
    assert Pair.of("usr_a", "usr_b").conversation_id == PAIR.conversation_id
    assert (PAIR.other("usr_a"), PAIR.other("usr_b")) == ("usr_b", "usr_a")
