"""POST /v1/learner/auth/password: change the caller's password and end all their other sign-in sessions."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.credential_schemas import AnyPassword, NewPassword
from peerlearn.bootstrap.accounts import password_service
from peerlearn.domain.limits import SESSIONS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import RequestModel
from peerlearn.services.passwords import PasswordService

app = create_app()


class PasswordChange(RequestModel):
    current_password: AnyPassword
    new_password: NewPassword


@app.post("/v1/learner/auth/password", status_code=204)
def change_password(
    change: PasswordChange,
    user: Annotated[Principal, Depends(writing(SESSIONS))],
    accounts: Annotated[PasswordService, Depends(password_service)],
) -> Response[str]:
    accounts.change(user, change.current_password, change.new_password)
    return no_content()


lambda_handler = app.lambda_handler
