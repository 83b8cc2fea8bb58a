"""DELETE /v1/users/{userId}/sessions: end all sign-in sessions of an account, as an administrator."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.accounts import administration_service
from peerlearn.domain.limits import ADMINISTRATION
from peerlearn.domain.standing import ADMINISTRATORS, Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admitted
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import UserIdPath
from peerlearn.services.administration import AdministrationService

app = create_app()


@app.delete("/v1/users/<userId>/sessions", status_code=204)
def end_user_sessions(
    user_id: UserIdPath,
    admission: Annotated[Admission, Depends(admitted(ADMINISTRATION, ADMINISTRATORS))],
    administration: Annotated[AdministrationService, Depends(administration_service)],
) -> Response[str]:
    administration.end_sessions(admission.caller, user_id, admission.without_limits())
    return no_content()


lambda_handler = app.lambda_handler
