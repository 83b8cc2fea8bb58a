"""POST /v1/unsubscribe: end a kind of mail by the token that each of them carries.

Mail programs call this with one click (RFC 8058), with a body that says so, which is not looked at. A second time
changes nothing, and no later booking turns it on again.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from peerlearn.bootstrap.notices import notice_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.envelopes import no_content
from peerlearn.services.notices import NoticeService

app = create_app()


@app.post("/v1/unsubscribe", status_code=204)
def unsubscribe(
    token: Annotated[str, Query(min_length=1, max_length=512)],
    source: SourceAddress,
    notices: Annotated[NoticeService, Depends(notice_service)],
) -> Response[str]:
    notices.unsubscribe(token, source)
    return no_content()


lambda_handler = app.lambda_handler
