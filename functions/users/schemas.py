"""Bodies and answers of the `users` endpoints."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from peerlearn.domain.problems import Problem, Rule, ValueRefused
from peerlearn.domain.users import AccountState, Role, User
from peerlearn.http.models import Lines, NotNull, RequestModel, ResponseModel

REASON_MAX_LENGTH = 500


class UserChange(RequestModel):
    """A role, a status or both. `reason` is in the audit trail."""

    role: Annotated[Role | None, NotNull] = None
    status: Annotated[Literal[AccountState.ACTIVE, AccountState.SUSPENDED] | None, NotNull] = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_MAX_LENGTH), Lines] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.role is None and self.status is None:
            raise ValueRefused(Problem(Rule.REQUIRED, "must have a role or a status"))
        return self


class OtherUserView(ResponseModel):
    """Somebody else's account: their address is in no answer."""

    user_id: str
    name: str
    role: Role
    status: AccountState
    interests: list[str]
    learning_goals: list[str]

    @classmethod
    def of(cls, user: User) -> OtherUserView:
        return cls(
            user_id=user.user_id,
            name=user.name,
            role=user.role,
            status=user.state,
            interests=list(user.interests),
            learning_goals=list(user.learning_goals),
        )


class UserData(ResponseModel):
    user: OtherUserView
