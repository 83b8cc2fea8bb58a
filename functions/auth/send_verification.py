"""POST /v1/learner/auth/verification: send the link that proves the caller's address once more."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.mail_schemas import SentData
from peerlearn.bootstrap.addresses import address_service
from peerlearn.domain.limits import VERIFICATIONS
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.services.addresses import AddressService

app = create_app()


@app.post("/v1/learner/auth/verification", status_code=201)
def send_verification(
    user: Annotated[Principal, Depends(writing(VERIFICATIONS))],
    addresses: Annotated[AddressService, Depends(address_service)],
) -> Success[SentData]:
    return Success[SentData](data=SentData(sent_to=addresses.send_again(user)))


lambda_handler = app.lambda_handler
