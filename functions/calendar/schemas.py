"""Answers of the `calendar` endpoints."""

from __future__ import annotations

from peerlearn.http.models import Moment, ResponseModel


class CalendarLinkView(ResponseModel):
    """`url` is told once; whoever has it reads the calendar, until it is replaced or revoked."""

    url: str
    created_at: Moment


class CalendarLinkData(ResponseModel):
    calendar: CalendarLinkView
