"""PATCH /v1/learner/me: change the caller's profile."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.profile.schemas import ProfileChange, ProfileData
from peerlearn.bootstrap.profiles import profile_service
from peerlearn.domain.limits import PROFILE
from peerlearn.domain.users import Principal
from peerlearn.http.app import create_app
from peerlearn.http.auth import writing
from peerlearn.http.envelopes import Success
from peerlearn.services.profiles import ProfileService

app = create_app()


@app.patch("/v1/learner/me")
def update_profile(
    change: ProfileChange,
    user: Annotated[Principal, Depends(writing(PROFILE))],
    profiles: Annotated[ProfileService, Depends(profile_service)],
) -> Success[ProfileData]:
    profile = profiles.update(
        user,
        name=change.name,
        interests=change.interests,
        learning_goals=change.learning_goals,
        language=change.language,
        time_zone=change.time_zone,
    )
    return Success[ProfileData](data=ProfileData.of(profile))


lambda_handler = app.lambda_handler
