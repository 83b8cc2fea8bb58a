"""POST /v1/learner/me/email: change the caller's address once the new one proves itself.

A link that proves it is mailed to the new address, and one that keeps the present address to that. Until then the
account stays as it is; the change ends every session.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.credential_schemas import AnyPassword, NewEmail
from functions.auth.mail_schemas import PendingData
from peerlearn.bootstrap.addresses import address_service
from peerlearn.domain.limits import EMAIL_CHANGES
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.http.models import RequestModel
from peerlearn.services.addresses import AddressService

app = create_app()


class EmailChange(RequestModel):
    new_email: NewEmail
    password: AnyPassword


@app.post("/v1/learner/me/email", status_code=201)
def change_email(
    change: EmailChange,
    user: Annotated[Principal, Depends(writing(EMAIL_CHANGES))],
    addresses: Annotated[AddressService, Depends(address_service)],
) -> Success[PendingData]:
    return Success[PendingData](data=PendingData(pending=addresses.ask_for(user, change.new_email, change.password)))


lambda_handler = app.lambda_handler
