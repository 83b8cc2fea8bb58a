"""GET /v1/learner/me/export: export all personal data of the caller, at once or, where it is much, as a file.

Nothing is missing: where something of it cannot be seen yet, the answer is a 503 to be asked again.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from functions.privacy.schemas import ExportData
from peerlearn.bootstrap.privacy import export_service
from peerlearn.domain.exports import RETRY_AFTER_SECONDS, ExportRecord
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import JSON, Success
from peerlearn.services.exports import ExportService

app = create_app()


@app.get(
    "/v1/learner/me/export",
    responses={
        200: {"description": "All of it, or where the file can be fetched."},
        202: {"description": "It is much: a file is being written. Ask again after `Retry-After` seconds."},
    },
)
def export_data(
    user: Caller, exports: Annotated[ExportService, Depends(export_service)]
) -> Response[Success[ExportData]]:
    found = exports.export(user)
    body = Success[ExportData](data=ExportData.of(found))
    headers: dict[str, str | list[str]] = {"Cache-Control": "private, no-store"}
    if isinstance(found, ExportRecord):
        return Response(202, JSON, body, headers | {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return Response(200, JSON, body, headers)


lambda_handler = app.lambda_handler
