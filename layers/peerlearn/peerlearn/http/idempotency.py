"""`Idempotency-Key`: a POST that is sent again is answered as it was, and does nothing.

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.depends import build_dependency_tree, solve_dependencies
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from peerlearn.bootstrap.idempotency import idempotency_service
from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain.errors import DomainError, MalformedRequest
from peerlearn.domain.idempotency import REPLAYED, KeptAnswer, NamedRequest, deriving_from, named_request
from peerlearn.domain.standing import left_to_count
from peerlearn.http.auth import holder_of, source_address
from peerlearn.http.bodies import strict_json
from peerlearn.http.envelopes import JSON, compact_json, error_response
from peerlearn.observability import request_id_of

# Powertools keeps the values of a request's dependencies under this name: each is asked once.
_SOLVED = "_dependency_cache"
# Refusals of a request that was carried out: they tell a state. Others did nothing, and may go well later.
_FINAL = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


def done_once(app: ApiGatewayResolver, next_middleware: NextMiddleware, key: str) -> Response[Any]:
    """Do the POST that the key names once, or answer it as before."""
    # A caller without permission is refused before anything is kept, and a repeat counts as a request does.
    _ask_dependencies(app)
    request = _named(app, key)
    once = idempotency_service()
    found = once.begin(request)
    if isinstance(found, KeptAnswer):
        # Otherwise a transaction would ask this: an ended session is given nothing.
        if (admission := left_to_count()) is not None:
            standing_service().count(admission)
        headers = {**found.headers, REPLAYED: "true"}
        return Response(status_code=found.status, content_type=JSON, body=found.body, headers=headers)
    try:
        with deriving_from(found.claim):
            response = next_middleware(app)
    except DomainError as refusal:
        if refusal.status in _FINAL:
            once.keep(request, found, _kept(error_response(refusal, request_id_of(app.current_event.raw_event))))
        else:
            once.give_up(request, found, is_undone=refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR)
        raise
    except Exception:
        once.give_up(request, found, is_undone=False)
        raise
    once.keep(request, found, _kept(response))
    return response


def _ask_dependencies(app: ApiGatewayResolver) -> None:
    route = app.context["_route"]
    if route.has_dependencies:
        solve_dependencies(
            dependant=build_dependency_tree(route.func),
            request=app.request,
            dependency_cache=app.context.setdefault(_SOLVED, {}),
        )


def _named(app: ApiGatewayResolver, key: str) -> NamedRequest:
    holder = holder_of(app.request)
    caller = f"user {holder.user_id}" if holder is not None else f"address {source_address(app.request)}"
    route = f"{app.current_event.http_method} {app.current_event.path}"
    return named_request(key, caller, route, _one_spelling(app.current_event.body or ""))


def _one_spelling(body: str) -> str:
    """Return one text for all spellings of an object, and any other text, which no endpoint reads, as it is."""
    try:
        return json.dumps(strict_json(body), sort_keys=True)
    except MalformedRequest:
        return body


def _kept(response: Response[Any]) -> KeptAnswer:
    if not isinstance(response.body, str | None):
        response.body = compact_json(response.body)
    return KeptAnswer(int(response.status_code), dict(response.headers), response.body or "")
