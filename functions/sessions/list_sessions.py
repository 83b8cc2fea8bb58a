"""GET /v1/learner/me/sessions: list the caller's sign-in sessions, newest first."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.sessions.schemas import SessionsData
from peerlearn.bootstrap.accounts import session_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import TokenHolder
from peerlearn.http.envelopes import Success
from peerlearn.services.sign_in_sessions import SignInSessionService

app = create_app()


@app.get("/v1/learner/me/sessions")
def list_sessions(
    user: TokenHolder, sessions: Annotated[SignInSessionService, Depends(session_service)]
) -> Success[SessionsData]:
    return Success[SessionsData](data=SessionsData.of(sessions.mine(user), user.session_id))


lambda_handler = app.lambda_handler
