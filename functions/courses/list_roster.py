"""GET /v1/courses/{courseId}/enrollments: list the learners of a course for its tutor, first come first.

Learners who came or left a moment ago may not be listed yet, while `total` counts them.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.courses.authoring_schemas import RosterData, RosterEntryView
from peerlearn.bootstrap.courses import authoring_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Author
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CourseIdPath, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.authoring import AuthoringService

app = create_app()


@app.get("/v1/courses/<courseId>/enrollments")
def list_roster(
    course_id: CourseIdPath,
    author: Author,
    authoring: Annotated[AuthoringService, Depends(authoring_service)],
    status: Annotated[EnrollmentStatus | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[RosterData]:
    pager = Pager(cursors(), f"roster/{course_id}/{author.user_id}/{status or ''}")
    wanted = pager.request(page, limit, cursor)
    result = authoring.roster(author, course_id, status, wanted)
    data = RosterData(enrollments=[RosterEntryView.of(entry) for entry in result.entries])
    return ListSuccess[RosterData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
