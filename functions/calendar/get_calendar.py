"""GET /v1/learner/me/calendar.ics?token=...: return booked sessions for calendar programs.

The link is the permission: no access token is needed. HEAD answers the same without the body.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from peerlearn.bootstrap.calendars import calendar_service
from peerlearn.http.app import create_app
from peerlearn.http.caching import keep_private, revalidated
from peerlearn.http.icalendar import CONTENT_TYPE, calendar_text
from peerlearn.services.calendars import CalendarService

app = create_app()


@app.get(
    "/v1/learner/me/calendar.ics",
    middlewares=[revalidated],
    responses={
        200: {
            "description": "The sessions that the link's owner holds a seat in, as RFC 5545 has it.",
            "content": {"text/calendar": {"schema": {"type": "string"}}},
        }
    },
)
def get_calendar(
    calendars: Annotated[CalendarService, Depends(calendar_service)],
    token: Annotated[str, Query(max_length=256)] = "",
) -> Response[str]:
    bookings = calendars.bookings(token)
    keep_private(app)
    return Response(200, CONTENT_TYPE, calendar_text(bookings))


lambda_handler = app.lambda_handler
