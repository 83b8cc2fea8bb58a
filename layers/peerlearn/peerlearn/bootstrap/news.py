"""News."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.news import NewsRepository
from peerlearn.services.news import NewsService


@cache
def news_service() -> NewsService:
    return NewsService(NewsRepository(table()))
