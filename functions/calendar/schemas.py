"""Answers of the `calendar` endpoints."""

from __future__ import annotations

from peerlearn.http.models import Moment, ResponseModel


class CalendarLinkView(ResponseModel):
    """`url` is told once; anybody who has it can read the calendar, until it is replaced or revoked."""

    url: str
    created_at: Moment


class CalendarLinkData(ResponseModel):
    calendar: CalendarLinkView
