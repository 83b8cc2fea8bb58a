"""Bodies and answers of the `auth` endpoints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from peerlearn.domain.users import ACCESS_TOKEN_LIFETIME, Role
from peerlearn.http.models import RequestModel, ResponseModel
from peerlearn.services.accounts import SignedIn


class ShownToken(RequestModel):
    """The body of refresh and logout. A text that cannot be a token is a 401, like a forged one."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=65_536)]


class UserView(ResponseModel):
    """One's own account."""

    user_id: str
    name: str
    email: str
    role: Role
    interests: list[str]
    learning_goals: list[str]


class TokenAnswer(ResponseModel):
    """The flat answer of register, login and refresh, as OAuth clients expect it."""

    status: Literal["success"] = "success"
    token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = int(ACCESS_TOKEN_LIFETIME.total_seconds())
    user: UserView

    @classmethod
    def of(cls, signed_in: SignedIn) -> TokenAnswer:
        return cls(
            token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
            user=UserView.model_validate(signed_in.user),
        )
