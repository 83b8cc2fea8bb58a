"""Who may call an endpoint whose own dependency is removed: whoever the next weaker one lets in."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.domain.users import Principal, Role
from peerlearn.http import auth


def author() -> Any:
    return auth.Author


def caller() -> Any:
    return auth.Caller


def _whoever(request: Request) -> Principal:
    return auth.optional_user(request) or Principal("usr_anybody", Role.LEARNER, "sid_anybody")


def _no_one() -> Principal | None:
    return None


def anybody() -> Any:
    """Whoever calls, with a token or without one."""
    return Annotated[Principal, Depends(_whoever)]


def nobody() -> Any:
    """Not even who shows a token."""
    return Annotated[Principal | None, Depends(_no_one)]
