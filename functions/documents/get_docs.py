"""GET /v1/docs: show this document as an interactive page."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.documents.texts import HTML, page
from peerlearn.http.app import create_app
from peerlearn.http.caching import revalidated

app = create_app()


@app.get(
    "/v1/docs",
    middlewares=[revalidated],
    responses={200: {"description": "A page.", "content": {HTML: {"schema": {"type": "string"}}}}},
)
def get_docs() -> Response[str]:
    shown = page()
    return Response(status_code=200, content_type=HTML, body=shown.text, headers=dict(shown.headers))


lambda_handler = app.lambda_handler
