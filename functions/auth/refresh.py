"""POST /v1/learner/auth/refresh: exchange a refresh token, which is spent, for the next pair of tokens."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.auth.schemas import ShownToken, TokenAnswer
from peerlearn.bootstrap.accounts import account_service
from peerlearn.http.app import create_app
from peerlearn.services.accounts import AccountService

app = create_app()


@app.post("/v1/learner/auth/refresh", status_code=201)
def refresh(shown: ShownToken, accounts: Annotated[AccountService, Depends(account_service)]) -> TokenAnswer:
    return TokenAnswer.of(accounts.refresh(shown.refresh_token))


lambda_handler = app.lambda_handler
