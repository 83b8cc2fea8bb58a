"""Somebody's conversations, newest first: by the place of their last message.

The heads are in two indexes, under the first of their people in one and under the second in the other. A message
moves its conversation to the top, so a walk goes through the order of the moment at which it began. Its cursor names
the newest place of then and the place of the last conversation that was shown. A conversation above the former has
moved since, or begun, and belongs where it was then: at the place of its last message up to then.

    place <= where the walk began    has not moved    -->  read in order, below the last one shown
    place >  where the walk began    has moved        -->  all are read, and put where they stood
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

from peerlearn.domain.messages import Conversation, Pair
from peerlearn.domain.paging import PageRequest, PageResult, not_a_cursor
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.counters import counted
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.table import Item, Table

# So many messages of each conversation are read in one round of the search for its former place.
_PROBES = 16


@dataclass(frozen=True, slots=True)
class _Search:
    """A search for the last message up to a moment: `low` or later, and before `high`; `place` is that of `low`."""

    low: int
    high: int
    place: str | None = None

    @property
    def is_over(self) -> bool:
        """Return whether no message is left to look at."""
        return self.high - self.low == 1

    def probes(self, *, first: bool) -> list[int]:
        """Return the messages to look at next: at first the closer the later, since few have come since."""
        if first:
            return [self.high - 2**power for power in range(self.high.bit_length()) if self.high - 2**power > self.low]
        step = max(1, (self.high - self.low) // _PROBES)
        return list(range(self.low + step, self.high, step))


# The head of a conversation is in one of them for either of its two people.
INDEXES = ("GSI1", "GSI2")


def heads_in(
    table: Table,
    user_id: str,
    index: str,
    *,
    placed: str = "",
    values: Mapping[str, Any] | None = None,
    limit: int | None = None,
) -> list[Item]:
    """Return heads of somebody's conversations in one index, newest first; it may lag in both directions.

    Parameters
    ----------
    placed: str
        Condition of the sort key, e.g. `< :place`, where not all of them are wanted.
    """
    return table.query(
        f"{index}PK = :inbox" + (f" AND {index}SK {placed}" if placed else ""),
        {":inbox": index_keys.inbox_partition(user_id), **(values or {})},
        index=index,
        forward=False,
        limit=limit,
    )


class Inbox:
    """Reads the conversations of one person."""

    def __init__(self, table: Table, user_id: str) -> None:
        self._table = table
        self._user_id = user_id

    def page(self, wanted: PageRequest) -> PageResult[Conversation]:
        """Return a page of the conversations as an index names them, and how many there are.

        Walked by cursor, each that was there when the walk began is in it once, wherever it moves meanwhile, and in
        the order of then. Those that begin later are not in it.

        Raises
        ------
        ValidationFailed
            The cursor is one that an earlier release made.
        """
        if wanted.after is None:
            start, places = wanted.offset, self._first(wanted.offset + wanted.limit + 1)
            began = places[0][0] if places else ""
        else:
            start, places = 0, self._next(wanted.after, wanted.limit)
            began = wanted.after["from"]
        shown = places[start : start + wanted.limit]
        more = len(places) > start + wanted.limit
        total = counted(self._table.get(keys.inbox_counter(self._user_id)), "conversations")
        following = {"sort": shown[-1][0], "from": began} if shown and more else None
        named = [Conversation(_pair(head), last_seq=int(head["lastSeq"])) for _, head in shown]
        return PageResult(named, total, following)

    def _first(self, count: int) -> list[tuple[str, Item]]:
        return _ordered((str(head["GSI1SK"]), head) for head in self._heads("", {}, limit=count))

    def _next(self, after: Mapping[str, Any], limit: int) -> list[tuple[str, Item]]:
        if "from" not in after:
            raise not_a_cursor()
        last, began = str(after["sort"]), str(after["from"])
        # In this order, a conversation that moves between the two reads is in both, and never in neither.
        unmoved = self._heads("< :place", {":place": last}, limit=limit + 1)
        moved = self._heads("> :place", {":place": began})
        found = {_pair(head): (str(head["GSI1SK"]), head) for head in unmoved}
        moved = [head for head in moved if _pair(head) not in found]
        places = self._places_at(began, moved) if moved else {}
        for head in moved:
            place = places.get(_pair(head))
            if place is not None and place < last:
                found[_pair(head)] = (place, head)
        return _ordered(found.values())

    def _heads(self, placed: str, values: Item, limit: int | None = None) -> list[Item]:
        """Return heads of both indexes, those with the highest places where there is a limit."""
        with SideBySide() as together:
            read = partial(heads_in, self._table, self._user_id, placed=placed, values=values, limit=limit)
            reads = [together.begin(partial(read, index)) for index in INDEXES]
            return [head for read in reads for head in read.result()]

    def _places_at(self, began: str, heads: Sequence[Item]) -> dict[Pair, str | None]:
        """Return the place that each conversation had then; None where it had not begun, nothing where it is gone."""
        searches = {_pair(head): _Search(0, int(head["lastSeq"])) for head in heads}
        first = True
        while going_on := {pair: search for pair, search in searches.items() if not search.is_over}:
            probes = {
                keys.message(pair.low, pair.high, seq): (pair, seq)
                for pair, search in going_on.items()
                for seq in search.probes(first=first)
            }
            found = self._table.batch_get(probes)
            for key, (pair, seq) in probes.items():
                search = searches.get(pair)
                if key not in found:
                    searches.pop(pair, None)
                elif search is not None:
                    searches[pair] = _narrowed(search, seq, found[key], pair, began)
            first = False
        return {pair: search.place for pair, search in searches.items()}


def _narrowed(search: _Search, seq: int, message: Item, pair: Pair, began: str) -> _Search:
    place = index_keys.inbox_sort(message["createdAt"], pair.conversation_id)
    if place > began:
        return _Search(search.low, min(search.high, seq), search.place)
    return _Search(seq, search.high, place) if seq > search.low else search


def _ordered(places: Iterable[tuple[str, Item]]) -> list[tuple[str, Item]]:
    return sorted(places, key=itemgetter(0), reverse=True)


def _pair(head: Item) -> Pair:
    return Pair(head["low"], head["high"])
