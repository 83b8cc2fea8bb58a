"""GET /v1/learner/me: show the caller's profile."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.profile.schemas import ProfileData
from peerlearn.bootstrap.profiles import profile_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import TokenHolder
from peerlearn.http.envelopes import Success
from peerlearn.services.profiles import ProfileService

app = create_app()


@app.get("/v1/learner/me")
def get_profile(
    user: TokenHolder, profiles: Annotated[ProfileService, Depends(profile_service)]
) -> Success[ProfileData]:
    return Success[ProfileData](data=ProfileData.of(profiles.profile(user)))


lambda_handler = app.lambda_handler
