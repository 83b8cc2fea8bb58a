"""Telling a whole course."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.realtime import notifier
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.services.announcements import Announcer


@cache
def announcer() -> Announcer:
    return Announcer(RosterRepository(table()), notifier())
