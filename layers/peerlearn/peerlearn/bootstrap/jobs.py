"""The wiring of jobs: work that may be too long for one invocation."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.mailroom import mailroom
from peerlearn.persistence.agenda import AgendaRepository
from peerlearn.persistence.change_notices import ChangeNoticeRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.rosters import RosterRepository
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.services.agenda import AgendaService
from peerlearn.services.change_notices import ChangeNoticeService
from peerlearn.services.renaming import RenamingService
from peerlearn.services.rescheduling import ReschedulingService


@cache
def rescheduling_service() -> ReschedulingService:
    return ReschedulingService(RosterRepository(table()))


@cache
def agenda_service() -> AgendaService:
    return AgendaService(AgendaRepository(table()), CourseRepository(table()), RosterRepository(table()))


@cache
def change_notice_service() -> ChangeNoticeService:
    return ChangeNoticeService(ChangeNoticeRepository(table()), RosterRepository(table()), mailroom())


@cache
def renaming_service() -> RenamingService:
    return RenamingService(TeachingRepository(table()))
