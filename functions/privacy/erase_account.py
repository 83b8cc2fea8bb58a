"""DELETE /v1/learner/me: erase the caller's account, for good."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import StringConstraints

from peerlearn.bootstrap.erasure import erasure_service
from peerlearn.domain.limits import SESSIONS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import RequestModel
from peerlearn.services.erasure import ErasureService

app = create_app()


class ErasureRequest(RequestModel):
    """The password of the account, which cannot be had back."""

    password: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


@app.delete("/v1/learner/me", status_code=204)
def erase_account(
    request: ErasureRequest,
    user: Annotated[Principal, Depends(writing(SESSIONS))],
    accounts: Annotated[ErasureService, Depends(erasure_service)],
) -> Response[str]:
    accounts.erase(user, request.password)
    return no_content()


lambda_handler = app.lambda_handler
