"""All that is kept about a person, for that person.

A small export is the answer itself. A large one is written to a file that a link leads to:

    (none) --asked for--> preparing --written--> ready --a day later--> (none)
    preparing for longer than an hour --asked for--> preparing anew
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.enrollments import Slot
from peerlearn.domain.grades import Grade
from peerlearn.domain.messages import Conversation, Message
from peerlearn.domain.points import Entry
from peerlearn.domain.profiles import Profile
from peerlearn.domain.submissions import Submission
from peerlearn.domain.users import SignInSession

# An answer has at most 6 MB, in which a character may take twelve bytes: https://docs.aws.amazon.com/lambda/latest/dg/limits.html
ENTRIES_MAX = 2_000
CHARACTERS_MAX = 200_000
# Each is a call.
CONVERSATIONS_MAX = 20

PREPARING_MAX = timedelta(hours=1)
KEPT = timedelta(days=1)
LINK_LIFETIME = timedelta(minutes=15)
RETRY_AFTER_SECONDS = 5


class TooLarge(Exception):
    """There is more than one answer holds."""


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """An export on its way to a file, or there once `ready_at` is set; forgotten at `expires_at`."""

    user_id: str
    export_id: str
    requested_at: datetime
    expires_at: datetime
    ready_at: datetime | None = None
    size: int = 0

    @property
    def key(self) -> str:
        """Return where its file is."""
        return f"{export_prefix(self.user_id)}{self.export_id}.json"


def export_prefix(user_id: str) -> str:
    """Return where somebody's exports are, and nobody else's."""
    return f"exports/{user_id}/"


@dataclass(frozen=True, slots=True)
class PastGrading:
    """A grading that a correction replaced; one that reopened the submission has neither a grade nor its time."""

    assessment_id: str
    attempt: int
    grade: Grade | None
    feedback: str | None
    graded_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """Something small that a person has stored for themselves: its kind, and its contents by name."""

    kind: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the bucket under somebody's own prefix."""

    key: str
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class OwnItems:
    """The items of a person's own partition; small enough to be held in memory."""

    profile: Profile
    slots: Sequence[Slot] = ()
    entries: Sequence[Entry] = ()
    submissions: Sequence[Submission] = ()
    past_gradings: Sequence[PastGrading] = ()
    sessions: Sequence[SignInSession] = ()
    connected_at: Sequence[datetime] = ()
    taught_courses: Sequence[str] = ()
    calendar_since: datetime | None = None
    records: Sequence[OwnRecord] = ()

    @property
    def entries_count(self) -> int:
        lists = (
            *(self.entries, self.submissions, self.past_gradings),
            *(self.sessions, self.profile.enrollments, self.records),
        )
        return sum(len(one) for one in lists)

    @property
    def characters(self) -> int:
        """Of what was written at length."""
        feedback = [one.feedback for one in self.submissions] + [one.feedback for one in self.past_gradings]
        handed_in = sum(len(one.submission_url) + len(one.file_name or "") for one in self.submissions)
        return handed_in + sum(len(one or "") for one in feedback)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A conversation with all of its messages, which may be more than memory holds: they can be gone through once."""

    conversation: Conversation
    peer_id: str
    peer_name: str
    messages: Iterable[Message]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything; `generated_at` is when it began to be read."""

    own: OwnItems
    generated_at: datetime
    titles: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[KeptFile] = ()
    audit: Sequence[AuditEntry] = ()
    conversations: Iterable[Correspondence] = ()
