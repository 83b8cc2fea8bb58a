"""PATCH /v1/users/{userId}: an administrator gives somebody a role."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.users.schemas import OtherUserView, RoleChange, UserData
from peerlearn.bootstrap.accounts import account_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Administrator
from peerlearn.http.envelopes import Success
from peerlearn.http.models import UserIdPath
from peerlearn.services.accounts import AccountService

app = create_app()


@app.patch("/v1/users/<userId>")
def set_role(
    user_id: UserIdPath,
    change: RoleChange,
    administrator: Administrator,
    accounts: Annotated[AccountService, Depends(account_service)],
) -> Success[UserData]:
    user = accounts.set_role(administrator, user_id, change.role)
    return Success[UserData](data=UserData(user=OtherUserView.model_validate(user)))


lambda_handler = app.lambda_handler
