"""Reading one's own to-do list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from peerlearn.domain.agenda import Todo
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.paging import CursorResult, PageRequest
from peerlearn.domain.todo import ShownTodo, TodoFacts, place_of
from peerlearn.domain.users import Principal


class Todos(Protocol):
    """The store of this use case; see `peerlearn.persistence.todo`."""

    def entries(self, user_id: str, after: str, until: datetime | None, limit: int, now: datetime) -> list[Todo]: ...
    def facts(self, user_id: str, entries: Sequence[Todo]) -> TodoFacts: ...


class TodoService:
    """The use case of the to-do list."""

    def __init__(self, todos: Todos, clock: Clock = utc_now) -> None:
        self._todos = todos
        self._clock = clock

    def page(self, caller: Principal, until: datetime | None, wanted: PageRequest) -> CursorResult[ShownTodo]:
        """Return the caller's open tasks, soonest first; tasks without a due date come last.

        Parameters
        ----------
        until: datetime, optional
            Only what is due by then.
        """
        now = self._clock()
        after = str(wanted.after["place"]) if wanted.after else ""
        # one more than the page tells whether there is a next one
        found = self._todos.entries(caller.user_id, after, until, wanted.limit + 1, now)
        page = found[: wanted.limit]
        facts = self._todos.facts(caller.user_id, page) if page else TodoFacts()
        shown = [one for entry in page if (one := facts.shown(entry, caller.user_id, now)) is not None]
        return CursorResult(shown, {"place": place_of(page[-1])} if len(found) > len(page) else None)
