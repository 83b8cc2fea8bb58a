"""DELETE /v1/learner/me/sessions/{sessionId}: end one of the caller's sign-in sessions, with its calendar link."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.accounts import session_service
from peerlearn.domain.limits import SESSIONS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import SessionIdPath
from peerlearn.services.sign_in_sessions import SignInSessionService

app = create_app()


@app.delete("/v1/learner/me/sessions/<sessionId>", status_code=204)
def end_session(
    session_id: SessionIdPath,
    user: Annotated[Principal, Depends(writing(SESSIONS))],
    sessions: Annotated[SignInSessionService, Depends(session_service)],
) -> Response[str]:
    sessions.end(user, session_id)
    return no_content()


lambda_handler = app.lambda_handler
