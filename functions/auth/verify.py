"""POST /v1/learner/auth/verify: prove an address by the token that was mailed to it.

The address that an account has is proven from then on; one that it is to be changed to becomes its address, and every
session ends.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.mail_schemas import ShownLink
from functions.auth.schemas import ProvenData, UserView
from peerlearn.bootstrap.addresses import address_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.envelopes import Success
from peerlearn.services.addresses import AddressService

app = create_app()


@app.post("/v1/learner/auth/verify", status_code=201)
def verify(
    shown: ShownLink, source: SourceAddress, addresses: Annotated[AddressService, Depends(address_service)]
) -> Success[ProvenData]:
    user = addresses.prove(shown.token, source)
    return Success[ProvenData](data=ProvenData(user=UserView.model_validate(user)))


lambda_handler = app.lambda_handler
