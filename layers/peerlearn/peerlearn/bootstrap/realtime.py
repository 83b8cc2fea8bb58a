"""Tickets, connections and what is pushed to them."""

from __future__ import annotations

from functools import cache

import boto3

from peerlearn.adapters.push import ConnectionPush
from peerlearn.bootstrap.core import client_config, table
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.services.notifications import Notifier
from peerlearn.services.realtime import RealtimeService
from peerlearn.settings import settings


@cache
def realtime_service() -> RealtimeService:
    return RealtimeService(ConnectionRepository(table()), settings().web_socket_url)


@cache
def notifier() -> Notifier:
    client = boto3.client(
        "apigatewaymanagementapi", config=client_config(), endpoint_url=settings().management_endpoint
    )
    return Notifier(ConnectionRepository(table()), ConnectionPush(client), EnrollmentRepository(table()))
