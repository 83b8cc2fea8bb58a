"""GET /v1/learner/me/enrollments: list the caller's enrollments, newest first, waitlisted ones included.

Each comes with what its course is at present. `position` is the place in line while waitlisted, else null: exact up to
1,000 and rounded up to the next hundred beyond. `nextDueAt` is the soonest due date to come, of an assessment that a
member has not handed in. A place in the waitlist of a session that has ended is listed as dropped.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.enrollments.schemas import EnrollmentsData, ListedEnrollmentView
from peerlearn.bootstrap.enrollments import own_enrollment_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import TokenHolder
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.own_enrollments import OwnEnrollmentService

app = create_app()


@app.get("/v1/learner/me/enrollments")
def list_enrollments(
    user: TokenHolder,
    enrollments: Annotated[OwnEnrollmentService, Depends(own_enrollment_service)],
    status: Annotated[EnrollmentStatus | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[EnrollmentsData]:
    pager = Pager(cursors(), f"enrollments/{user.user_id}/{status or ''}")
    wanted = pager.request(page, limit, cursor)
    result = enrollments.page(user, status, wanted)
    data = EnrollmentsData(enrollments=[ListedEnrollmentView.of(listing) for listing in result.entries])
    return ListSuccess[EnrollmentsData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
