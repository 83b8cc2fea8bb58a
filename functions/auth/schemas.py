"""Bodies and answers of the `auth` endpoints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from peerlearn.domain.users import ACCESS_TOKEN_LIFETIME, DEVICE_NAME_MAX_LENGTH, Role
from peerlearn.http.models import OneLine, RequestModel, ResponseModel, Seen
from peerlearn.services.accounts import SignedIn


class ShownToken(RequestModel):
    """The body of refresh and logout. A text that cannot be a token is a 401, like a forged one."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=65_536)]


DeviceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=DEVICE_NAME_MAX_LENGTH), OneLine, Seen
]


class UserView(ResponseModel):
    """One's own account."""

    user_id: str
    name: str
    email: str
    email_verified: bool
    role: Role
    interests: list[str]
    learning_goals: list[str]


class TokenAnswer(ResponseModel):
    """The flat answer of refresh, as OAuth clients expect it."""

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


class SignInAnswer(TokenAnswer):
    """The answer of register and login: that of refresh, and the token that the device shows at its next sign-in.

    A client keeps `deviceToken` and sends it with every later sign-in from this device: wrong passwords that others try
    then never lock it out.
    """

    device_token: str

    @classmethod
    def of(cls, signed_in: SignedIn) -> SignInAnswer:
        return cls(**dict(TokenAnswer.of(signed_in)), device_token=signed_in.device_token or "")


class ProvenData(ResponseModel):
    """One's own account, as `data.user`."""

    user: UserView
