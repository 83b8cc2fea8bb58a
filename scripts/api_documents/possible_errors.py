"""Which errors an operation can answer with, and when: its caller's, its form's, its service's, the machinery's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.domain.errors import (
    Conflict,
    DomainError,
    EmailNotVerified,
    Forbidden,
    InternalError,
    MalformedRequest,
    NotFound,
    PayloadTooLarge,
    TemporarilyUnavailable,
    TokenExpired,
    TooManyRequests,
    Unauthenticated,
    ValidationFailed,
)
from peerlearn.domain.idempotency import HEADER
from peerlearn.domain.limits import FREE_OF_PROOF
from peerlearn.domain.standing import ADMINISTRATORS, AUTHORS
from peerlearn.http.auth import current_administrator, current_author, optional_user, proven_user, token_holder
from scripts.api_documents.errors import raised_by
from scripts.api_documents.limits import (
    OperationLimit,
)
from scripts.api_documents.routes import Endpoint
from scripts.api_documents.schemas import (
    Schema,
)


def possible_errors(
    endpoint: Endpoint, operation: Schema, dependencies: set[Any], limits: Sequence[OperationLimit]
) -> dict[type[DomainError], str]:
    """Of an operation: errors of its caller, its form, its service and the machinery."""
    sent = {parameter["in"] for parameter in operation.get("parameters", [])}
    possible: dict[type[DomainError], str] = _errors_of_caller(dependencies)
    if "path" in sent:
        possible[NotFound] = "There is nothing at this address."
    if "requestBody" in operation:
        sent.add("body")
        possible[MalformedRequest] = "The body is not one JSON object."
        possible[PayloadTooLarge] = "The body has more than 10 MB."
    for error, when in raised_by(endpoint.function).items():
        if error in possible and when:
            possible[error] += f" {when}"
        else:
            possible.setdefault(error, when)
    if sent & {"path", "query", "body", "header"}:
        possible.setdefault(ValidationFailed, "")
    if endpoint.method == "POST":
        possible[Conflict] = f"{possible.get(Conflict, '')} {_KEY_IN_USE}".strip()
    for error, when in (
        (TooManyRequests, _TOO_MANY_OF_ONE if limits else _TOO_MANY),
        (InternalError, ""),
        (TemporarilyUnavailable, ""),
    ):
        possible.setdefault(error, when)
    return possible


_KEY_IN_USE = f"The `{HEADER}` was used with another body, or its first request is still being answered."
_TOO_MANY = "More requests than the API takes at once."
_TOO_MANY_OF_ONE = (
    f"A limit of this operation is used up: `details.limit` names it. Or: {_TOO_MANY[0].lower()}{_TOO_MANY[1:]}"
)


def _errors_of_caller(dependencies: set[Any]) -> dict[type[DomainError], str]:
    possible: dict[type[DomainError], str] = {}
    if dependencies & {token_holder, optional_user}:
        possible[Unauthenticated] = "No token, or one that does not hold, or whose session has ended."
        possible[TokenExpired] = "The access token is past its hour."
    roles = {getattr(one, "roles", None) for one in dependencies}
    if current_author in dependencies or AUTHORS in roles:
        possible[Forbidden] = "Only tutors and administrators may do this, tutors on their own courses."
    if dependencies & {current_author, current_administrator, proven_user} or any(map(_asks_for_proof, dependencies)):
        possible[EmailNotVerified] = "The address is not proven, and the stack asks for that (`VerifiedEmail`)."
    if current_administrator in dependencies or ADMINISTRATORS in roles:
        possible[Forbidden] = "Only administrators may do this."
    return possible


def _asks_for_proof(dependency: Any) -> bool:
    limits = getattr(dependency, "limits", ())
    return bool(limits) and FREE_OF_PROOF.isdisjoint(limits)


def dependencies_of(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Yield the dependencies that a function takes through `Depends`, and those of these."""
    for hint in get_type_hints(function, include_extras=True).values():
        if get_origin(hint) is Annotated:
            for mark in get_args(hint)[1:]:
                if isinstance(mark, Depends):
                    yield mark.dependency
                    yield from dependencies_of(mark.dependency)
