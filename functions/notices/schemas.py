"""Bodies and answers of the endpoints about notices: a field for each kind of news, a field in it for each channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StrictBool

from peerlearn.domain.notices import Channel, Notice, Wish, Wishes, wants
from peerlearn.http.models import NotNull, RequestModel, ResponseModel


class ChannelsChange(RequestModel):
    """A kind of news by channel. A channel that is left out stays as it is."""

    email: Annotated[StrictBool | None, NotNull] = None
    push: Annotated[StrictBool | None, NotNull] = None


class NoticesChange(RequestModel):
    """A change of wishes. Kinds that are left out stay as they are."""

    session_reminder: Annotated[ChannelsChange | None, NotNull, Field(alias="session.reminder")] = None
    session_changed: Annotated[ChannelsChange | None, NotNull, Field(alias="session.changed")] = None
    enrollment_promoted: Annotated[ChannelsChange | None, NotNull, Field(alias="enrollment.promoted")] = None
    submission_graded: Annotated[ChannelsChange | None, NotNull, Field(alias="submission.graded")] = None
    assessment_due: Annotated[ChannelsChange | None, NotNull, Field(alias="assessment.due")] = None
    message_unread: Annotated[ChannelsChange | None, NotNull, Field(alias="message.unread")] = None
    review_assigned: Annotated[ChannelsChange | None, NotNull, Field(alias="review.assigned")] = None
    announcement: Annotated[ChannelsChange | None, NotNull, Field(alias="announcement")] = None

    def wishes(self) -> Wishes:
        """Return what is said."""
        return dict(self._said())

    def _said(self) -> Iterator[tuple[Wish, bool]]:
        for notice in Notice:
            channels = getattr(self, _field(notice))
            for channel in Channel:
                wanted = getattr(channels, channel.value, None)
                if wanted is not None:
                    yield Wish(notice, channel), wanted


class ChannelsView(ResponseModel):
    """Whether a kind of news comes by mail, and as a push."""

    email: bool
    push: bool


class NoticesView(ResponseModel):
    """Every kind of news that may be turned off. Mails about the account's security are none of them."""

    session_reminder: ChannelsView = Field(alias="session.reminder")
    session_changed: ChannelsView = Field(alias="session.changed")
    enrollment_promoted: ChannelsView = Field(alias="enrollment.promoted")
    submission_graded: ChannelsView = Field(alias="submission.graded")
    assessment_due: ChannelsView = Field(alias="assessment.due")
    message_unread: ChannelsView = Field(alias="message.unread")
    review_assigned: ChannelsView = Field(alias="review.assigned")
    announcement: ChannelsView = Field(alias="announcement")


class NoticesData(ResponseModel):
    """`data` of both endpoints."""

    notifications: NoticesView

    @classmethod
    def of(cls, wishes: Wishes) -> NoticesData:
        kinds = {
            notice.value: ChannelsView(
                email=wants(wishes, notice, Channel.EMAIL), push=wants(wishes, notice, Channel.PUSH)
            )
            for notice in Notice
        }
        return cls(notifications=NoticesView.model_validate(kinds))


def _field(notice: Notice) -> str:
    return notice.value.replace(".", "_")
