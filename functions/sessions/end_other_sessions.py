"""DELETE /v1/learner/me/sessions: end all of the caller's sign-in sessions but the present one."""

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
from peerlearn.services.sign_in_sessions import SignInSessionService

app = create_app()


@app.delete("/v1/learner/me/sessions", status_code=204)
def end_other_sessions(
    user: Annotated[Principal, Depends(writing(SESSIONS))],
    sessions: Annotated[SignInSessionService, Depends(session_service)],
) -> Response[str]:
    sessions.end_others(user)
    return no_content()


lambda_handler = app.lambda_handler
