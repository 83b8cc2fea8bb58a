"""POST /v1/learner/auth/reset: reset a password by the token that was mailed.

Every session ends, and the address is proven. The name, interests and goals that somebody else had registered under an
unproven address, for others to see, are gone as well.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.credential_schemas import NewPassword
from functions.auth.mail_schemas import MailTokenText
from peerlearn.bootstrap.addresses import recovery_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.envelopes import no_content
from peerlearn.http.models import RequestModel
from peerlearn.services.recovery import RecoveryService

app = create_app()


class PasswordReset(RequestModel):
    token: MailTokenText
    new_password: NewPassword


@app.post("/v1/learner/auth/reset", status_code=204)
def reset(
    wanted: PasswordReset,
    source: SourceAddress,
    recovery: Annotated[RecoveryService, Depends(recovery_service)],
) -> Response[str]:
    recovery.reset(wanted.token, wanted.new_password, source)
    return no_content()


lambda_handler = app.lambda_handler
