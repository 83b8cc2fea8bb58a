"""GET /v1/courses/{courseId}/leaderboard: rank the members of a course by their points, the first hundred.

Points earned a moment ago may not show yet, nor who has just come or left. Ranks move while points are earned: each
page tells the ranks of its own moment. A cursor names the points and the user id of the last row, so that whoever's
points stay the same is seen once; whoever earns some between two pages may be seen twice or not at all.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.progress.schemas import LeaderboardData, LeaderView
from peerlearn.bootstrap.progress import points_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.paging import DEFAULT_LIMIT, page_of
from peerlearn.http.app import create_app
from peerlearn.http.auth import PresentCaller
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import CourseIdPath, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.points import PointsService

app = create_app()


@app.get("/v1/courses/<courseId>/leaderboard")
def leaderboard(
    user: PresentCaller,
    course_id: CourseIdPath,
    points: Annotated[PointsService, Depends(points_service)],
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[LeaderboardData]:
    pager = Pager(cursors(), f"/v1/courses/{course_id}/leaderboard {user.user_id}")
    wanted = pager.request(page, limit, cursor)
    found = page_of(points.leaderboard(user, course_id), wanted, lambda leader: leader.place)
    data = LeaderboardData(leaders=[LeaderView.model_validate(one) for one in found.entries])
    return ListSuccess[LeaderboardData](data=data, metadata=pager.metadata(wanted, found))


lambda_handler = app.lambda_handler
