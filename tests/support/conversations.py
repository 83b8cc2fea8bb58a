"""Conversations as they are stored."""

from __future__ import annotations

from peerlearn.domain.messages import Message, MessageRange
from peerlearn.domain.paging import PageRequest
from peerlearn.services.messages import MessageService
from tests.support.people import Person


def everything(messages: MessageService, reader: Person, peer: Person) -> list[Message]:
    """The whole conversation, walked page by page."""
    found: list[Message] = []
    while True:
        page = messages.messages(reader.principal, peer.user_id, MessageRange(after=len(found), limit=100))
        found += page.messages
        if not page.more:
            return found


def unread(messages: MessageService, reader: Person) -> dict[str, int]:
    result = messages.conversations(reader.principal, PageRequest(limit=100))
    return {entry.peer_id: entry.conversation.unread(reader.user_id) for entry in result.entries}
