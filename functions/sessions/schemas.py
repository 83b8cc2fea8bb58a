"""Answers of the `sessions` endpoints."""

from __future__ import annotations

from peerlearn.domain.users import SignInSession
from peerlearn.http.models import Moment, ResponseModel
from peerlearn.services.sign_in_sessions import OwnSignInSessions


class SessionView(ResponseModel):
    """A device that is signed in. `device` is what the client called itself; `current` is the session that asks."""

    session_id: str
    device: str | None
    created_at: Moment
    last_used_at: Moment
    current: bool

    @classmethod
    def of(cls, session: SignInSession, current: str) -> SessionView:
        return cls(
            session_id=session.session_id,
            device=session.device,
            created_at=session.created_at or session.rotated_at,
            last_used_at=session.rotated_at,
            current=session.session_id == current,
        )


class PlantedLink(ResponseModel):
    """The private link to the caller's calendar, which outlives the session that made it."""

    created_at: Moment
    session_id: str


class SessionsData(ResponseModel):
    sessions: list[SessionView]
    calendar_link: PlantedLink | None

    @classmethod
    def of(cls, own: OwnSignInSessions, current: str) -> SessionsData:
        link = own.calendar_link
        return cls(
            sessions=[SessionView.of(one, current) for one in own.sessions],
            calendar_link=PlantedLink(created_at=link.created_at, session_id=link.session_id) if link else None,
        )
