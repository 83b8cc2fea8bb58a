"""PATCH /v1/learner/conversations/{peerId}: mark a conversation as read up to a message."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.messages.schemas import ReadingData, ReadingView, ReadMark
from peerlearn.bootstrap.messages import message_service
from peerlearn.domain.limits import READ_MARKS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.messages import PeerIdPath
from peerlearn.services.messages import MessageService

app = create_app()


@app.patch("/v1/learner/conversations/<peerId>")
def mark_read(
    peer_id: PeerIdPath,
    mark: ReadMark,
    user: Annotated[Principal, Depends(writing(READ_MARKS))],
    messages: Annotated[MessageService, Depends(message_service)],
) -> Success[ReadingData]:
    conversation = messages.mark_read(user, peer_id, mark.read_up_to)
    view = ReadingView(
        peer_id=peer_id,
        read_up_to=conversation.reading(user.user_id).up_to,
        unread=conversation.unread(user.user_id),
    )
    return Success[ReadingData](data=ReadingData(conversation=view))


lambda_handler = app.lambda_handler
