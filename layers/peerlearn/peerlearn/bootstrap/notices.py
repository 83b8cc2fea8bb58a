"""Wishes about notices."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.standing import limits
from peerlearn.persistence.notices import NoticeRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.notices import NoticeService


@cache
def notice_service() -> NoticeService:
    return NoticeService(NoticeRepository(table()), ThrottleRepository(table()), limits())
