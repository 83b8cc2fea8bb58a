"""GET /v1/users/{userId}: show an account with its numbers of sign-in sessions and enrollments, for administrators.

`enrollments` counts courses in which a seat is held, completed ones too, or waited for.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.users.directory_schemas import UserDetailData, UserDetailView
from peerlearn.bootstrap.directory import directory_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import Administrator
from peerlearn.http.envelopes import Success
from peerlearn.http.models import UserIdPath
from peerlearn.services.directory import DirectoryService

app = create_app()


@app.get("/v1/users/<userId>")
def get_user(
    user_id: UserIdPath,
    administrator: Administrator,  # noqa: ARG001 (who is none is refused)
    directory: Annotated[DirectoryService, Depends(directory_service)],
) -> Success[UserDetailData]:
    view = UserDetailView.of_person(directory.person(user_id))
    return Success[UserDetailData](data=UserDetailData(user=view))


lambda_handler = app.lambda_handler
