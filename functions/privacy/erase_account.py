"""DELETE /v1/learner/me: the caller's account is erased, for good."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.privacy import erasure_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import no_content
from peerlearn.services.erasure import ErasureService

app = create_app()


@app.delete("/v1/learner/me", status_code=204)
def erase_account(user: Caller, accounts: Annotated[ErasureService, Depends(erasure_service)]) -> Response[str]:
    accounts.erase(user)
    return no_content()


lambda_handler = app.lambda_handler
