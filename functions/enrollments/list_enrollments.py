"""GET /v1/learner/me/enrollments: list the caller's enrollments, newest first, waitlisted ones included.

A place in the waitlist of a session that has ended is listed as dropped.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.enrollments.schemas import EnrollmentsData, ListedEnrollmentView
from peerlearn.bootstrap.enrollments import enrollment_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import TokenHolder
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.enrollments import EnrollmentService

app = create_app()


@app.get("/v1/learner/me/enrollments")
def list_enrollments(
    user: TokenHolder,
    enrollments: Annotated[EnrollmentService, Depends(enrollment_service)],
    status: Annotated[EnrollmentStatus | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[EnrollmentsData]:
    pager = Pager(cursors(), f"enrollments/{user.user_id}/{status or ''}")
    wanted = pager.request(page, limit, cursor)
    result = enrollments.list_mine(user, status, wanted)
    data = EnrollmentsData(enrollments=[ListedEnrollmentView.of(listing) for listing in result.entries])
    return ListSuccess[EnrollmentsData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
