"""Workloads of many callers at once, and the checks that tell afterwards whether everything was right.

Each workload takes a ground, does its work there on 32 threads, and notes in its history what nothing can explain:

    history = history_of(Bench(engine, Random(7)), "seats", 400)
"""

from __future__ import annotations

from tests.support.histories.agendas import agendas
from tests.support.histories.bookings import seats, waitlist
from tests.support.histories.checking import Workload
from tests.support.histories.endings import endings
from tests.support.histories.ground import Bench
from tests.support.histories.history import History
from tests.support.histories.identities import addresses, families
from tests.support.histories.news import news
from tests.support.histories.studies import messages, points

WORKLOADS: dict[str, Workload] = {
    "seats": seats,
    "waitlist": waitlist,
    "addresses": addresses,
    "families": families,
    "endings": endings,
    "points": points,
    "messages": messages,
    "news": news,
    "agendas": agendas,
}


def history_of(bench: Bench, name: str, requests: int) -> History:
    """One round of a workload on a ground of its own."""
    history = History()
    # the line's order is told by the stream alone; the seats' moments are looked at in some rounds
    streamed = {"waitlist": 1.0, "seats": 0.2}
    with bench.open(stream=bench.chance.random() < streamed.get(name, 0.0)) as ground:
        WORKLOADS[name](ground, history, bench.chance, requests)
    return history
