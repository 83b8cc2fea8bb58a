"""Bodies and answers of the `users` endpoints."""

from __future__ import annotations

from peerlearn.domain.users import Role
from peerlearn.http.models import RequestModel, ResponseModel


class RoleChange(RequestModel):
    role: Role


class OtherUserView(ResponseModel):
    """Somebody else's account: their address is in no answer."""

    user_id: str
    name: str
    role: Role
    interests: list[str]
    learning_goals: list[str]


class UserData(ResponseModel):
    user: OtherUserView
