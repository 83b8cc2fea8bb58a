"""Statistics of an assessment's grades."""

from __future__ import annotations

from pydantic import Field

from peerlearn.domain.agenda import Statistics
from peerlearn.http.models import ResponseModel


class BarView(ResponseModel):
    """How many grades are from one bound on and below the other; the last bar has the highest grade, too."""

    start: float = Field(serialization_alias="from")
    end: float = Field(serialization_alias="to")
    count: int


class StatisticsView(ResponseModel):
    """Over the members who have a grade. `mean` and `median` have two decimals; null without grades."""

    graded: int
    mean: float | None
    median: float | None
    distribution: list[BarView]


class StatisticsData(ResponseModel):
    statistics: StatisticsView

    @classmethod
    def of(cls, statistics: Statistics) -> StatisticsData:
        return cls(statistics=StatisticsView.model_validate(statistics))
