"""POST /v1/learner/auth/register: register a learner and sign them in."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import Field

from functions.auth.credential_schemas import NewEmail, NewPassword
from functions.auth.schemas import DeviceName, SignInAnswer
from peerlearn.bootstrap.accounts import account_service
from peerlearn.domain.users import Language
from peerlearn.http.app import create_app
from peerlearn.http.auth import SourceAddress
from peerlearn.http.models import PersonName, RequestModel, Tags, TimeZone
from peerlearn.services.accounts import AccountService

app = create_app()


class Registration(RequestModel):
    name: PersonName
    email: NewEmail
    password: NewPassword
    interests: Tags = Field(default_factory=list)
    learning_goals: Tags = Field(default_factory=list)
    device_name: DeviceName | None = None
    language: Language = Language.ENGLISH
    time_zone: TimeZone = "UTC"


@app.post("/v1/learner/auth/register", status_code=201)
def register(
    registration: Registration,
    source: SourceAddress,
    accounts: Annotated[AccountService, Depends(account_service)],
) -> SignInAnswer:
    signed_in = accounts.register(
        registration.name,
        registration.email,
        registration.password,
        registration.interests,
        registration.learning_goals,
        source=source,
        device_name=registration.device_name,
        language=registration.language,
        time_zone=registration.time_zone,
    )
    return SignInAnswer.of(signed_in)


lambda_handler = app.lambda_handler
