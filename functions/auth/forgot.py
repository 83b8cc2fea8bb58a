"""POST /v1/learner/auth/forgot: send a link to a new password to an address, if it has an account.

The answer is the same for every address, and takes the same time.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.credential_schemas import Email
from functions.auth.mail_schemas import NothingToTell
from peerlearn.bootstrap.addresses import recovery_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.envelopes import Success
from peerlearn.http.models import RequestModel
from peerlearn.services.recovery import RecoveryService

app = create_app()


class ForgottenPassword(RequestModel):
    email: Email


@app.post("/v1/learner/auth/forgot", status_code=201)
def forgot(
    forgotten: ForgottenPassword,
    source: SourceAddress,
    recovery: Annotated[RecoveryService, Depends(recovery_service)],
) -> Success[NothingToTell]:
    recovery.forgot(forgotten.email, source)
    return Success[NothingToTell](data=NothingToTell())


lambda_handler = app.lambda_handler
