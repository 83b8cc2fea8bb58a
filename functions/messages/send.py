"""POST /v1/learner/messages: send a message."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.messages.schemas import MessageData, MessageView, NewMessage
from peerlearn.bootstrap.messages import message_service
from peerlearn.bootstrap.standing import limits
from peerlearn.domain.limits import MESSAGES, UNANSWERED_MESSAGES
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admission_for
from peerlearn.http.envelopes import Success
from peerlearn.metrics import counted
from peerlearn.services.messages import MessageService

app = create_app()


@app.post("/v1/learner/messages", status_code=201)
def send(
    new: NewMessage,
    admission: Annotated[Admission, Depends(admission_for(MESSAGES))],
    messages: Annotated[MessageService, Depends(message_service)],
) -> Success[MessageData]:
    with counted("Messages"):
        message, is_read = messages.send(
            admission.caller,
            new.receiver_id,
            new.message,
            new.client_message_id,
            admission=admission,
            unanswered=limits()[UNANSWERED_MESSAGES],
        )
    return Success[MessageData](data=MessageData(message=MessageView.of(message, is_read=is_read)))


lambda_handler = app.lambda_handler
