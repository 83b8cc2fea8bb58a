"""The address that a request was sent to, as a client outside knows it."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.settings import settings


def own_address(request: Request) -> str:
    """`https://<domain>/<stage or base path>/v1/...`, by API Gateway's own word and not by a header of the caller's."""
    event = request.resolved_event.raw_event
    context = event["requestContext"]
    local = settings().local_endpoint
    if local:
        return f"{local}/{context['apiId']}/{context['stage']}{event['path']}"
    return f"https://{context['domainName']}{context['path']}"


OwnAddress = Annotated[str, Depends(own_address)]
