"""POST /v1/learner/realtime/ticket: get a ticket that opens the WebSocket once, within 30 seconds."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.realtime.schemas import TicketData
from peerlearn.bootstrap.realtime import realtime_service
from peerlearn.domain.limits import TICKETS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.services.realtime import RealtimeService

app = create_app()


@app.post("/v1/learner/realtime/ticket", status_code=201)
def create_ticket(
    user: Annotated[Principal, Depends(writing(TICKETS))],
    realtime: Annotated[RealtimeService, Depends(realtime_service)],
) -> Success[TicketData]:
    return Success[TicketData](data=TicketData.model_validate(realtime.issue_ticket(user)))


lambda_handler = app.lambda_handler
