"""Agendas for tests: kept as the workers keep them."""

from __future__ import annotations

from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.jobs import CHUNK
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.agenda import AgendaRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.table import Table
from peerlearn.services.agenda import AgendaService


def agendas_on(table: Table, clock: Clock = utc_now, chunk: int = CHUNK) -> AgendaService:
    """Return the service over a table, which does not wait between its tries."""
    courses, members = CourseRepository(table), RosterRepository(table)
    return AgendaService(AgendaRepository(table), courses, members, clock, lambda: Backoff(sleep=lambda _: None), chunk)
