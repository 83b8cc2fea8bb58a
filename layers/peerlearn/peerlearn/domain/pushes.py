"""Pushes as receivers see them: the shape of each event's `data`, JSON types only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from peerlearn.domain.events import EventType


class PushedMessage(TypedDict):
    """A message; also what the sender is answered."""

    messageId: str
    conversationId: str
    seq: int
    senderId: str
    receiverId: str
    message: str
    isRead: bool
    createdAt: str


class PushedReading(TypedDict):
    """Somebody has read a conversation up to a `seq`."""

    conversationId: str
    readerId: str
    readUpTo: int


class PushedTyping(TypedDict):
    """Somebody is writing to the receiver."""

    senderId: str
    conversationId: str


class PushedGrade(TypedDict):
    """A submission was graded, or its grade corrected; the feedback is read with the submission."""

    submissionId: str
    assessmentId: str
    courseId: str
    attempt: int
    grade: float
    gradedAt: str


class PushedPromotion(TypedDict):
    """A place in a waitlist became a seat: the enrolment as it is now."""

    enrollmentId: str
    learnerId: str
    courseId: str
    status: str
    enrolledAt: str
    updatedAt: str


class PushedCompletion(TypedDict):
    """The last module of a course is done; `points` are those earned in it."""

    courseId: str
    points: int


class PushedAward(TypedDict):
    """An entry of the ledger; a correction has negative points."""

    reason: str
    points: int
    reference: str
    courseId: str
    awardedAt: str


class PushedSession(TypedDict):
    """A booked session has another time or status."""

    courseId: str
    title: str
    status: str
    startsAt: str | None
    endsAt: str | None


class PushedConflict(TypedDict):
    """A session that was moved now overlaps another one that the receiver has booked: `conflictsWith` is its id."""

    courseId: str
    startsAt: str
    endsAt: str
    conflictsWith: str


PUSHED: Mapping[EventType, type] = {
    EventType.MESSAGE_CREATED: PushedMessage,
    EventType.MESSAGE_READ: PushedReading,
    EventType.TYPING: PushedTyping,
    EventType.SUBMISSION_GRADED: PushedGrade,
    EventType.ENROLLMENT_PROMOTED: PushedPromotion,
    EventType.COURSE_COMPLETED: PushedCompletion,
    EventType.POINTS_AWARDED: PushedAward,
    EventType.SESSION_UPDATED: PushedSession,
    EventType.SCHEDULE_CONFLICTED: PushedConflict,
}
