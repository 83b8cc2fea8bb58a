"""Bodies and answers of the `profile` endpoints."""

from __future__ import annotations

from typing import Annotated

from peerlearn.domain.points import Entry, Reason
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import Language
from peerlearn.http.models import Moment, NotNull, PersonName, RequestModel, ResponseModel, Tags, TimeZone


class ProfileChange(RequestModel):
    """A change of the profile. Fields that are left out stay as they are."""

    name: Annotated[PersonName | None, NotNull] = None
    interests: Annotated[Tags | None, NotNull] = None
    learning_goals: Annotated[Tags | None, NotNull] = None
    language: Annotated[Language | None, NotNull] = None
    time_zone: Annotated[TimeZone | None, NotNull] = None


class ProfileView(ResponseModel):
    """One's own page."""

    user_id: str
    name: str
    email: str
    email_verified: bool
    language: Language
    time_zone: str
    interests: list[str]
    learning_goals: list[str]
    enrolled_courses: list[str]
    total_study_hours: float
    points: int
    badges: list[str]
    created_at: Moment


class ProfileData(ResponseModel):
    """`data` of both endpoints."""

    profile: ProfileView

    @classmethod
    def of(cls, profile: Profile) -> ProfileData:
        user = profile.user
        return cls(
            profile=ProfileView(
                user_id=user.user_id,
                name=user.name,
                email=user.email,
                email_verified=user.email_verified,
                language=user.language,
                time_zone=user.time_zone,
                interests=list(user.interests),
                learning_goals=list(user.learning_goals),
                enrolled_courses=profile.enrolled_courses,
                total_study_hours=profile.total_study_hours,
                points=profile.points,
                badges=list(profile.badges),
                created_at=user.created_at,
            )
        )


class EntryView(ResponseModel):
    """An award, or, with negative points, one taken back; `reference` names what earned it."""

    reason: Reason
    points: int
    reference: str
    awarded_at: Moment

    @classmethod
    def of(cls, entry: Entry) -> EntryView:
        award = entry.award
        return cls(reason=award.reason, points=award.points, reference=award.key, awarded_at=entry.awarded_at)


class LedgerData(ResponseModel):
    """`data` of the ledger."""

    entries: list[EntryView]
