"""GET /v1/openapi.json: return this document.

Its `servers` names the stage that served it.
"""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.documents.texts import openapi_of, stage_url
from peerlearn.http.app import create_app
from peerlearn.http.caching import revalidated
from peerlearn.http.envelopes import JSON

app = create_app()


@app.get(
    "/v1/openapi.json",
    middlewares=[revalidated],
    responses={200: {"description": "An OpenAPI document.", "content": {JSON: {"schema": {"type": "object"}}}}},
)
def get_openapi() -> Response[str]:
    return Response(status_code=200, content_type=JSON, body=openapi_of(stage_url(app.current_event.raw_event)))


lambda_handler = app.lambda_handler
