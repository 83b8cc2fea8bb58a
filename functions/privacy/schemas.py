"""Answers of the `privacy` endpoints, and the document that an export is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Literal

from pydantic import Field

from peerlearn.domain.audit import AuditAction
from peerlearn.domain.exports import Correspondence, ExportRecord, PersonalData
from peerlearn.domain.messages import Message
from peerlearn.domain.points import Reason
from peerlearn.domain.users import REFRESH_TOKEN_LIFETIME, Role
from peerlearn.http.grades import ShownGrade
from peerlearn.http.models import Moment, ResponseModel, is_none
from peerlearn.services.exports import ExportDownload


class ExportedProfile(ResponseModel):
    user_id: str
    name: str
    email: str
    role: Role
    interests: list[str]
    learning_goals: list[str]
    points: int
    total_study_hours: float
    badges: list[str]
    created_at: Moment


class ExportedModule(ResponseModel):
    module_id: str
    study_minutes: int


class ExportedEnrollment(ResponseModel):
    """`waitingSince` is the place in the waitlist, for a waitlisted one."""

    enrollment_id: str
    course_id: str
    title: str
    status: str
    enrolled_at: Moment
    updated_at: Moment
    waiting_since: str | None
    last_accessed: Moment | None
    points: int
    completed_modules: list[ExportedModule]


class ExportedEntry(ResponseModel):
    reason: Reason
    points: int
    study_minutes: int
    reference: str
    course_id: str
    awarded_at: Moment


class ExportedSubmission(ResponseModel):
    submission_id: str
    assessment_id: str
    course_id: str
    attempt: int
    submission_url: str
    file_name: str | None
    submitted_at: Moment
    late: bool
    grade: ShownGrade | None
    feedback: str | None
    graded_at: Moment | None


class ExportedGrading(ResponseModel):
    """A grading that a correction replaced."""

    assessment_id: str
    attempt: int
    grade: ShownGrade
    feedback: str | None
    graded_at: Moment


class ExportedSlot(ResponseModel):
    course_id: str
    starts_at: Moment
    ends_at: Moment


class ExportedSession(ResponseModel):
    """A sign-in on one device."""

    signed_in_at: Moment
    last_used_at: Moment
    expires_at: Moment
    ended: bool


class ExportedUpload(ResponseModel):
    file: str
    size: int
    uploaded_at: Moment


class ExportedCourse(ResponseModel):
    course_id: str
    title: str


class ExportedCalendar(ResponseModel):
    created_at: Moment


class ExportedPeer(ResponseModel):
    user_id: str
    name: str


class ExportedAction(ResponseModel):
    """An entry of the audit trail about something that they did."""

    at: Moment
    action: AuditAction
    target: str
    source: str
    outcome: str
    details: dict[str, str | int | float | bool | None]


class ExportedMessage(ResponseModel):
    message_id: str
    seq: int
    sender_id: str
    message: str
    is_read: bool
    created_at: Moment


class ExportedConversation(ResponseModel):
    """Own and received messages, oldest first."""

    peer: ExportedPeer
    messages: list[ExportedMessage]


class ExportDocument(ResponseModel):
    """Everything that is kept about one person: what the file of an export holds."""

    generated_at: Moment
    profile: ExportedProfile
    enrollments: list[ExportedEnrollment]
    points: list[ExportedEntry]
    submissions: list[ExportedSubmission]
    past_gradings: list[ExportedGrading]
    uploads: list[ExportedUpload]
    schedule: list[ExportedSlot]
    sessions: list[ExportedSession]
    connected_since: list[Moment]
    taught_courses: list[ExportedCourse]
    calendar_link: ExportedCalendar | None
    audited_actions: list[ExportedAction]
    conversations: list[ExportedConversation]


class CompleteExport(ExportDocument):
    """A small export is the answer itself."""

    status: Literal["complete"] = "complete"


class PendingExport(ResponseModel):
    """A large one is being written to a file, or is there.

    `preparing`: ask again after `Retry-After` seconds. `ready`: fetch it from `url` until `urlExpiresAt`; asking again
    gives another link to the same file until `expiresAt`.
    """

    status: Literal["preparing", "ready"]
    requested_at: Moment
    generated_at: Moment | None = Field(default=None, exclude_if=is_none)
    size: int | None = Field(default=None, exclude_if=is_none)
    url: str | None = Field(default=None, exclude_if=is_none)
    url_expires_at: Moment | None = Field(default=None, exclude_if=is_none)
    expires_at: Moment | None = Field(default=None, exclude_if=is_none)


class ExportData(ResponseModel):
    export: CompleteExport | PendingExport

    @classmethod
    def of(cls, found: PersonalData | ExportRecord | ExportDownload) -> ExportData:
        if isinstance(found, PersonalData):
            return cls(export=CompleteExport.model_validate(document_of(found), from_attributes=True))
        if isinstance(found, ExportRecord):
            return cls(export=PendingExport(status="preparing", requested_at=found.requested_at))
        record = found.record
        return cls(
            export=PendingExport(
                status="ready",
                requested_at=record.requested_at,
                generated_at=record.ready_at,
                size=record.size,
                url=found.url,
                url_expires_at=found.expires_at,
                expires_at=record.expires_at,
            )
        )


def document_of(data: PersonalData, *, with_conversations: bool = True) -> ExportDocument:
    """The data in the form in which its owner gets it; without conversations all of it is in memory anyway."""
    own, profile, user = data.own, data.own.profile, data.own.profile.user
    return ExportDocument(
        generated_at=data.generated_at,
        profile=ExportedProfile(
            user_id=user.user_id,
            name=user.name,
            email=user.email,
            role=user.role,
            interests=list(user.interests),
            learning_goals=list(user.learning_goals),
            points=profile.points,
            total_study_hours=profile.total_study_hours,
            badges=list(profile.badges),
            created_at=user.created_at,
        ),
        enrollments=[
            ExportedEnrollment(
                enrollment_id=one.enrollment_id,
                course_id=one.course_id,
                title=data.titles.get(one.course_id, ""),
                status=one.status.value,
                enrolled_at=one.enrolled_at,
                updated_at=one.updated_at,
                waiting_since=one.waiting_since,
                last_accessed=one.last_accessed,
                points=one.points,
                completed_modules=[
                    ExportedModule(module_id=module, study_minutes=minutes)
                    for module, minutes in one.completed_modules.items()
                ],
            )
            for one in profile.enrollments
        ],
        points=[
            ExportedEntry(
                reason=one.award.reason,
                points=one.award.points,
                study_minutes=one.award.minutes,
                reference=one.award.key,
                course_id=one.award.course_id,
                awarded_at=one.awarded_at,
            )
            for one in own.entries
        ],
        submissions=[ExportedSubmission.model_validate(one) for one in own.submissions],
        past_gradings=[ExportedGrading.model_validate(one) for one in own.past_gradings],
        uploads=[
            ExportedUpload(file=one.key.rpartition("/")[2], size=one.size, uploaded_at=one.stored_at)
            for one in data.files
        ],
        schedule=[ExportedSlot.model_validate(one) for one in own.slots],
        sessions=[
            ExportedSession(
                signed_in_at=one.expires_at - REFRESH_TOKEN_LIFETIME,
                last_used_at=one.rotated_at,
                expires_at=one.expires_at,
                ended=one.session_id not in (profile.standing.sessions if profile.standing else ()),
            )
            for one in own.sessions
        ],
        connected_since=list(own.connected_at),
        taught_courses=[ExportedCourse(course_id=one, title=data.titles.get(one, "")) for one in own.taught_courses],
        calendar_link=ExportedCalendar(created_at=own.calendar_since) if own.calendar_since else None,
        audited_actions=[ExportedAction.model_validate(one) for one in data.audit],
        conversations=[
            ExportedConversation(peer=_peer(one), messages=[_message(one, message) for message in one.messages])
            for one in (data.conversations if with_conversations else ())
        ],
    )


def render(data: PersonalData) -> Iterator[bytes]:
    """The document as JSON in UTF-8, a message at a time: conversations come last and may be longer than memory."""
    rest = document_of(data, with_conversations=False).model_dump_json(by_alias=True)
    yield rest.removesuffix("]}").encode()
    for number, one in enumerate(data.conversations):
        yield f'{"," if number else ""}{{"peer":{_peer(one).model_dump_json(by_alias=True)},"messages":['.encode()
        separators = chain(("",), iter(lambda: ",", None))
        for separator, message in zip(separators, one.messages, strict=False):
            yield (separator + _message(one, message).model_dump_json(by_alias=True)).encode()
        yield b"]}"
    yield b"]}"


def _peer(one: Correspondence) -> ExportedPeer:
    return ExportedPeer(user_id=one.peer_id, name=one.peer_name)


def _message(one: Correspondence, message: Message) -> ExportedMessage:
    return ExportedMessage(
        message_id=message.message_id,
        seq=message.seq,
        sender_id=message.sender_id,
        message=message.text,
        is_read=one.conversation.is_read(message),
        created_at=message.created_at,
    )
