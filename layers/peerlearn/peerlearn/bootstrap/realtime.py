"""Tickets, connections and what is pushed to them."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.push import ConnectionPush
from peerlearn.bootstrap.core import aws_client, table
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.services.notifications import Notifier
from peerlearn.services.realtime import RealtimeService
from peerlearn.services.rosters import Rosters
from peerlearn.settings import settings


@cache
def realtime_service() -> RealtimeService:
    return RealtimeService(ConnectionRepository(table()), settings().web_socket_url)


@cache
def notifier() -> Notifier:
    client = aws_client("apigatewaymanagementapi", endpoint_url=settings().management_endpoint)
    rosters = Rosters(EnrollmentRepository(table()))
    return Notifier(ConnectionRepository(table()), ConnectionPush(client), rosters)
