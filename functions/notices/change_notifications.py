"""PATCH /v1/learner/me/notifications: change which news the caller gets, by kind and channel."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.notices.schemas import NoticesChange, NoticesData
from peerlearn.bootstrap.notices import notice_service
from peerlearn.domain.limits import NOTICES
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.services.notices import NoticeService

app = create_app()


@app.patch("/v1/learner/me/notifications")
def change_notifications(
    change: NoticesChange,
    user: Annotated[Principal, Depends(writing(NOTICES))],
    notices: Annotated[NoticeService, Depends(notice_service)],
) -> Success[NoticesData]:
    return Success[NoticesData](data=NoticesData.of(notices.say(user, change.wishes())))


lambda_handler = app.lambda_handler
