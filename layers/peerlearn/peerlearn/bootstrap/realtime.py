"""Tickets, connections and what is pushed to them."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.push import ConnectionPush
from peerlearn.bootstrap.core import aws_client, table
from peerlearn.bootstrap.news import news_service
from peerlearn.bootstrap.standing import limits
from peerlearn.domain.limits import SOCKETS
from peerlearn.persistence.connections import ConnectionRepository
from peerlearn.services.notifications import Notifier
from peerlearn.services.realtime import ConnectionService, RealtimeService
from peerlearn.settings import settings


@cache
def realtime_service() -> RealtimeService:
    return RealtimeService(ConnectionRepository(table()), settings().web_socket_url)


@cache
def connection_service() -> ConnectionService:
    return ConnectionService(ConnectionRepository(table()), connection_push(), limits()[SOCKETS])


@cache
def connection_push() -> ConnectionPush:
    return ConnectionPush(aws_client("apigatewaymanagementapi", endpoint_url=settings().management_endpoint))


@cache
def notifier() -> Notifier:
    return Notifier(ConnectionRepository(table()), connection_push(), news_service())
