"""DELETE /v1/learner/me/calendar: revoke the caller's calendar link."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.calendars import calendar_service
from peerlearn.domain.limits import CALENDAR_LINKS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import no_content
from peerlearn.services.calendars import CalendarService

app = create_app()


@app.delete("/v1/learner/me/calendar", status_code=204)
def revoke_calendar_link(
    user: Annotated[Principal, Depends(writing(CALENDAR_LINKS))],
    calendars: Annotated[CalendarService, Depends(calendar_service)],
) -> Response[str]:
    calendars.revoke_link(user)
    return no_content()


lambda_handler = app.lambda_handler
