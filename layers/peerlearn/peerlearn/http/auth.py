"""Callers and their permissions: the dependencies that endpoints name in their signatures.

    user: TokenHolder       a valid token; the service asks for its standing in what it reads anyway
    user: Caller            a signed-in person, as of at most five seconds ago: for reads
    user: ProvenCaller      the same, with a proven address where the stack asks for that: for data of others
    user: PresentCaller     a signed-in person, now: where a role may give them more
    user: Author            a tutor or an administrator, now
    user: Administrator     an administrator, now
    user: MaybeCaller       public endpoint that shows its owner more
    user: Annotated[Principal, Depends(writing(PROFILE))]       a signed-in person, now, within a limit: for writes
    admission: Annotated[Admission, Depends(admission_for(ENROLLMENTS))]     the same, asked in the write's transaction

A token that is shown and does not hold is a 401 everywhere, also where none was needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.security import access_tokens
from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.standing import ADMINISTRATORS, AUTHORS, Admission, leave_to_count
from peerlearn.domain.users import Principal, Role
from peerlearn.observability import name_actor

T = TypeVar("T")

_SCHEME = "bearer "


def source_address(request: Request) -> str:
    """Return where the call came from as API Gateway saw it; `X-Forwarded-For` is the caller's own word."""
    identity = request.resolved_event.raw_event["requestContext"].get("identity") or {}
    return str(identity.get("sourceIp", ""))


def holder_of(request: Request) -> Principal | None:
    """Return whom the token was issued to that is shown; None where none is.

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    header = request.resolved_event.headers.get("authorization")
    if not header:
        return None
    if header[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("Send the access token as `Authorization: Bearer <token>`.")
    holder = access_tokens().verify_access(header[len(_SCHEME) :].strip(), source_address(request))
    name_actor(holder.user_id)
    return holder


def token_holder(request: Request) -> Principal:
    """Return whom the token was issued to.

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    holder = holder_of(request)
    if holder is None:
        raise Unauthenticated
    return holder


def optional_user(request: Request) -> Principal | None:
    """Return the caller, or None where no `Authorization` header was sent."""
    holder = holder_of(request)
    if holder is not None:
        standing_service().require(holder)
    return holder


def current_user(holder: Annotated[Principal, Depends(token_holder)]) -> Principal:
    """Return the caller, whose session stood five seconds ago at the earliest.

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    standing_service().require_recent(holder)
    return holder


def present_user(holder: Annotated[Principal, Depends(token_holder)]) -> Principal:
    """Return the caller, whose session has not ended."""
    standing_service().require(holder)
    return holder


def proven_user(holder: Annotated[Principal, Depends(token_holder)]) -> Principal:
    """Return the caller, whose session has not ended and who may read of others."""
    standing_service().require(holder, others_data=True)
    return holder


def current_author(holder: Annotated[Principal, Depends(token_holder)]) -> Principal:
    """Return a tutor or an administrator. Whether the course is theirs is the service's question."""
    standing_service().require(holder, AUTHORS)
    return holder


def current_administrator(holder: Annotated[Principal, Depends(token_holder)]) -> Principal:
    """Return an administrator."""
    standing_service().require(holder, ADMINISTRATORS)
    return holder


def writing(limit: str, roles: frozenset[Role] | None = None) -> Callable[[Principal], Principal]:
    """Make the dependency of a write: its caller, whose session has not ended, with one use of the limit counted."""

    def writer(holder: Annotated[Principal, Depends(token_holder)]) -> Principal:
        return standing_service().admit(holder, limit, roles=roles).caller

    return _documented(writer, roles, limit)


def admitted(limit: str, roles: frozenset[Role] | None = None) -> Callable[[Principal], Admission]:
    """Make the dependency of a write that depends on its caller's account: the same, with the account as it is now."""

    def admission(holder: Annotated[Principal, Depends(token_holder)]) -> Admission:
        return standing_service().admit(holder, limit, roles=roles)

    return _documented(admission, roles, limit)


def admission_for(*limits: str, roles: frozenset[Role] | None = None) -> Callable[[Principal], Admission]:
    """Make the dependency of a write whose transaction asks for its caller's standing itself, at no further call."""

    def admission(holder: Annotated[Principal, Depends(token_holder)]) -> Admission:
        asked = standing_service().admission(holder, *limits, roles=roles)
        leave_to_count(asked)
        return asked

    return _documented(admission, roles, *limits)


def _documented(
    dependency: Callable[[Principal], T], roles: frozenset[Role] | None, *limits: str
) -> Callable[[Principal], T]:
    """Keep the facts that the API's document tells of an operation: its callers, and their limits."""
    vars(dependency).update(roles=roles, limits=limits)
    return dependency


TokenHolder = Annotated[Principal, Depends(token_holder)]
Caller = Annotated[Principal, Depends(current_user)]
ProvenCaller = Annotated[Principal, Depends(proven_user)]
PresentCaller = Annotated[Principal, Depends(present_user)]
MaybeCaller = Annotated[Principal | None, Depends(optional_user)]
Author = Annotated[Principal, Depends(current_author)]
Administrator = Annotated[Principal, Depends(current_administrator)]
SourceAddress = Annotated[str, Depends(source_address)]
