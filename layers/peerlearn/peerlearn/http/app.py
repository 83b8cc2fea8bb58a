"""`create_app()`: the resolver every endpoint starts from, and the one mapper from errors to the envelope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.depends import (
    DependencyResolutionError,
    build_dependency_tree,
    solve_dependencies,
)
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.domain.errors import (
    DomainError,
    InternalError,
    MalformedRequest,
    NotFound,
)
from peerlearn.domain.idempotency import HEADER
from peerlearn.domain.limits import forget_usages
from peerlearn.domain.standing import leave_to_count
from peerlearn.http.annotations import remember_annotations
from peerlearn.http.bodies import decoded_body, strict_json, validation_error
from peerlearn.http.counting import counted
from peerlearn.http.envelopes import compact_json, error_response, without_content
from peerlearn.http.headers import completed
from peerlearn.http.invocations import answering, is_request
from peerlearn.http.pagination import within_an_answer
from peerlearn.observability import caller_and_target, logger, pass_over, request_id_of
from peerlearn.snapshots import register

_HEAD = "HEAD"
_WRITING = ("POST", "PUT", "PATCH", "DELETE")
# a resource that takes any path, as that of the function which answers what no other does
_GREEDY = "+}"
# Powertools takes these for no part of a path: the route would not be found, and the caller not be asked who they are.
_UNROUTABLE = re.compile(r"[^\w\-.~()'!*:@,;=+&$%<> \[\]{}|^]")


class ApiResolver(APIGatewayRestResolver):
    """Powertools' resolver with this product's envelope, strict bodies and CORS."""

    def lambda_handler(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """The Lambda entry point of an endpoint.

        Parameters
        ----------
        event: dict
            An API Gateway REST proxy event.

        Returns
        -------
        dict
            An API Gateway proxy response, always in the envelope; to an event of another kind, nothing.
        """
        if not is_request(event):
            pass_over(event, context)
            return {}
        with answering(event, context):
            # Writes are followed through the logs. The path may hold what only its owner knows: the route does not.
            log = logger.info if event["httpMethod"] in _WRITING else logger.debug
            told = {"method": event["httpMethod"], "route": event.get("resource")}
            log("began", **told)
            forget_usages()
            leave_to_count(None)
            request = _normalised(event)
            answer = within_an_answer(lambda: self.resolve(request, context))
            # A repeat that wrote nothing is answered all the same; the next one finds the limit used up.
            counted()
            answer = completed(answer, event)
            if event["httpMethod"] == _HEAD:
                answer = without_content(answer)
            log("answered", **told, **caller_and_target(event), status=answer["statusCode"])
            return answer


def create_app() -> ApiResolver:
    """A resolver with validation and the error mapper; it reads no settings and makes no client."""
    register()
    remember_annotations()
    app = ApiResolver(
        enable_validation=True,
        json_body_deserializer=strict_json,
        serializer=compact_json,
    )
    app.use(middlewares=[_once_where_it_is_named])

    def respond(error: DomainError) -> Response[Mapping[str, Any]]:
        error = counted(error) or error
        if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.info("refused", code=error.code, status=error.status, reason=error.details.get("reason"))
        return error_response(error, request_id_of(app.current_event.raw_event))

    def refused(error: DomainError) -> Response[Mapping[str, Any]]:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.exception("request failed", code=error.code)
        if isinstance(error, MalformedRequest):
            error = _refusal_of_caller(app) or error
        return respond(error)

    def invalid(error: RequestValidationError) -> Response[Mapping[str, Any]]:
        # Callers without permission are told so, whatever their body looks like.
        return respond(_refusal_of_caller(app) or _validation_error(error))

    def no_route(_: NotFoundError) -> Response[Mapping[str, Any]]:
        return respond(NotFound())

    def crashed(error: Exception) -> Response[Mapping[str, Any]]:
        logger.exception("unexpected failure", error_type=type(error).__name__)
        return respond(InternalError())

    app.exception_handler_manager.update_exception_handlers(
        {DomainError: refused, RequestValidationError: invalid, NotFoundError: no_route, Exception: crashed}
    )
    return app


def _once_where_it_is_named(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Do a POST with an idempotency key once; other requests go straight on."""
    if app.current_event.raw_event["httpMethod"] != "POST":
        return next_middleware(app)
    key = app.current_event.headers.get(HEADER.lower())
    if key is None:
        return next_middleware(app)
    # A request without a key does not load what this needs.
    from peerlearn.http.idempotency import done_once  # noqa: PLC0415

    return done_once(app, next_middleware, key)


def _refusal_of_caller(app: ApiResolver) -> DomainError | None:
    try:
        solve_dependencies(dependant=build_dependency_tree(app.context["_route"].func), request=app.request)
    except DependencyResolutionError as error:
        cause = _root_cause(error)
        return cause if isinstance(cause, DomainError) else None
    return None


def _root_cause(error: BaseException) -> BaseException:
    # A dependency of a dependency wraps twice.
    while isinstance(error, DependencyResolutionError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _validation_error(error: RequestValidationError) -> DomainError:
    problems = error.errors()
    # The body is not there at all. A rule over several of its fields is at the same place with another type.
    if any(tuple(problem["loc"]) == ("body",) and problem["type"] == "missing" for problem in problems):
        return MalformedRequest()
    return validation_error(problems, inside=True)


def _normalised(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its path as the template has it, and its body read as JSON whatever its Content-Type says.

    HEAD is answered by the route of GET: RFC 9110, 9.3.2.
    """
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    return {
        **event,
        "httpMethod": "GET" if event["httpMethod"] == _HEAD else event["httpMethod"],
        "path": _own_path(event),
        "headers": {**headers, "content-type": "application/json"},
        "body": decoded_body(event),
        "isBase64Encoded": False,
    }


def _own_path(event: dict[str, Any]) -> str:
    """Return the path without what a domain of one's own puts before it: as many segments as the resource has.

    With any parameters it is a path of the resource. A sign that is in no id stands for those in none either.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
    """
    path, resource = str(event["path"]), str(event.get("resource") or "")
    if not resource or _GREEDY in resource:
        return path
    count = len(resource.strip("/").split("/")) if resource != "/" else 0
    segments = path.strip("/").split("/")
    return "/" + "/".join(_UNROUTABLE.sub("%", segment) for segment in segments[len(segments) - count :])
