"""News: numbers without a gap, and each event once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from peerlearn.domain.news import NewsHead
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.news import head_key, head_of
from peerlearn.persistence.items.own_records import OwnKind
from scripts.invariants.violation import Violation


class NewsCheck:
    """The kept entries are the last ones up to the head's number, and each is the one that its event names."""

    def __init__(self) -> None:
        self._heads: dict[str, NewsHead] = {}
        self._entries: dict[str, dict[int, str]] = defaultdict(dict)
        self._events: dict[str, dict[str, int]] = defaultdict(dict)

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == OwnKind.NEWS_HEAD:
            self._heads[item["userId"]] = head_of(item)
        elif entity == OwnKind.NEWS:
            self._entries[item["userId"]][int(item["number"])] = item["eventId"]
        elif entity == OwnKind.NEWS_EVENT:
            self._events[item["userId"]][item["eventId"]] = int(item["number"])

    def violations(self) -> Iterator[Violation]:
        for user_id in self._heads.keys() | self._entries.keys() | self._events.keys():
            key = "/".join(head_key(user_id))
            head, entries, events = self._heads.get(user_id, NewsHead()), self._entries[user_id], self._events[user_id]
            # the oldest ones expire, each by itself
            oldest = min(entries, default=head.last + 1)
            if sorted(entries) != list(range(oldest, head.last + 1)):
                yield Violation("news", key, f"the head is at {head.last}, and there are {sorted(entries)}")
            if not 0 <= head.seen_up_to <= head.last:
                yield Violation("news", key, f"{head.seen_up_to} of {head.last} are seen")
            if len(set(entries.values())) != len(entries):
                yield Violation("news", key, "an event is there more than once")
            wrong = [event for event, number in events.items() if entries.get(number, event) != event]
            unknown = set(entries.values()) - events.keys()
            if wrong or unknown:
                yield Violation("news", key, f"events and entries contradict each other: {sorted({*wrong, *unknown})}")
