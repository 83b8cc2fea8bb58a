"""PATCH /v1/users/{userId}: change an account's role, or suspend or reinstate it, as an administrator."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.users.schemas import OtherUserView, UserChange, UserData
from peerlearn.bootstrap.accounts import administration_service
from peerlearn.domain.limits import ADMINISTRATION
from peerlearn.domain.standing import ADMINISTRATORS, Admission
from peerlearn.http.app import create_app
from peerlearn.http.auth import admitted
from peerlearn.http.envelopes import Success
from peerlearn.http.models import UserIdPath
from peerlearn.services.administration import AdministrationService

app = create_app()


@app.patch("/v1/users/<userId>")
def update_user(
    user_id: UserIdPath,
    change: UserChange,
    admission: Annotated[Admission, Depends(admitted(ADMINISTRATION, ADMINISTRATORS))],
    administration: Annotated[AdministrationService, Depends(administration_service)],
) -> Success[UserData]:
    user = administration.change(
        admission.caller,
        user_id,
        role=change.role,
        state=change.status,
        reason=change.reason,
        admission=admission.without_limits(),
    )
    return Success[UserData](data=UserData(user=OtherUserView.of(user)))


lambda_handler = app.lambda_handler
