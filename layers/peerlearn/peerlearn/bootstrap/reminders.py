"""The wiring of reminders: planned, ticked, claimed."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.mailroom import mailroom
from peerlearn.bootstrap.tasks import job_queue
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.dues import DueRepository
from peerlearn.persistence.reminders import ReminderRepository
from peerlearn.services.planning import PlanningService
from peerlearn.services.reminders import ReminderService
from peerlearn.services.ticking import TickService


@cache
def planning_service() -> PlanningService:
    return PlanningService(DueRepository(table()), AccountRepository(table()))


@cache
def reminder_service() -> ReminderService:
    return ReminderService(ReminderRepository(table()), mailroom())


@cache
def tick_service() -> TickService:
    return TickService(DueRepository(table()), job_queue())
