"""Who may call an endpoint whose own dependency is removed: whoever the next weaker one lets in."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.bootstrap.core import aws_client
from peerlearn.domain.users import Principal, Role
from peerlearn.http import auth
from peerlearn.settings import settings


def author() -> Any:
    return auth.Author


def presentcaller() -> Any:
    return auth.PresentCaller


def tokenholder() -> Any:
    """Whose token holds, though their session may have ended."""
    return auth.TokenHolder


def _whoever(request: Request) -> Principal:
    return auth.optional_user(request) or _somebody()


def _somebody() -> Principal:
    """Who calls without a token is taken for one who exists: whom nobody knows is refused anyway."""
    sessions = {"SK": {"AttributeValueList": [{"S": "SESSION#"}], "ComparisonOperator": "BEGINS_WITH"}}
    found = aws_client("dynamodb").scan(TableName=settings().table_name, ScanFilter=sessions)["Items"]
    user, session = ("USER#nobody", "SESSION#none") if not found else (found[0]["PK"]["S"], found[0]["SK"]["S"])
    return Principal(user.partition("#")[2], Role.LEARNER, session.partition("#")[2])


def _no_one() -> Principal | None:
    return None


def anybody() -> Any:
    """Whoever calls, with a token or without one."""
    return Annotated[Principal, Depends(_whoever)]


def nobody() -> Any:
    """Not even who shows a token."""
    return Annotated[Principal | None, Depends(_no_one)]
