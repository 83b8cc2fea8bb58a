"""Answers of the directory: the only ones that show other people's addresses, to administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from peerlearn.domain.directory import DirectoryEntry, DirectoryPerson
from peerlearn.domain.suppressions import SuppressionReason
from peerlearn.domain.users import AccountState, Role
from peerlearn.http.models import Moment, ResponseModel

SEARCH_MAX_LENGTH = 254

Beginning = Annotated[str, StringConstraints(max_length=SEARCH_MAX_LENGTH)]
Status = Literal[AccountState.ACTIVE, AccountState.SUSPENDED]


class UserEntryView(ResponseModel):
    """An account as administrators see it.

    `lastSeenAt` is when a session last began or was renewed.
    """

    user_id: str
    name: str
    email: str
    role: Role
    status: AccountState
    email_verified: bool
    created_at: Moment
    last_seen_at: Moment | None

    @classmethod
    def of(cls, entry: DirectoryEntry) -> UserEntryView:
        return cls(**_fields(entry))


class MailSuppressionView(ResponseModel):
    """Why an address does not get every mail: one came back, or its reader complained of one; and since when."""

    reason: SuppressionReason
    at: Moment


class UserDetailView(UserEntryView):
    """The same, with the numbers of sign-in sessions, and of courses in which they hold a seat or wait for one.

    `mailSuppressed` is null where every mail goes to the address.
    """

    sessions: int
    enrollments: int
    mail_suppressed: MailSuppressionView | None

    @classmethod
    def of_person(cls, person: DirectoryPerson) -> UserDetailView:
        suppressed = person.suppressed
        return cls(
            **_fields(person.entry),
            sessions=person.sessions,
            enrollments=person.enrollments,
            mail_suppressed=MailSuppressionView.model_validate(suppressed) if suppressed else None,
        )


def _fields(entry: DirectoryEntry) -> dict[str, Any]:
    user = entry.user
    return {
        "user_id": user.user_id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "status": user.state,
        "email_verified": user.email_verified,
        "created_at": user.created_at,
        "last_seen_at": entry.seen_at,
    }


class UsersData(ResponseModel):
    users: list[UserEntryView]


class UserDetailData(ResponseModel):
    user: UserDetailView
