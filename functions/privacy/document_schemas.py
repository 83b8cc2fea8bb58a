"""The document that an export is."""

from __future__ import annotations

from typing import Self

from peerlearn.domain.audit import AuditAction
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.exports import Correspondence, KeptFile, PersonalData
from peerlearn.domain.messages import Conversation, Message
from peerlearn.domain.points import Entry, Reason
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import REFRESH_TOKEN_LIFETIME, Role, SignInSession
from peerlearn.http.grades import ShownGrade
from peerlearn.http.models import Moment, ResponseModel


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

    @classmethod
    def of(cls, profile: Profile) -> ExportedProfile:
        user = profile.user
        return cls(
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
        )


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

    @classmethod
    def of(cls, enrollment: Enrollment, title: str) -> ExportedEnrollment:
        modules = enrollment.completed_modules.items()
        return cls(
            enrollment_id=enrollment.enrollment_id,
            course_id=enrollment.course_id,
            title=title,
            status=enrollment.status.value,
            enrolled_at=enrollment.enrolled_at,
            updated_at=enrollment.updated_at,
            waiting_since=enrollment.waiting_since,
            last_accessed=enrollment.last_accessed,
            points=enrollment.points,
            completed_modules=[ExportedModule(module_id=module, study_minutes=minutes) for module, minutes in modules],
        )


class ExportedEntry(ResponseModel):
    reason: Reason
    points: int
    study_minutes: int
    reference: str
    course_id: str
    awarded_at: Moment

    @classmethod
    def of(cls, entry: Entry) -> ExportedEntry:
        return cls(
            reason=entry.award.reason,
            points=entry.award.points,
            study_minutes=entry.award.minutes,
            reference=entry.award.key,
            course_id=entry.award.course_id,
            awarded_at=entry.awarded_at,
        )


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
    """A grading that a correction replaced; one that reopened the submission has neither a grade nor its time."""

    assessment_id: str
    attempt: int
    grade: ShownGrade | None
    feedback: str | None
    graded_at: Moment | None


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

    @classmethod
    def of(cls, session: SignInSession, *, ended: bool) -> ExportedSession:
        return cls(
            signed_in_at=session.expires_at - REFRESH_TOKEN_LIFETIME,
            last_used_at=session.rotated_at,
            expires_at=session.expires_at,
            ended=ended,
        )


class ExportedUpload(ResponseModel):
    file: str
    size: int
    uploaded_at: Moment

    @classmethod
    def of(cls, file: KeptFile) -> ExportedUpload:
        return cls(file=file.key.rpartition("/")[2], size=file.size, uploaded_at=file.stored_at)


class ExportedCourse(ResponseModel):
    course_id: str
    title: str


class ExportedCalendar(ResponseModel):
    created_at: Moment


class ExportedRecord(ResponseModel):
    """Something small that they have stored for themselves; its kind says what its fields mean."""

    kind: str
    fields: dict[str, str | int | bool | list[str] | None]


class ExportedPeer(ResponseModel):
    user_id: str
    name: str

    @classmethod
    def of(cls, with_peer: Correspondence) -> ExportedPeer:
        return cls(user_id=with_peer.peer_id, name=with_peer.peer_name)


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

    @classmethod
    def of(cls, conversation: Conversation, message: Message) -> ExportedMessage:
        return cls(
            message_id=message.message_id,
            seq=message.seq,
            sender_id=message.sender_id,
            message=message.text,
            is_read=conversation.is_read(message),
            created_at=message.created_at,
        )


class ExportedConversation(ResponseModel):
    """Own and received messages, oldest first."""

    peer: ExportedPeer
    messages: list[ExportedMessage]

    @classmethod
    def of(cls, with_peer: Correspondence) -> ExportedConversation:
        messages = [ExportedMessage.of(with_peer.conversation, message) for message in with_peer.messages]
        return cls(peer=ExportedPeer.of(with_peer), messages=messages)


class ExportDocument(ResponseModel):
    """Everything that is kept about one person, as the file of an export holds it."""

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
    records: list[ExportedRecord]
    audited_actions: list[ExportedAction]
    conversations: list[ExportedConversation]

    @classmethod
    def of(cls, data: PersonalData) -> Self:
        """Return the data in the form in which its owner gets it, all of it in memory."""
        own, profile, titles = data.own, data.own.profile, data.titles
        live = profile.standing.sessions if profile.standing else ()
        return cls(
            generated_at=data.generated_at,
            profile=ExportedProfile.of(profile),
            enrollments=[ExportedEnrollment.of(one, titles.get(one.course_id, "")) for one in profile.enrollments],
            points=[ExportedEntry.of(one) for one in own.entries],
            submissions=[ExportedSubmission.model_validate(one) for one in own.submissions],
            past_gradings=[ExportedGrading.model_validate(one) for one in own.past_gradings],
            uploads=[ExportedUpload.of(one) for one in data.files],
            schedule=[ExportedSlot.model_validate(one) for one in own.slots],
            sessions=[ExportedSession.of(one, ended=one.session_id not in live) for one in own.sessions],
            connected_since=list(own.connected_at),
            taught_courses=[ExportedCourse(course_id=one, title=titles.get(one, "")) for one in own.taught_courses],
            calendar_link=ExportedCalendar(created_at=own.calendar_since) if own.calendar_since else None,
            records=[ExportedRecord.model_validate(one) for one in own.records],
            audited_actions=[ExportedAction.model_validate(one) for one in data.audit],
            conversations=[ExportedConversation.of(one) for one in data.conversations],
        )
