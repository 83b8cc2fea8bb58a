"""The directory: people by name and by address, each order spread over eight partitions of an index.

    GSI1   PEOPLE-BY-NAME#<0..7> / <name> #<userId>
    GSI2   PEOPLE-BY-ADDRESS#<0..7> / <address> #<userId>

The index keys stand on the profile and are written and deleted with it. A list is the names in their order and, in a
search, behind them the addresses of those whose names do not match: everybody once. A place in it is the number of the
order and a sort key; that of the last one shown is the cursor, so somebody who comes or goes moves nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from peerlearn.domain.directory import DirectoryEntry, DirectoryFilters
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import SignInSession
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.profiles import ProfileRepository
from peerlearn.persistence.side_by_side import SideBySide
from peerlearn.persistence.sign_in_sessions import sessions_of
from peerlearn.persistence.table import Page, Table

# Sorts behind every text of the directory, which has no such character.
_END = "\U0010ffff"
# A filter applies after reading, so more than a page is read at a time.
_FILTERED_STEP = 300


class _Place(NamedTuple):
    """A place in the list: 0 for names and 1 for addresses, then the sort key."""

    order: int
    sort: str


_START = _Place(0, "")


class _Partition(NamedTuple):
    """One partition of one of the two orders."""

    order: int
    name: str

    @property
    def index_name(self) -> str:
        """Return the name of the order's index."""
        return f"GSI{self.order + 1}"


@dataclass(frozen=True, slots=True)
class _Search:
    """The part that all Queries of a list have in common."""

    beginning: str
    where: str | None
    names: Mapping[str, str]
    values: Mapping[str, Any]

    @property
    def partitions(self) -> list[_Partition]:
        """Return the partitions of names, and in a search those of addresses."""
        named = [_Partition(0, name) for name in index_keys.directory_partitions_by_name()]
        addressed = (
            [_Partition(1, name) for name in index_keys.directory_partitions_by_address()] if self.beginning else []
        )
        return named + addressed

    def query(self, partition: _Partition, after: _Place = _START) -> dict[str, Any]:
        """Return the parameters of a Query for the matches in a partition, behind a place of it."""
        conditions = [self.where] if self.where else []
        if partition.order == 1:
            # People whose name matches are among the names already.
            conditions.append("NOT begins_with(#byName, :beginning)")
        names = {"#pk": f"{partition.index_name}PK", "#sk": f"{partition.index_name}SK", **self.names}
        values = {":pk": partition.name, ":end": self.beginning + _END, **self.values}
        # No key is another one and a space: behind `after` means from there on.
        values[":first"] = f"{after.sort} " if after.sort else self.beginning or " "
        if partition.order == 1:
            names["#byName"], values[":beginning"] = "GSI1SK", self.beginning
        return {
            "condition": "#pk = :pk AND #sk BETWEEN :first AND :end",
            "values": values,
            "names": names,
            "index": partition.index_name,
            "where": " AND ".join(conditions) or None,
        }


class DirectoryRepository:
    """Lists people, and reads one."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._profiles = ProfileRepository(table)

    def page(self, filters: DirectoryFilters, wanted: PageRequest) -> PageResult[DirectoryEntry]:
        """Return the people of a page as they are now, and how many there are in all.

        The indexes tell who is listed, in which order, and how many there are, some seconds late. An account that is
        gone by now, or has another role or state than those asked for, is left out: then the page is short.
        """
        search = _search(filters)
        after = _Place(*wanted.after["place"]) if wanted.after else _START
        skipped = 0 if wanted.after else wanted.offset
        with SideBySide() as together:
            counts = [together.begin(partial(self._count, search, one)) for one in search.partitions]
            # One more than the page tells whether there is a next one.
            places = self._places(together, search, after, skipped + wanted.limit + 1)
            total = sum(count.result() for count in counts)
        shown = places[skipped : skipped + wanted.limit]
        following = {"place": list(shown[-1])} if len(places) > skipped + wanted.limit else None
        entries = self._entries([place.sort.rpartition("#")[2] for place in shown])
        return PageResult([entry for entry in entries if filters.fit(entry.user)], total, following)

    def person(self, user_id: str) -> tuple[Profile, Sequence[SignInSession]] | None:
        """Return somebody with their enrolments, their standing and every session that is kept of theirs."""
        profile = self._profiles.profile(user_id)
        if profile is None:
            return None
        return profile, sessions_of(self._table, user_id)

    def _places(self, together: SideBySide, search: _Search, after: _Place, most: int) -> list[_Place]:
        """Return the first places behind `after`, in their order over all partitions."""
        reached = {one: max(after, _Place(one.order, "")) for one in search.partitions if one.order >= after.order}
        unread = list(reached)
        # Each of eight partitions has about an eighth of them: twice that is rarely too little.
        step = max(most // 4 + 4, _FILTERED_STEP if search.where else 0)
        found: list[_Place] = []
        while True:
            pages = {one: together.begin(partial(self._read, search, one, reached[one], step)) for one in unread}
            found += self._gathered(pages, reached)
            # Up to the lowest place at which a partition was left, all of them have been read.
            border = min(reached.values(), default=None)
            settled = sorted(place for place in found if border is None or place <= border)
            if border is None or len(settled) >= most:
                return settled[:most]
            unread = [one for one in reached if one.order == border.order]

    def _gathered(self, pages: Mapping[_Partition, Future[Page]], reached: dict[_Partition, _Place]) -> list[_Place]:
        """Return the places that were read; `reached` then tells how far, of those partitions that go on."""
        found: list[_Place] = []
        for one, future in pages.items():
            page, sort = future.result(), f"{one.index_name}SK"
            found += [_Place(one.order, item[sort]) for item in page.items]
            if page.last is None:
                del reached[one]
            else:
                reached[one] = _Place(one.order, page.last[sort])
        return found

    def _read(self, search: _Search, partition: _Partition, after: _Place, step: int) -> Page:
        page, _ = self._table.query_page(**search.query(partition, after), limit=step)
        return page

    def _count(self, search: _Search, partition: _Partition) -> int:
        return self._table.count(**search.query(partition))

    def _entries(self, user_ids: Sequence[str]) -> list[DirectoryEntry]:
        """Return the accounts that still exist, as they are now."""
        found = self._table.batch_get(
            [key for user_id in user_ids for key in (keys.profile(user_id), keys.standing(user_id))]
        )
        profiles = (found.get(keys.profile(user_id)) for user_id in user_ids)
        return [_entry_of(item, found.get(keys.standing(item["userId"]))) for item in profiles if item]


def _entry_of(profile: Item, standing: Item | None) -> DirectoryEntry:
    return DirectoryEntry(user_of(profile), standing_of(standing).last_seen if standing else None)


def _search(filters: DirectoryFilters) -> _Search:
    conditions, names, values = [], {}, {}
    if filters.role is not None:
        conditions.append("#role = :role")
        names["#role"], values[":role"] = "role", filters.role.value
    if filters.state is not None:
        conditions.append("#state = :state")
        names["#state"], values[":state"] = "state", filters.state.value
    return _Search(filters.beginning, " AND ".join(conditions) or None, names, values)
