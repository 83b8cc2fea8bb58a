"""POST /v1/learner/auth/logout: end the sign-in session of a refresh token."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.schemas import ShownToken
from peerlearn.bootstrap.accounts import sign_out_service
from peerlearn.http.app import create_app
from peerlearn.http.envelopes import no_content
from peerlearn.services.sign_outs import SignOutService

app = create_app()


@app.post("/v1/learner/auth/logout", status_code=204)
def logout(shown: ShownToken, accounts: Annotated[SignOutService, Depends(sign_out_service)]) -> Response[str]:
    accounts.logout(shown.refresh_token)
    return no_content()


lambda_handler = app.lambda_handler
