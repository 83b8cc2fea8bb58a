"""Pages of lists that are in memory as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.paging import PageRequest, page_of

entries = st.sets(st.integers(0, 99))
changes = st.lists(st.tuples(st.booleans(), st.integers(0, 99)), max_size=30)


@given(here=entries, changes_=changes, limit=st.integers(1, 4), backward=st.booleans())
def test_entry_that_stays_is_seen_once_in_order(
    here: set[int], changes_: list[tuple[bool, int]], limit: int, *, backward: bool
) -> None:
    stayed, seen = set(here), list[int]()
    after: Any = None
    number, changes_ = 1, list(changes_)
    while True:
        page = page_of(
            list(here), PageRequest(number, limit, after), lambda entry: (entry % 3, entry), backward=backward
        )
        assert page.total == len(here)
        seen += page.entries
        if page.next is None:
            break
        number, after = number + 1, page.next
        if changes_:
            comes, entry = changes_.pop()
            here = here | {entry} if comes else here - {entry}
            stayed -= {entry}
    assert [entry for entry in seen if entry in stayed] == sorted(
        stayed, key=lambda entry: (entry % 3, entry), reverse=backward
    )


def test_pages_by_number_are_those_by_cursor() -> None:
    everything = list(range(7))
    after: Any = None
    for number in (1, 2, 3):
        by_number = page_of(everything, PageRequest(number, 3), lambda entry: (entry,))
        by_cursor = page_of(everything, PageRequest(number, 3, after), lambda entry: (entry,))
        assert by_number == by_cursor
        after = by_number.next
    assert after is None
    assert list(page_of(everything, PageRequest(9, 3), lambda entry: (entry,)).entries) == []


def test_cursor_of_an_earlier_release_is_refused() -> None:
    with pytest.raises(ValidationFailed):
        page_of([1, 2], PageRequest(2, 1, {"offset": 1}), lambda entry: (entry,))
