"""GET /v1/courses/{courseId}/enrollments: list the learners of a course with their progress, for its tutor.

They are in the order in which they came. `sort=name` orders them by name; `sort=progress` puts those first who have
completed the fewest modules, and `sort=lastAccessed` those who completed none, or their last one the longest ago. `q`
finds words of names by their start. Both are for courses of up to 1,000 learners. `submitted` and `missing` add up to
the assessments of the course, for those who hold a seat.

Learners who came or left a moment ago may not be listed yet, while `total` counts them.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.courses.roster_schemas import NameWords, RosterData, RosterEntryView
from peerlearn.bootstrap.courses import course_roster_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.domain.rosters import RosterOrder, RosterQuery
from peerlearn.http.app import create_app
from peerlearn.http.auth import Author
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CourseIdPath, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.course_rosters import CourseRosterService

app = create_app()


@app.get("/v1/courses/<courseId>/enrollments")
def list_roster(
    course_id: CourseIdPath,
    author: Author,
    rosters: Annotated[CourseRosterService, Depends(course_roster_service)],
    status: Annotated[EnrollmentStatus | None, BlankIsAbsent, Query()] = None,
    sort: Annotated[RosterOrder | None, BlankIsAbsent, Query()] = None,
    q: Annotated[NameWords | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[RosterData]:
    pager = Pager(cursors(), f"roster/{course_id}/{author.user_id}/{status or ''}/{sort or ''}/{q or ''}")
    wanted = pager.request(page, limit, cursor)
    result = rosters.page(author, course_id, RosterQuery(status, sort, q), wanted)
    data = RosterData(enrollments=[RosterEntryView.of(entry) for entry in result.entries])
    return ListSuccess[RosterData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
