"""Callers of an endpoint whose own dependency is removed: those whom the next weaker one lets in."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.core import aws_client
from peerlearn.domain.users import AccountState, Principal, Role
from peerlearn.http import auth
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.marshalling import unmarshal
from peerlearn.settings import settings


def author() -> Any:
    return auth.Author


def presentcaller() -> Any:
    return auth.PresentCaller


def tokenholder() -> Any:
    """Return the caller whose token holds, though their session may have ended."""
    return auth.TokenHolder


def _whoever(request: Request) -> Principal:
    return auth.optional_user(request) or _somebody()


def _somebody() -> Principal:
    """Take a caller without a token for one who is signed in: somebody unknown is refused anyway."""
    entity = {"entity": {"AttributeValueList": [{"S": Entity.STANDING.value}], "ComparisonOperator": "EQ"}}
    found = aws_client("dynamodb").scan(TableName=settings().table_name, ScanFilter=entity)["Items"]
    for standing in (standing_of(unmarshal(item)) for item in found):
        if standing.state is AccountState.ACTIVE and standing.sessions:
            return Principal(standing.user_id, standing.role, next(iter(standing.sessions)))
    return Principal("usr_nobody", Role.LEARNER, "none")


def _no_one() -> Principal | None:
    return None


def anybody() -> Any:
    """Return any caller, with a token or without one."""
    return Annotated[Principal, Depends(_whoever)]


def nobody() -> Any:
    """Not even who shows a token."""
    return Annotated[Principal | None, Depends(_no_one)]
