"""Texts of the `documents` endpoints: the OpenAPI document, and a page that is whole by itself.

The page holds Swagger UI as Powertools ships it, so it works without a network beyond the API; its policy lets nothing
run and nothing be loaded but that.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aws_lambda_powertools

HTML = "text/html; charset=utf-8"

_SWAGGER_UI = Path(aws_lambda_powertools.__file__).parent / "event_handler" / "openapi" / "swagger_ui"
# beside this page's own address, whatever comes before it
_START = """
SwaggerUIBundle({
  url: "openapi.json", dom_id: "#page", deepLinking: true, persistAuthorization: false, validatorUrl: null,
  tryItOutEnabled: true, displayRequestDuration: true, docExpansion: "list", defaultModelsExpandDepth: 0
});
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the headers that guard it."""

    text: str
    headers: Mapping[str, str]


@cache
def page() -> Page:
    """The interactive page."""
    style = (_SWAGGER_UI / "swagger-ui.min.css").read_text(encoding="utf-8")
    script = (_SWAGGER_UI / "swagger-ui-bundle.min.js").read_text(encoding="utf-8")
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Peerlearn API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{style}</style></head>'
        f'<body><main id="page"></main><script>{script}</script><script>{_START}</script></body></html>'
    )
    policy = (
        f"default-src 'none'; script-src {_hash(script)} {_hash(_START)}; style-src {_hash(style)}; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Page(text, {"Content-Security-Policy": policy} | headers)


@cache
def openapi_of(server: str) -> str:
    """The document of that server, as small as it gets."""
    document = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    document["servers"] = [{"url": server}]
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def stage_url(event: Mapping[str, Any]) -> str:
    """Return the API's address, as API Gateway says; where it does not, relative to the document's own address."""
    context = event["requestContext"]
    domain = context.get("domainName")
    # with a domain of one's own there may be another path before the resource, or none
    return f"https://{domain}{context['path'].removesuffix(event['resource'])}" if domain else ".."


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
