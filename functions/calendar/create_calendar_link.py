"""POST /v1/learner/me/calendar: make a private calendar link, which takes the place of the former one."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.calendar.schemas import CalendarLinkData, CalendarLinkView
from peerlearn.bootstrap.calendars import calendar_service
from peerlearn.domain.limits import CALENDAR_LINKS
from peerlearn.domain.standing import Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admitted
from peerlearn.http.envelopes import Success
from peerlearn.http.links import OwnAddress
from peerlearn.services.calendars import CalendarService

app = create_app()


@app.post("/v1/learner/me/calendar", status_code=201)
def create_calendar_link(
    admission: Annotated[Admission, Depends(admitted(CALENDAR_LINKS))],
    address: OwnAddress,
    calendars: Annotated[CalendarService, Depends(calendar_service)],
) -> Success[CalendarLinkData]:
    issued = calendars.create_link(admission)
    link = CalendarLinkView(url=f"{address}.ics?token={issued.token}", created_at=issued.created_at)
    return Success[CalendarLinkData](data=CalendarLinkData(calendar=link))


lambda_handler = app.lambda_handler
