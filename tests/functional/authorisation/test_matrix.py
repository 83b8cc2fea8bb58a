"""Who may call what: every route of the template against everybody who could call it. A new one fails until it is here.

Whoever is not named as refused is let in; whatever the refused send changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from scripts.project.template import load_template
from tests.functional.authorisation.conftest import Call, World, contents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOBODY = {"nobody": "UNAUTHENTICATED", "expired": "TOKEN_EXPIRED"}
EVERYBODY: dict[str, str] = {}
# A public page that shows its author more looks at the token that is shown.
VIEWERS = {"expired": "TOKEN_EXPIRED"}
CALLERS = NOBODY
AUTHORS = CALLERS | dict.fromkeys(("learner", "enrolled", "other", "demoted tutor"), "FORBIDDEN")
OWN_AUTHORS = AUTHORS | {"foreign tutor": "FORBIDDEN"}
ADMINISTRATORS = OWN_AUTHORS | {"owning tutor": "FORBIDDEN"}
STRANGERS = ("learner", "foreign tutor", "demoted tutor")
MEMBERS = CALLERS | dict.fromkeys((*STRANGERS, "owning tutor", "administrator"), "NOT_ENROLLED")
MEMBERS_AND_AUTHORS = CALLERS | dict.fromkeys(STRANGERS, "NOT_ENROLLED")

REFUSED: dict[str, Mapping[str, str]] = {
    "register": EVERYBODY,
    "login": EVERYBODY,
    "refresh": EVERYBODY,
    "logout": EVERYBODY,
    "change_password": CALLERS,
    "list_courses": EVERYBODY,
    "get_course": VIEWERS,
    "enroll": CALLERS,
    "withdraw": MEMBERS,
    "join_waitlist": CALLERS,
    # nobody waits: who is let in is told so
    "leave_waitlist": MEMBERS | dict.fromkeys(("enrolled", "other"), "NOT_ENROLLED"),
    "list_enrollments": CALLERS,
    "list_progress": CALLERS,
    "get_progress": MEMBERS,
    "complete_module": MEMBERS,
    "get_assessment": MEMBERS_AND_AUTHORS,
    "create_upload": MEMBERS,
    "submit": MEMBERS,
    "list_my_submissions": CALLERS,
    "list_submissions": OWN_AUTHORS,
    "grade": OWN_AUTHORS,
    "download": CALLERS | dict.fromkeys((*STRANGERS, "other"), "FORBIDDEN"),
    "find_peers": CALLERS,
    # to somebody of the course: peers of it, and the tutor who was written to
    "send": CALLERS | dict.fromkeys((*STRANGERS, "administrator"), "FORBIDDEN"),
    "list_messages": CALLERS,
    "list_conversations": CALLERS,
    "mark_read": CALLERS,
    "create_ticket": CALLERS,
    "get_profile": CALLERS,
    "update_profile": CALLERS,
    "list_points": CALLERS,
    "export_data": CALLERS,
    "erase_account": CALLERS,
    "create_calendar_link": CALLERS,
    "revoke_calendar_link": CALLERS,
    # whoever has the link
    "get_calendar": EVERYBODY,
    "leaderboard": MEMBERS_AND_AUTHORS,
    "create_course": AUTHORS,
    "update_course": OWN_AUTHORS,
    # a draft: of another's there is none
    "delete_course": AUTHORS | {"foreign tutor": "COURSE_NOT_FOUND"},
    "create_assessment": OWN_AUTHORS,
    "list_roster": OWN_AUTHORS,
    "list_users": ADMINISTRATORS,
    "get_user": ADMINISTRATORS,
    "update_user": ADMINISTRATORS,
    "end_user_sessions": ADMINISTRATORS,
    "list_sessions": CALLERS,
    "end_session": CALLERS,
    "end_other_sessions": CALLERS,
    "list_audit": ADMINISTRATORS,
    "get_openapi": EVERYBODY,
    "get_docs": EVERYBODY,
}
# What a stranger's password or a wrong state answers to somebody who may call.
NO_REFUSAL_OF_THE_CALLER = {"INVALID_CREDENTIALS", "CONFLICT", "LEARNER_ENROLLMENT_DENIED", "COURSE_NOT_FOUND"}
NO_REFUSAL_OF_THE_CALLER |= {
    "EMAIL_ALREADY_REGISTERED",
    "NOT_FOUND",
    "SUBMISSION_ALREADY_GRADED",
    "USER_NOT_FOUND",
    "SUBMISSION_NOT_FOUND",
}


def routes() -> set[str]:
    """The endpoints of the template, by the names of their modules."""
    functions = [r["Properties"] for r in load_template()["Resources"].values() if r["Type"].endswith("::Function")]
    return {
        function["Handler"].split(".")[-2]
        for function in functions
        if "CodeUri" in function and any(event["Type"] == "Api" for event in function.get("Events", {}).values())
    }


def test_every_route_is_here() -> None:
    assert set(REFUSED) == routes()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_who_may_call(name: str, world: World, call: Call, aws: DynamoDBClient) -> None:
    before = contents(aws)
    refused = REFUSED[name]
    answers = {who: call(name, token=world.callers[who], **world.request(name, who)) for who in refused}
    assert {who: answer.code for who, answer in answers.items()} == refused
    assert {answer.status for answer in answers.values()} <= {401, 403} | (
        {404} if "COURSE_NOT_FOUND" in refused.values() else set()
    )
    assert contents(aws) == before

    for who, token in world.callers.items():
        if who not in refused:
            answer = call(name, token=token, **world.request(name, who))
            assert answer.status < 400 or answer.code in NO_REFUSAL_OF_THE_CALLER, (who, answer)
