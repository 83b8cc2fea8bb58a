"""GET /v1/learner/me/notifications: show which news the caller gets, by kind and channel."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.notices.schemas import NoticesData
from peerlearn.bootstrap.notices import notice_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import Success
from peerlearn.services.notices import NoticeService

app = create_app()


@app.get("/v1/learner/me/notifications")
def get_notifications(user: Caller, notices: Annotated[NoticeService, Depends(notice_service)]) -> Success[NoticesData]:
    return Success[NoticesData](data=NoticesData.of(notices.mine(user)))


lambda_handler = app.lambda_handler
