"""Messages on the wire: their fields, the same over HTTP and over the WebSocket, and walking a conversation."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field, StrictInt, StringConstraints

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.domain.messages import (
    CLIENT_MESSAGE_ID_MAX_LENGTH,
    MESSAGE_MAX_LENGTH,
    SEQ_MAX,
    MessagePage,
    MessageRange,
)
from peerlearn.http.envelopes import Metadata
from peerlearn.http.models import ID_PATTERN, Lines, Seen, WholeNumber

MessageText = Annotated[str, StringConstraints(min_length=1, max_length=MESSAGE_MAX_LENGTH), Lines, Seen]
ClientMessageId = Annotated[str, StringConstraints(min_length=1, max_length=CLIENT_MESSAGE_ID_MAX_LENGTH)]
Seq = Annotated[StrictInt, WholeNumber, Field(ge=1, le=SEQ_MAX)]
PeerIdPath = Annotated[str, Path(alias="peerId", pattern=ID_PATTERN)]


class MessagePager:
    """Cursors of a conversation: they go on in the direction that the first page took."""

    def __init__(self, codec: CursorCodec, scope: str) -> None:
        self._codec = codec
        self._scope = scope

    def range(self, after: int | None, before: int | None, limit: int, cursor: str | None) -> MessageRange:
        """Return what the client asks for; a cursor wins over `after` and `before`.

        Raises
        ------
        ValidationFailed
            The cursor was altered, or belongs to another conversation or caller.
        """
        if cursor is None:
            return MessageRange(after, before, limit)
        position = self._codec.decode(cursor, self._scope)
        return MessageRange(position.get("after"), position.get("before"), limit)

    def metadata(self, wanted: MessageRange, page: MessagePage) -> Metadata:
        """`total` counts the whole conversation."""
        cursor = None
        if page.more:
            forward = wanted.after is not None
            position = {"after": page.messages[-1].seq} if forward else {"before": page.messages[0].seq}
            cursor = self._codec.encode(position, self._scope)
        return Metadata(page=1, limit=wanted.limit, total=page.conversation.last_seq, next=cursor)
