"""Who is calling: the dependencies that endpoints name in their signatures.

    user: Caller            any signed-in person
    user: Author            a tutor or an administrator
    user: Administrator     an administrator
    user: MaybeCaller       public endpoint that shows its owner more

A token that is shown and does not hold is a 401 everywhere, also where none was needed.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.security import access_tokens
from peerlearn.domain.errors import Forbidden, Unauthenticated
from peerlearn.domain.users import Principal, Role

_SCHEME = "bearer "


def optional_user(request: Request) -> Principal | None:
    """The caller, or None where no `Authorization` header was sent."""
    header = request.resolved_event.headers.get("authorization")
    if not header:
        return None
    if header[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("Send the access token as `Authorization: Bearer <token>`.")
    return access_tokens().verify_access(header[len(_SCHEME) :].strip())


def current_user(request: Request) -> Principal:
    """The caller.

    Raises
    ------
    Unauthenticated, TokenExpired
    """
    user = optional_user(request)
    if user is None:
        raise Unauthenticated
    return user


def current_author(user: Annotated[Principal, Depends(current_user)]) -> Principal:
    """A tutor or an administrator. Whether the course is theirs is the service's question."""
    if user.role not in (Role.TUTOR, Role.ADMIN):
        raise Forbidden("Only tutors may do this.")
    return user


def current_administrator(user: Annotated[Principal, Depends(current_user)]) -> Principal:
    if user.role is not Role.ADMIN:
        raise Forbidden("Only administrators may do this.")
    return user


def source_address(request: Request) -> str:
    """Where the call came from as API Gateway saw it; `X-Forwarded-For` is the caller's own word and not asked."""
    identity = request.resolved_event.raw_event["requestContext"].get("identity") or {}
    return str(identity.get("sourceIp", ""))


Caller = Annotated[Principal, Depends(current_user)]
MaybeCaller = Annotated[Principal | None, Depends(optional_user)]
Author = Annotated[Principal, Depends(current_author)]
Administrator = Annotated[Principal, Depends(current_administrator)]
SourceAddress = Annotated[str, Depends(source_address)]
