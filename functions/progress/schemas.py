"""Bodies and answers of the `progress` endpoints."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.progress import STUDY_MINUTES_MAX
from peerlearn.http.models import Identifier, Moment, RequestModel, ResponseModel, WholeNumber


class ModuleCompletion(RequestModel):
    """A module that the caller has finished, and how long they studied for it."""

    module_id: Identifier
    study_minutes: Annotated[StrictInt, WholeNumber, Field(ge=0, le=STUDY_MINUTES_MAX)] = 0


class ProgressView(ResponseModel):
    """Progress in one course, over the modules it has at present; completed ones in the course's order."""

    course_id: str
    title: str
    completed_modules: int
    completed_module_ids: list[str]
    total_modules: int
    completion_percentage: int
    last_accessed: Moment | None
    status: EnrollmentStatus


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
    """A member of the course and the points earned in it."""

    rank: int
    user_id: str
    name: str
    points: int


class LeaderboardData(ResponseModel):
    leaders: list[LeaderView]
