"""POST /v1/learner/auth/undo: take a change of address back by the token that was mailed to the former one.

Every session ends, and a link to a new password is mailed to the address that is back. Changes after the one that is
undone are undone with it.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.mail_schemas import ShownLink
from peerlearn.bootstrap.addresses import address_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.envelopes import no_content
from peerlearn.services.addresses import AddressService

app = create_app()


@app.post("/v1/learner/auth/undo", status_code=204)
def undo(
    shown: ShownLink, source: SourceAddress, addresses: Annotated[AddressService, Depends(address_service)]
) -> Response[str]:
    addresses.undo(shown.token, source)
    return no_content()


lambda_handler = app.lambda_handler
