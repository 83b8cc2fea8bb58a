"""Every item of the table, and nothing but their shapes: entity in, item out, and back.

Each item names its kind in `entity`, which the stream's filters read. Attributes are camelCase like the API's fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from peerlearn.domain.assessments import Assessment, StoredFile, Submission
from peerlearn.domain.catalogue import Listing
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Module, Seats, Tutor
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus, Schedule, Slot
from peerlearn.domain.messages import Conversation, Link, Message, Pair, Reading
from peerlearn.domain.points import Award, Entry, Reason, Totals
from peerlearn.domain.realtime import Connection, Ticket
from peerlearn.domain.throttling import Failures
from peerlearn.domain.users import Credential, Role, Session, User
from peerlearn.persistence import keys

Item = dict[str, Any]


class Entity(StrEnum):
    """The kinds of items, as the stream's filters name them."""

    CREDENTIAL = "Credential"
    PROFILE = "Profile"
    SESSION = "Session"
    TOTALS = "Totals"
    SCHEDULE = "Schedule"
    COURSE = "Course"
    OUTLINE = "Outline"
    SEATS = "Seats"
    LISTING = "Listing"
    CATALOGUE_ENTRY = "CatalogueEntry"
    CATALOGUE_COUNTER = "CatalogueCounter"
    ENROLLMENT = "Enrollment"
    WAIT = "Wait"
    ASSESSMENT = "Assessment"
    SUBMISSION = "Submission"
    PAST_ATTEMPT = "PastAttempt"
    PAST_GRADE = "PastGrade"
    SUBMISSION_COUNTER = "SubmissionCounter"
    POINTS = "Points"
    CONVERSATION = "Conversation"
    MESSAGE = "Message"
    CLIENT_MESSAGE = "ClientMessage"
    INBOX = "Inbox"
    CONNECTION = "Connection"
    TICKET = "Ticket"
    THROTTLE = "Throttle"


# What the last write of an item was, where only some of its writes interest the stream's filters: these see an item
# before and after but cannot compare the two, and an event source has five filters at most.
LAST_CHANGE = "lastChange"


class LastChange(StrEnum):
    """Values of `LAST_CHANGE`."""

    MESSAGE = "message"
    READ = "read"
    PROFILE = "profile"
    ENDED = "ended"
    GRADED = "graded"


def stored_time(item: Item, name: str) -> datetime | None:
    """A time attribute, or None where the item has none."""
    text = item.get(name)
    return from_rfc3339(text) if text else None


def _account(user: User) -> Item:
    return {
        "userId": user.user_id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "interests": list(user.interests),
        "learningGoals": list(user.learning_goals),
        "createdAt": to_rfc3339(user.created_at),
        "sessionEpoch": user.session_epoch,
    }


def profile_item(user: User) -> Item:
    return {**keys.profile(user.user_id).as_item(), "entity": Entity.PROFILE.value, **_account(user)}


def credential_item(credential: Credential) -> Item:
    return {
        **keys.credential(credential.user.email).as_item(),
        "entity": Entity.CREDENTIAL.value,
        **_account(credential.user),
        "passwordHash": credential.password_hash,
    }


def user_of(item: Item) -> User:
    """From a profile or a credential item."""
    return User(
        user_id=item["userId"],
        name=item["name"],
        email=item["email"],
        role=Role(item["role"]),
        interests=tuple(item["interests"]),
        learning_goals=tuple(item["learningGoals"]),
        created_at=from_rfc3339(item["createdAt"]),
        session_epoch=int(item["sessionEpoch"]),
        kept_session=item.get("keptSession"),
    )


def credential_of(item: Item) -> Credential:
    return Credential(password_hash=item["passwordHash"], user=user_of(item))


def session_item(session: Session) -> Item:
    item = {
        **keys.session(session.user_id, session.session_id).as_item(),
        "entity": Entity.SESSION.value,
        "sessionId": session.session_id,
        "userId": session.user_id,
        "generation": session.generation,
        "tokenHash": session.token_hash,
        "rotatedAt": to_rfc3339(session.rotated_at),
        "expiresAt": to_rfc3339(session.expires_at),
        "ttl": int(session.expires_at.timestamp()),
        "epoch": session.epoch,
        "revoked": session.revoked,
    }
    if session.previous_hash:
        item["previousHash"] = session.previous_hash
    return item


def session_of(item: Item) -> Session:
    return Session(
        session_id=item["sessionId"],
        user_id=item["userId"],
        generation=int(item["generation"]),
        token_hash=item["tokenHash"],
        rotated_at=from_rfc3339(item["rotatedAt"]),
        expires_at=from_rfc3339(item["expiresAt"]),
        epoch=int(item["epoch"]),
        previous_hash=item.get("previousHash"),
        revoked=bool(item["revoked"]),
    )


def failures_of(item: Item) -> Failures:
    """From a throttle item."""
    return Failures(int(item["failures"]), from_rfc3339(item["closesAt"]))


# -- courses ----------------------------------------------------------------------------------------------------------


def course_item(course: Course) -> Item:
    item = {
        **keys.course(course.course_id).as_item(),
        "entity": Entity.COURSE.value,
        "courseId": course.course_id,
        "title": course.title,
        "description": course.description,
        "subject": course.subject,
        "level": course.level.value,
        "kind": course.kind.value,
        "tutorId": course.tutor.user_id,
        "tutorName": course.tutor.name,
        "status": course.status.value,
        "createdAt": to_rfc3339(course.created_at),
        "version": course.version,
        "assessmentCount": course.assessment_count,
    }
    return item | _times(course.starts_at, course.ends_at)


def course_of(item: Item) -> Course:
    return Course(
        course_id=item["courseId"],
        title=item["title"],
        description=item["description"],
        subject=item["subject"],
        level=Level(item["level"]),
        kind=Kind(item["kind"]),
        tutor=Tutor(item["tutorId"], item["tutorName"]),
        status=CourseStatus(item["status"]),
        starts_at=stored_time(item, "startsAt"),
        ends_at=stored_time(item, "endsAt"),
        created_at=from_rfc3339(item["createdAt"]),
        version=int(item["version"]),
        assessment_count=int(item["assessmentCount"]),
    )


def outline_item(course_id: str, modules: Sequence[Module]) -> Item:
    return {
        **keys.outline(course_id).as_item(),
        "entity": Entity.OUTLINE.value,
        "courseId": course_id,
        "modules": [
            {"moduleId": module.module_id, "title": module.title, "minutes": module.minutes} for module in modules
        ],
    }


def modules_of(item: Item) -> tuple[Module, ...]:
    """From an outline item."""
    return tuple(Module(m["moduleId"], m["title"], int(m["minutes"])) for m in item["modules"])


def seats_item(seats: Seats) -> Item:
    item = {
        **keys.seats(seats.course_id).as_item(),
        "entity": Entity.SEATS.value,
        "courseId": seats.course_id,
        "seatsTaken": seats.taken,
        "waitlistLength": seats.waitlist_length,
        "completedCount": seats.completed,
        "droppedCount": seats.dropped,
        "status": seats.status.value,
        "kind": seats.kind.value,
    }
    if seats.capacity is not None:
        item["capacity"] = seats.capacity
    return item | _times(seats.starts_at, seats.ends_at)


def seats_of(item: Item) -> Seats:
    return Seats(
        course_id=item["courseId"],
        capacity=int(item["capacity"]) if "capacity" in item else None,
        taken=int(item["seatsTaken"]),
        waitlist_length=int(item["waitlistLength"]),
        completed=int(item["completedCount"]),
        dropped=int(item["droppedCount"]),
        status=CourseStatus(item["status"]),
        kind=Kind(item["kind"]),
        starts_at=stored_time(item, "startsAt"),
        ends_at=stored_time(item, "endsAt"),
    )


def assessment_item(assessment: Assessment) -> Item:
    item = {
        **keys.assessment(assessment.course_id, assessment.assessment_id).as_item(),
        "entity": Entity.ASSESSMENT.value,
        "assessmentId": assessment.assessment_id,
        "courseId": assessment.course_id,
        "title": assessment.title,
        "instructions": assessment.instructions,
        "maxGrade": assessment.max_grade,
        "allowLate": assessment.allow_late,
        "createdAt": to_rfc3339(assessment.created_at),
    }
    if assessment.due_at is not None:
        item["dueAt"] = to_rfc3339(assessment.due_at)
    return item


def assessment_of(item: Item) -> Assessment:
    return Assessment(
        assessment_id=item["assessmentId"],
        course_id=item["courseId"],
        title=item["title"],
        instructions=item["instructions"],
        max_grade=int(item["maxGrade"]),
        due_at=stored_time(item, "dueAt"),
        allow_late=bool(item["allowLate"]),
        created_at=from_rfc3339(item["createdAt"]),
    )


def _times(starts_at: datetime | None, ends_at: datetime | None) -> Item:
    # An absent attribute, not a null: conditions ask for existence.
    times = {"startsAt": starts_at, "endsAt": ends_at}
    return {name: to_rfc3339(moment) for name, moment in times.items() if moment is not None}


# -- catalogue --------------------------------------------------------------------------------------------------------


def catalogue_entry_item(shelf: str, created_at: str, course_id: str, words: Sequence[str]) -> Item:
    return {
        **keys.catalogue_entry(shelf, created_at, course_id).as_item(),
        "entity": Entity.CATALOGUE_ENTRY.value,
        "courseId": course_id,
        "words": list(words),
    }


# The shelf of every course has no facets and so an empty name, which no key of a map may be. Other names have a `=`.
_WHOLE_CATALOGUE = "*"


def listing_item(course_id: str, listing: Listing) -> Item:
    return {
        **keys.listing(course_id).as_item(),
        "entity": Entity.LISTING.value,
        "courseId": course_id,
        "version": listing.version,
        "courseVersion": listing.course_version,
        "marks": {shelf or _WHOLE_CATALOGUE: mark for shelf, mark in listing.marks.items()},
    }


def listing_of(item: Item | None) -> Listing:
    """Where a course stands; an absent item is a course that stands nowhere."""
    if item is None:
        return Listing()
    marks = {"" if name == _WHOLE_CATALOGUE else name: mark for name, mark in item["marks"].items()}
    return Listing(int(item["version"]), int(item["courseVersion"]), marks)


# -- enrolments -------------------------------------------------------------------------------------------------------


def enrollment_of(item: Item) -> Enrollment:
    return Enrollment(
        learner_id=item["learnerId"],
        course_id=item["courseId"],
        status=EnrollmentStatus(item["status"]),
        enrolled_at=from_rfc3339(item["enrolledAt"]),
        updated_at=from_rfc3339(item["updatedAt"]),
        waiting_since=item.get("waitingSince"),
        completed_modules={module: int(minutes) for module, minutes in item.get("completedModules", {}).items()},
        last_accessed=stored_time(item, "lastAccessed"),
        points=int(item.get("points", 0)),
    )


def enrollment_fields(learner_id: str, course_id: str, began_at: datetime) -> Item:
    """What an enrolment gets whenever it begins anew; progress and points stay as they were."""
    began = to_rfc3339(began_at)
    return {
        "entity": Entity.ENROLLMENT.value,
        "learnerId": learner_id,
        "courseId": course_id,
        "enrolledAt": began,
        "GSI1PK": keys.roster_partition(course_id),
        "GSI1SK": f"{began}#{learner_id}",
    }


def wait_item(course_id: str, learner_id: str, waiting_since: str) -> Item:
    return {
        **keys.wait(course_id, waiting_since, learner_id).as_item(),
        "entity": Entity.WAIT.value,
        "courseId": course_id,
        "learnerId": learner_id,
        "waitingSince": waiting_since,
    }


def schedule_of(item: Item | None) -> Schedule:
    """The schedule of a learner; an absent item is an empty one of version 0."""
    if item is None:
        return Schedule(0, {})
    return Schedule(
        int(item["version"]),
        {
            course_id: Slot(course_id, from_rfc3339(slot["startsAt"]), from_rfc3339(slot["endsAt"]))
            for course_id, slot in item["slots"].items()
        },
    )


def schedule_item(user_id: str, schedule: Schedule) -> Item:
    return {
        **keys.schedule(user_id).as_item(),
        "entity": Entity.SCHEDULE.value,
        "userId": user_id,
        "version": schedule.version,
        "slots": {
            slot.course_id: {"startsAt": to_rfc3339(slot.starts_at), "endsAt": to_rfc3339(slot.ends_at)}
            for slot in schedule.slots.values()
        },
    }


# -- points -----------------------------------------------------------------------------------------------------------


def totals_of(user_id: str, item: Item | None) -> Totals:
    """The sums of a learner's ledger; an absent item is those of an empty one."""
    if item is None:
        return Totals(user_id)
    return Totals(
        learner_id=user_id,
        version=int(item["version"]),
        submissions=int(item["submissions"]),
        entries=int(item["entries"]),
        points=int(item["points"]),
        study_minutes=int(item["studyMinutes"]),
        modules=int(item["modules"]),
        courses=int(item["courses"]),
        perfect_grades=int(item["perfectGrades"]),
        streak=int(item["streak"]),
        longest_streak=int(item["longestStreak"]),
        active_on=date.fromisoformat(item["activeOn"]) if "activeOn" in item else None,
    )


def totals_item(totals: Totals) -> Item:
    item = {
        **keys.totals(totals.learner_id).as_item(),
        "entity": Entity.TOTALS.value,
        "userId": totals.learner_id,
        "version": totals.version,
        "submissions": totals.submissions,
        "entries": totals.entries,
        "points": totals.points,
        "studyMinutes": totals.study_minutes,
        "modules": totals.modules,
        "courses": totals.courses,
        "perfectGrades": totals.perfect_grades,
        "streak": totals.streak,
        "longestStreak": totals.longest_streak,
        "badges": [badge.value for badge in totals.badges],
    }
    if totals.active_on:
        item["activeOn"] = totals.active_on.isoformat()
    return item


def entry_item(entry: Entry) -> Item:
    award = entry.award
    item = {
        **keys.ledger_entry(entry.learner_id, award.key).as_item(),
        "GSI1PK": keys.ledger_partition(entry.learner_id),
        "GSI1SK": keys.ledger_sort(entry.number),
        "entity": Entity.POINTS.value,
        "learnerId": entry.learner_id,
        "courseId": award.course_id,
        "number": entry.number,
        "reference": award.key,
        "reason": award.reason.value,
        "points": award.points,
        "minutes": award.minutes,
        "awardedAt": to_rfc3339(entry.awarded_at),
    }
    if award.reverses:
        item["reverses"] = award.reverses.value
    return item


def entry_of(item: Item) -> Entry:
    return Entry(
        learner_id=item["learnerId"],
        number=int(item["number"]),
        awarded_at=from_rfc3339(item["awardedAt"]),
        award=Award(
            key=item["reference"],
            reason=Reason(item["reason"]),
            points=int(item["points"]),
            course_id=item["courseId"],
            minutes=int(item["minutes"]),
            reverses=Reason(item["reverses"]) if "reverses" in item else None,
        ),
    )


# -- submissions ------------------------------------------------------------------------------------------------------


def submission_item(submission: Submission, *, past: bool = False) -> Item:
    """The latest attempt, or one that another has followed."""
    learner, assessment = submission.learner_id, submission.assessment_id
    submitted_at = to_rfc3339(submission.submitted_at)
    key = keys.past_attempt(learner, assessment, submission.attempt) if past else keys.submission(learner, assessment)
    item = {
        **key.as_item(),
        "GSI1PK": keys.assessment_submissions_partition(assessment),
        "GSI1SK": f"{submitted_at}#{learner}#{submission.attempt:06d}",
        "GSI2PK": keys.learner_submissions_partition(learner),
        "GSI2SK": f"{submitted_at}#{assessment}#{submission.attempt:06d}",
        "entity": (Entity.PAST_ATTEMPT if past else Entity.SUBMISSION).value,
        "submissionId": submission.submission_id,
        "assessmentId": assessment,
        "courseId": submission.course_id,
        "learnerId": learner,
        "attempt": submission.attempt,
        "submissionUrl": submission.submission_url,
        "submittedAt": submitted_at,
        "late": submission.late,
        "revision": submission.revision,
    }
    if submission.file:
        item["fileKey"] = submission.file.key
        item["fileVersion"] = submission.file.version_id
    return item | _grading(submission)


def submission_of(item: Item) -> Submission:
    """From the latest attempt or a past one."""
    return Submission(
        assessment_id=item["assessmentId"],
        course_id=item["courseId"],
        learner_id=item["learnerId"],
        attempt=int(item["attempt"]),
        submission_url=item["submissionUrl"],
        submitted_at=from_rfc3339(item["submittedAt"]),
        late=bool(item["late"]),
        file=StoredFile(item["fileKey"], item["fileVersion"]) if "fileKey" in item else None,
        grade=int(item["grade"]) if "grade" in item else None,
        feedback=item.get("feedback"),
        graded_at=stored_time(item, "gradedAt"),
        graded_by=item.get("gradedBy"),
        revision=int(item["revision"]),
    )


def past_grade_item(submission: Submission) -> Item:
    """The grading that a correction replaces."""
    return {
        **keys.past_grade(submission.learner_id, submission.assessment_id, submission.revision).as_item(),
        "entity": Entity.PAST_GRADE.value,
        "learnerId": submission.learner_id,
        "assessmentId": submission.assessment_id,
        "attempt": submission.attempt,
        "revision": submission.revision,
    } | _grading(submission)


def _grading(submission: Submission) -> Item:
    if submission.grade is None or submission.graded_at is None:
        return {}
    item: Item = {
        "grade": submission.grade,
        "gradedAt": to_rfc3339(submission.graded_at),
        "gradedBy": submission.graded_by,
        LAST_CHANGE: LastChange.GRADED.value,
    }
    return item | ({"feedback": submission.feedback} if submission.feedback is not None else {})


# -- messages ---------------------------------------------------------------------------------------------------------


def conversation_fields(conversation: Conversation) -> Item:
    """What a message changes of the head; how far the two have read is theirs and stays as it is."""
    pair = conversation.pair
    last_at = to_rfc3339(conversation.last_at) if conversation.last_at else ""
    sort = keys.inbox_sort(last_at, pair.conversation_id)
    fields = {
        "entity": Entity.CONVERSATION.value,
        "low": pair.low,
        "high": pair.high,
        "lastSeq": conversation.last_seq,
        "sentLow": conversation.sent_low,
        "lastAt": last_at,
        LAST_CHANGE: LastChange.MESSAGE.value,
        "GSI1PK": keys.inbox_partition(pair.low),
        "GSI1SK": sort,
        "GSI2PK": keys.inbox_partition(pair.high),
        "GSI2SK": sort,
    }
    if conversation.link is not None:
        fields["linkCourse"] = conversation.link.course_id
        fields["linkTutor"] = conversation.link.tutor_id
    return fields


def conversation_of(item: Item) -> Conversation:
    course_id = item.get("linkCourse")
    return Conversation(
        pair=Pair(item["low"], item["high"]),
        last_seq=int(item["lastSeq"]),
        sent_low=int(item["sentLow"]),
        last_at=stored_time(item, "lastAt"),
        read_low=Reading(int(item.get("readLow", 0)), int(item.get("seenLow", 0))),
        read_high=Reading(int(item.get("readHigh", 0)), int(item.get("seenHigh", 0))),
        link=Link(course_id, item.get("linkTutor")) if course_id else None,
    )


def message_item(message: Message) -> Item:
    pair = message.pair
    item = {
        **keys.message(pair.low, pair.high, message.seq).as_item(),
        "entity": Entity.MESSAGE.value,
        "messageId": message.message_id,
        "low": pair.low,
        "high": pair.high,
        "seq": message.seq,
        "senderId": message.sender_id,
        "message": message.text,
        "createdAt": to_rfc3339(message.created_at),
        "sentLow": message.sent_low,
    }
    optional = {"clientMessageId": message.client_message_id, "origin": message.origin}
    return item | {name: value for name, value in optional.items() if value is not None}


def message_of(item: Item) -> Message:
    return Message(
        message_id=item["messageId"],
        pair=Pair(item["low"], item["high"]),
        seq=int(item["seq"]),
        sender_id=item["senderId"],
        text=item["message"],
        created_at=from_rfc3339(item["createdAt"]),
        sent_low=int(item["sentLow"]),
        client_message_id=item.get("clientMessageId"),
        origin=item.get("origin"),
    )


def client_message_item(message: Message, ttl: int) -> Item:
    """The trace of a client's own message id; `ttl` is when it may be forgotten, in seconds since 1970."""
    pair = message.pair
    key = keys.client_message(pair.low, pair.high, message.sender_id, message.client_message_id or "")
    return {**key.as_item(), "entity": Entity.CLIENT_MESSAGE.value, "seq": message.seq, "ttl": ttl}


# -- connections ------------------------------------------------------------------------------------------------------


def connection_item(connection: Connection) -> Item:
    return {
        **keys.connection(connection.user_id, connection.connection_id).as_item(),
        "entity": Entity.CONNECTION.value,
        "userId": connection.user_id,
        "connectionId": connection.connection_id,
        "sessionId": connection.session_id,
        "connectedAt": to_rfc3339(connection.connected_at),
        "ttl": int(connection.expires_at.timestamp()),
    }


def connection_of(item: Item) -> Connection:
    return Connection(
        user_id=item["userId"],
        connection_id=item["connectionId"],
        session_id=item["sessionId"],
        connected_at=from_rfc3339(item["connectedAt"]),
    )


def ticket_item(ticket_hash: str, ticket: Ticket) -> Item:
    return {
        **keys.ticket(ticket_hash).as_item(),
        "entity": Entity.TICKET.value,
        "userId": ticket.user_id,
        "role": ticket.role.value,
        "sessionId": ticket.session_id,
        "epoch": ticket.epoch,
        "expiresAt": to_rfc3339(ticket.expires_at),
        "ttl": int(ticket.expires_at.timestamp()),
    }


def ticket_of(item: Item) -> Ticket:
    return Ticket(
        user_id=item["userId"],
        role=Role(item["role"]),
        session_id=item["sessionId"],
        epoch=int(item["epoch"]),
        expires_at=from_rfc3339(item["expiresAt"]),
    )
