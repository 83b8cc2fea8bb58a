"""GET /v1/courses/{courseId}/leaderboard: rank the members of a course by their points, the first hundred.

`data.me` is the caller's own rank, also below the hundredth; a caller who is no member has none. Members ahead are
counted up to a thousand: with more of them the rank is null. With `around=me` there is one page, of the caller's row
and those next to it, `limit` in all; members without points come behind the others, in the order of their enrolment.

Points earned a moment ago may not show yet, nor members who have just come or left. Ranks move while points are earned:
each page tells the ranks of its own moment. A cursor names the points and the user id of the last row, so that a member
whose points stay the same is seen once; one who earns some between two pages may be seen twice or not at all.
"""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.progress.schemas import LeaderboardData
from peerlearn.bootstrap.progress import leaderboard_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT, PageResult, page_of
from peerlearn.http.app import create_app
from peerlearn.http.auth import ProvenCaller
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CourseIdPath, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager, only_page
from peerlearn.services.leaderboard import LeaderboardService

app = create_app()


@app.get("/v1/courses/<courseId>/leaderboard")
def leaderboard(
    user: ProvenCaller,
    course_id: CourseIdPath,
    leaderboards: Annotated[LeaderboardService, Depends(leaderboard_service)],
    around: Annotated[Literal["me"] | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[LeaderboardData]:
    pager = Pager(cursors(), f"/v1/courses/{course_id}/leaderboard {user.user_id}")
    if around is None:
        wanted = pager.request(page, limit, cursor)
        board = leaderboards.first(user, course_id)
        found = page_of(board.rows, wanted, lambda leader: leader.place)
    else:
        wanted = only_page("around", page, limit, cursor)
        board = leaderboards.around(user, course_id, limit)
        found = PageResult(board.rows, len(board.rows))
    return ListSuccess[LeaderboardData](
        data=LeaderboardData.of(found.entries, board.me), metadata=pager.metadata(wanted, found)
    )


lambda_handler = app.lambda_handler
