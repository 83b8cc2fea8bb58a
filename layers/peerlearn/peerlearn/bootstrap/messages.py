"""Peers, messages and conversations."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.core import table
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.peers import PeerRepository
from peerlearn.services.messages import MessageService
from peerlearn.services.peers import PeerService
from peerlearn.settings import settings


@cache
def message_service() -> MessageService:
    return MessageService(ConversationRepository(table()), PeerRepository(table()))


@cache
def peer_service() -> PeerService:
    return PeerService(PeerRepository(table()), requires_proof=settings().requires_proof)
