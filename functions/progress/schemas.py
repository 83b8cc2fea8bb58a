"""Bodies and answers of the `progress` endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StrictInt

from peerlearn.domain.courses import Kind
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.leaderboard import Leader, OwnRank
from peerlearn.domain.progress import STUDY_MINUTES_MAX
from peerlearn.http.models import Identifier, Moment, RequestModel, ResponseModel, WholeNumber, is_none


class ModuleCompletion(RequestModel):
    """A module that the caller has finished, and how long they studied for it."""

    module_id: Identifier
    study_minutes: Annotated[StrictInt, WholeNumber, Field(ge=0, le=STUDY_MINUTES_MAX)] = 0


class ProgressView(ResponseModel):
    """Progress in one course, over the modules it has at present; completed ones in the course's order.

    `nextDueAt` is the soonest due date to come, of an assessment that the caller has not handed in.
    """

    course_id: str
    title: str
    kind: Kind
    starts_at: Moment | None
    ends_at: Moment | None
    completed_modules: int
    completed_module_ids: list[str]
    total_modules: int
    completion_percentage: int
    last_accessed: Moment | None
    status: EnrollmentStatus
    next_due_at: Moment | None


class SummaryView(ResponseModel):
    """Over every active or completed course, whatever the page."""

    courses: int
    completed: int
    average_percentage: int
    total_study_hours: float
    points: int


class ProgressData(ResponseModel):
    progress: ProgressView


class ProgressListData(ResponseModel):
    progress: list[ProgressView]
    summary: SummaryView


class LeaderView(ResponseModel):
    """A member of the course and the points earned in it; without a rank where more than 1,000 members are ahead."""

    rank: int | None
    user_id: str
    name: str
    points: int


class OwnRankView(ResponseModel):
    """The caller's own rank; null where more than 1,000 members are ahead."""

    rank: int | None
    points: int


class LeaderboardData(ResponseModel):
    """`me` is absent where the caller is no member."""

    leaders: list[LeaderView]
    me: OwnRankView | None = Field(exclude_if=is_none)

    @classmethod
    def of(cls, rows: Sequence[Leader], me: OwnRank | None) -> LeaderboardData:
        own = OwnRankView.model_validate(me) if me else None
        return cls(leaders=[LeaderView.model_validate(row) for row in rows], me=own)
