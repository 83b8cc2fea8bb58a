"""The workload of news: events told several times and at once, each kept once and in numbers without a gap."""

from __future__ import annotations

from functools import partial
from random import Random

from peerlearn.persistence.items.own_records import OwnKind
from peerlearn.persistence.news import NewsRepository
from peerlearn.services.news import NewsService
from scripts.invariants import violations
from tests.support.histories.ground import Ground
from tests.support.histories.history import Call, History
from tests.support.news import promotion


def news(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Workers tell the same events at once and again: nothing is kept twice, and nothing that was told is missing."""
    people = [f"usr_{number}" for number in range(3)]
    service = NewsService(NewsRepository(ground.table))
    calls: list[Call] = []
    for number in range(requests // 3):
        user_id, event = chance.choice(people), promotion(number)
        times = chance.choice([1, 2, 3])
        calls += [("keep", (user_id, event.event_id), partial(service.keep, user_id, event)) for _ in range(times)]
    chance.shuffle(calls)
    history.at_once(calls)
    # whoever failed is told again by the stream
    ground.calm()
    unheard = {one.subject for one in history.operations if one.is_unknown}
    history.at_once([(name, subject, use_case) for name, subject, use_case, *_ in calls if subject in unheard])
    items = ground.items()
    history.violations += violations(items)
    kept = {(item["userId"], item["eventId"]) for item in items if item.get("entity") == OwnKind.NEWS}
    for missing in {one.subject for one in history.operations} - kept:
        history.found("news", missing, "was told and is not kept")
