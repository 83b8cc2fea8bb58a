"""Progress, points and leaderboards."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.leaderboard import LeaderboardRepository
from peerlearn.persistence.ledger import LedgerRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.persistence.todo import TodoRepository
from peerlearn.services.leaderboard import LeaderboardService
from peerlearn.services.points import PointsService
from peerlearn.services.progress import ProgressService
from peerlearn.services.todo import TodoService


@cache
def progress_service() -> ProgressService:
    return ProgressService(ProgressRepository(table()))


@cache
def points_service() -> PointsService:
    return PointsService(LedgerRepository(table()))


@cache
def todo_service() -> TodoService:
    return TodoService(TodoRepository(table()))


@cache
def leaderboard_service() -> LeaderboardService:
    return LeaderboardService(LeaderboardRepository(table()), AccountRepository(table()))
