"""POST /v1/learner/auth/login: sign in and get a pair of tokens."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import StringConstraints

from functions.auth.credential_schemas import AnyPassword, Email
from functions.auth.schemas import DeviceName, SignInAnswer
from peerlearn.bootstrap.accounts import account_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.models import RequestModel
from peerlearn.services.accounts import AccountService

app = create_app()


class Login(RequestModel):
    email: Email
    password: AnyPassword
    device_name: DeviceName | None = None
    device_token: Annotated[str, StringConstraints(max_length=256)] | None = None


@app.post("/v1/learner/auth/login", status_code=201)
def login(
    credentials: Login, source: SourceAddress, accounts: Annotated[AccountService, Depends(account_service)]
) -> SignInAnswer:
    signed_in = accounts.login(
        credentials.email,
        credentials.password,
        source,
        device_token=credentials.device_token,
        device_name=credentials.device_name,
    )
    return SignInAnswer.of(signed_in)


lambda_handler = app.lambda_handler
