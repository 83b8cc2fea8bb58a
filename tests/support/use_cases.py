"""Every function of the template, ready to be called: each way of using it, in a small school where it makes sense.

A use case is named like its function, with what is special about it in brackets.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import tokens
from peerlearn.domain import events
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.exports import ExportRecord
from peerlearn.domain.ids import new_id
from peerlearn.domain.jobs import Cursor, JobKind, Step, job_id_of
from peerlearn.domain.realtime import Connection, Ticket
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.jobs import cursor_item
from peerlearn.persistence.items.realtime import connection_item, ticket_item
from peerlearn.persistence.marshalling import marshal
from peerlearn.persistence.personal_data import PersonalDataRepository
from peerlearn.persistence.writes import put
from scripts.project.template import load_template
from tests.support.api import Answer, Context, event_of, http_event, invoke
from tests.support.courses import Courses
from tests.support.people import People, Person
from tests.support.tour import course_body

PASSWORD = "Correct-Horse-7"
TICKET = "a-ticket"
BUSY = "TEMPORARILY_UNAVAILABLE"
# The record that a job comes from which has a chunk behind it.
UNDER_WAY = "record-9"


def functions() -> dict[str, str]:
    """The Handler of every function of the template that is built from here, by the name of its module."""
    resources = load_template()["Resources"].values()
    built = [one["Properties"] for one in resources if one["Type"] == "AWS::Serverless::Function"]
    return {one["Handler"].split(".")[-2]: one["Handler"] for one in built if "CodeUri" in one}


@dataclass(slots=True)
class World:
    """People, and courses in every state that a use case begins in. `ids` are the courses and what is in them."""

    handlers: dict[str, str] = field(default_factory=functions)
    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    @property
    def announced(self) -> dict[str, Any]:
        """What the learners of the common course are told."""
        data = {"courseId": self.ids["common"], "title": "common", "status": "closed", "startsAt": None, "endsAt": None}
        return events.Event(
            events.EventType.SESSION_UPDATED, "evt_1", (), data, utc_now(), self.ids["common"]
        ).as_push()

    def call(self, name: str, who: str | None = None, **parts: Any) -> Answer:
        """A request that must succeed."""
        answer = invoke(self.handlers[name], self.request(name, who, **parts))
        assert answer.status < 300, (name, answer)
        return answer

    def request(self, name: str, who: str | None = None, **parts: Any) -> dict[str, Any]:
        token = self.people[who].token if who in self.people else self.tokens[who] if who else None
        return http_event(name, token=token, **parts)

    def course(self, name: str, *learners: str, **changes: Any) -> None:
        """A new course of the tutor's by that name, with those learners in it."""
        tutor_id = self.people["tutor"].user_id
        settings: dict[str, Any] = {"capacity": 30, "tutor_id": tutor_id, "title": name}
        self.ids[name] = Courses(table()).add(**settings | changes)
        for learner in learners:
            self.call("enroll", learner, path=self.at(name), body=None)

    def at(self, course: str) -> dict[str, str]:
        return {"courseId": self.ids[course]}

    def on(self, assessment: str, learner: str | None = None) -> dict[str, str]:
        path = {"assessmentId": self.ids[assessment]}
        return path | {"learnerId": self.people[learner].user_id} if learner else path

    def message(self, to: str, **changes: Any) -> dict[str, Any]:
        text = {"receiverId": self.people[to].user_id, "message": "Shall we?", "clientMessageId": "mine"}
        return text | changes


def new_world() -> World:
    """Built through the product's own endpoints, on the table that its providers know."""
    world = World()
    people = People(account_repository(), tokens())
    world.people = {"tutor": people.add(Role.TUTOR), "admin": people.add(Role.ADMIN)}
    world.people |= {name: people.add() for name in ("ada", "bob", "eve")}
    new = {"name": "Pia", "email": "pia@people.example", "password": PASSWORD}
    world.tokens["pia"] = world.call("register", body=new).body["token"]
    _second_session(world)
    _courses(world)
    _assessments(world)
    _privacy(world, people)
    for sender, receiver in (("ada", "bob"), ("bob", "ada")):
        world.call("send", sender, body=world.message(receiver, clientMessageId="before"))
    _connections(world)
    return world


def _second_session(world: World) -> None:
    """Ada is signed in on her phone, too."""
    phone = {"email": world.people["ada"].user.email, "password": PASSWORD}
    before = _standing_sessions(world, "ada")
    world.call("login", body=phone)
    (world.ids["ada's phone"],) = _standing_sessions(world, "ada") - before


def _standing_sessions(world: World, name: str) -> set[str]:
    return set(_item(keys.standing(world.people[name].user_id))["sessions"])


def _courses(world: World) -> None:
    tomorrow = utc_now() + timedelta(days=1)
    slot, later = ((tomorrow + timedelta(hours=hours), tomorrow + timedelta(hours=hours + 1)) for hours in (0, 1))
    world.course("open")
    world.course("session", slot=slot)
    world.course("left", "ada")
    world.call("withdraw", "ada", path=world.at("left"), body=None)
    world.course("taken", "ada")
    world.course("booked session", "ada", slot=later)
    world.course("full", "bob", capacity=1)
    for name in ("awaited", "freed"):
        world.course(name, "bob", capacity=1)
        world.call("join_waitlist", "ada", path=world.at(name), body=None)
    world.course("common", "ada", "bob", "eve")
    world.course("nearly done", "ada")
    for name in ("common", "nearly done"):
        world.call("complete_module", "ada", path=world.at(name), body=_MODULES[0])
    for name in ("Listed", "Of two words"):
        world.call("create_course", "tutor", body=course_body(title=name))
    world.course("draft", status=CourseStatus.DRAFT)
    # A course that the stream has yet to list, a seat that it has yet to give away, a time that it has yet to move.
    world.items["unlisted"] = _item(keys.course(world.ids["open"]))
    world.call("withdraw", "bob", path=world.at("freed"), body=None)
    world.items["freed"] = _item(keys.seats(world.ids["freed"]))
    world.course("moved", "eve", slot=later)
    world.items["before"] = _item(keys.course(world.ids["moved"]))
    moved = {"startsAt": to_rfc3339(slot[0]), "endsAt": to_rfc3339(slot[1])}
    world.call("update_course", "tutor", path=world.at("moved"), body=moved)
    world.items["moved"] = _item(keys.course(world.ids["moved"]))
    begun = Cursor(job_id_of(JobKind.RESCHEDULE, world.ids["moved"], UNDER_WAY)).after(Step("2020", 0))
    table().write(put(cursor_item(begun, utc_now())))


def _assessments(world: World) -> None:
    new = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 10}
    for name in ("task", "handed in", "graded", "uploaded"):
        made = world.call("create_assessment", "tutor", path=world.at("common"), body=new).body["data"]["assessment"]
        world.ids[name] = made["assessmentId"]
    for name in ("handed in", "graded"):
        world.call("submit", "ada", path=world.on(name), body=_HANDED_IN)
    world.call("grade", "tutor", path=world.on("graded", "ada"), body={"grade": 10})
    for name in ("task", "uploaded"):
        file = {"fileName": "mate.pdf", "contentType": "application/pdf", "size": 4096}
        upload = world.call("create_upload", "ada", path=world.on(name), body=file).body["data"]["upload"]
        world.ids[f"{name} url"] = upload["submissionUrl"]
    world.call("submit", "ada", path=world.on("uploaded"), body={"submissionUrl": world.ids["uploaded url"]})


def _privacy(world: World, people: People) -> None:
    link = world.call("create_calendar_link", "ada", body=None).body["data"]["calendar"]["url"]
    world.ids["calendar"] = link.partition("token=")[2]
    ada, zoe = world.people["ada"].user_id, people.add()
    # Zoe has been here, and is erased as far as an answer waits for.
    world.people["zoe"] = zoe
    for name in ("common", "session", "awaited"):
        world.call("join_waitlist" if name == "awaited" else "enroll", "zoe", path=world.at(name), body=None)
    world.call("complete_module", "zoe", path=world.at("common"), body=_MODULES[0])
    world.call("submit", "zoe", path=world.on("task"), body=_LINK)
    world.call("grade", "tutor", path=world.on("task", "zoe"), body={"grade": 10})
    world.call("grade", "tutor", path=world.on("task", "zoe"), body={"grade": 4})
    world.call("send", "zoe", body=world.message("ada"))
    world.call("erase_account", "zoe")
    world.items["erased"] = _item(keys.totals(zoe.user_id))
    wanted = ExportRecord(world.people["bob"].user_id, new_id("exp"), utc_now(), utc_now() + timedelta(hours=1))
    PersonalDataRepository(table()).begin(wanted, new_id("token"))
    world.ids["export"] = wanted.export_id
    world.items["export"] = _item(keys.export(wanted.user_id))
    named = _item(keys.profile(ada))
    world.items["ada"], world.items["renamed"] = named, named | {"name": "Ada Lovelace", "lastChange": "profile"}


def _connections(world: World) -> None:
    ada, bob = world.people["ada"], world.people["bob"]
    expires_at = utc_now() + timedelta(hours=1)
    ticket = Ticket(ada.user_id, ada.user.role, ada.session.session_id, expires_at)
    table().write(put(ticket_item(hashlib.sha256(TICKET.encode()).hexdigest(), ticket)))
    for person in (ada, bob):
        open_since = utc_now() - timedelta(minutes=1)
        connection = Connection(person.user_id, f"{person.user.name}=", person.session.session_id, open_since)
        table().write(put(connection_item(connection)))
    low, high = sorted((ada.user_id, bob.user_id))
    world.items["message"] = _item(keys.message(low, high, 2))
    world.items["session"] = _item(keys.session(ada.user_id, ada.session.session_id))


def _item(key: keys.Key) -> Item:
    item = table().get(key)
    assert item is not None
    return item


# -- how each kind of function is called, and what it answers ---------------------------------------------------------

Event = Callable[[World], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class UseCase:
    """An event, and what the answer to it is in a word or two.

    Attributes
    ----------
    right: str
        The outcome where nothing is in the way.
    busy: str
        The outcome where AWS keeps failing.
    later: bool
        Whether what did not work goes on by way of the stream, so that the answer is right all the same.
    """

    event: Event
    right: str
    busy: str
    later: bool = False

    def outcome(self, world: World, name: str) -> str:
        """Calls it."""
        return outcome_of(world.handlers[name], self.event(world))


def outcome_of(handler: str, event: dict[str, Any]) -> str:
    """What comes of an event, in a word or two."""
    module, _, attribute = handler.rpartition(".")
    try:
        answer = getattr(importlib.import_module(module), attribute)(event, cast("LambdaContext", Context(handler)))
    except Exception as error:  # noqa: BLE001 (what API Gateway makes a 500 of the handshake)
        return f"raised {type(error).__name__}"
    if "Records" in event:
        return "again" if answer["batchItemFailures"] else "done"
    if "policyDocument" in answer:
        return str(answer["policyDocument"]["Statement"][0]["Effect"])
    if "httpMethod" in event:
        return _of_http(answer)
    body = json.loads(answer.get("body") or "{}")
    return f"{body['type']} {body.get('code', '')}".strip() if body else str(answer["statusCode"])


def _of_http(answer: dict[str, Any]) -> str:
    if answer["statusCode"] < HTTPStatus.BAD_REQUEST:
        return str(answer["statusCode"])
    headers = {name.lower(): values for name, values in answer["multiValueHeaders"].items()}
    again = "".join(f", again in {seconds} s" for seconds in headers.get("retry-after", ()))
    return f"{answer['statusCode']} {json.loads(answer['body'])['code']}{again}"


def _rest(right: str, who: str | None = None, *, later: bool = False, **parts: Any) -> Callable[[str], UseCase]:
    """`parts` are those of a request; each may be a function of the world."""

    def use_case(name: str) -> UseCase:
        def event(world: World) -> dict[str, Any]:
            given = {part: value(world) if callable(value) else value for part, value in parts.items()}
            return world.request(name, who, **given)

        return UseCase(event, right, f"503 {BUSY}, again in 1 s", later)

    return use_case


def _socket(right: str, message: Callable[[World], Mapping[str, Any]] | None = None) -> Callable[[str], UseCase]:
    """A route of the WebSocket, used by Ada."""

    def use_case(name: str) -> UseCase:
        def event(world: World) -> dict[str, Any]:
            ada = world.people["ada"]
            sent = event_of(name)
            sent["requestContext"]["authorizer"] = {
                "principalId": ada.user_id,
                "userId": ada.user_id,
                "role": ada.user.role.value,
                "sessionId": ada.session.session_id,
                "epoch": "0",
            }
            sent["requestContext"]["connectionId"] = f"{ada.user.name}="
            if message is not None:
                sent["body"] = json.dumps(dict(message(world)))
            return sent

        return UseCase(event, right, f"error {BUSY}" if message else "503")

    return use_case


def _handshake(name: str) -> UseCase:
    def event(_: World) -> dict[str, Any]:
        shown = event_of(name)
        shown["queryStringParameters"]["ticket"] = TICKET
        return shown

    # There is no 503 in a handshake: API Gateway answers 500 for an authorizer that raises.
    return UseCase(event, "Allow", "raised TemporarilyUnavailable")


def _change(images: Callable[[World], tuple[Item | None, Item]]) -> Callable[[str], UseCase]:
    """A record of the stream."""

    def use_case(_: str) -> UseCase:
        def event(world: World) -> dict[str, Any]:
            old, new = images(world)
            record = copy.deepcopy(event_of("notify")["Records"][0])
            record["eventName"] = "INSERT" if old is None else "MODIFY"
            record["dynamodb"]["NewImage"] = marshal(new)
            if old is not None:
                record["dynamodb"]["OldImage"] = marshal(old)
            return {"Records": [record]}

        return UseCase(event, "done", "again")

    return use_case


def _task(of: Callable[[World], dict[str, Any]]) -> Callable[[str], UseCase]:
    """A task of a queue."""

    def use_case(name: str) -> UseCase:
        def event(world: World) -> dict[str, Any]:
            sent = event_of(name)
            sent["Records"][0]["body"] = json.dumps(of(world))
            return sent

        return UseCase(event, "done", "again")

    return use_case


_MATE = {"title": "Mate in three", "instructions": "Five positions.", "maxGrade": 10}
_FILE = {"fileName": "mate.pdf", "contentType": "application/pdf", "size": 4096}
_HANDED_IN = {"submissionUrl": "https://github.com/ada/endgames"}
_LINK = {"submissionUrl": "https://github.com/ada/rooks"}
_MODULES = [{"moduleId": f"mod_{number}", "studyMinutes": 25} for number in (1, 2)]
_NEW = {"name": "Joy", "email": "joy@people.example", "password": PASSWORD}
_CHANGE = {"currentPassword": PASSWORD, "newPassword": "Another-Horse-8"}


def _sign_in(password: str = PASSWORD) -> dict[str, str]:
    return {"email": "pia@people.example", "password": password}


def _shown(world: World) -> dict[str, str]:
    return {"refreshToken": world.people["ada"].refresh_token}


_MAKERS: dict[str, Callable[[str], UseCase]] = {
    "register": _rest("201", body=_NEW),
    "register (taken)": _rest("409 EMAIL_ALREADY_REGISTERED", body=_NEW | {"email": "PIA@people.example"}),
    "login": _rest("201", body=_sign_in()),
    "login (wrong)": _rest("401 INVALID_CREDENTIALS", body=_sign_in("Wrong-Horse-7")),
    "refresh": _rest("201", body=_shown),
    "logout": _rest("204", body=_shown),
    "change_password": _rest("204", "pia", body=_CHANGE),
    "list_sessions": _rest("200", "ada"),
    "end_session": _rest("204", "ada", path=lambda w: {"sessionId": w.ids["ada's phone"]}),
    "end_other_sessions": _rest("204", "ada"),
    "update_user": _rest("200", "admin", path=lambda w: {"userId": w.people["eve"].user_id}, body={"role": "tutor"}),
    "update_user (suspended)": _rest(
        "200", "admin", path=lambda w: {"userId": w.people["eve"].user_id}, body={"status": "suspended"}
    ),
    "end_user_sessions": _rest("204", "admin", path=lambda w: {"userId": w.people["ada"].user_id}),
    "list_users": _rest("200", "admin", query={}),
    "list_users (search)": _rest("200", "admin", query={"q": "learner", "role": "learner"}),
    "get_user": _rest("200", "admin", path=lambda w: {"userId": w.people["ada"].user_id}),
    "list_audit": _rest("200", "admin", query={}),
    "list_courses": _rest("200", query={}),
    "list_courses (words)": _rest("200", query={"q": "of two words"}),
    "get_course": _rest("200", path=lambda w: w.at("common")),
    "create_course": _rest("201", "tutor", body=course_body(title="Openings"), later=True),
    "update_course": _rest(
        "200", "tutor", path=lambda w: w.at("open"), body={"title": "Shut", "capacity": 5}, later=True
    ),
    "delete_course": _rest("204", "tutor", path=lambda w: w.at("draft"), body=None),
    "list_roster": _rest("200", "tutor", path=lambda w: w.at("common"), query={}),
    "enroll": _rest("201", "ada", path=lambda w: w.at("open"), body=None),
    "enroll (session)": _rest("201", "ada", path=lambda w: w.at("session"), body=None),
    "enroll (again)": _rest("201", "ada", path=lambda w: w.at("left"), body=None),
    "enroll (full)": _rest("409 LEARNER_ENROLLMENT_DENIED", "ada", path=lambda w: w.at("full"), body=None),
    "withdraw": _rest("204", "ada", path=lambda w: w.at("taken"), body=None),
    "withdraw (session)": _rest("204", "ada", path=lambda w: w.at("booked session"), body=None),
    "join_waitlist": _rest("201", "ada", path=lambda w: w.at("full"), body=None),
    "leave_waitlist": _rest("204", "ada", path=lambda w: w.at("awaited"), body=None),
    "list_enrollments": _rest("200", "ada", query={}),
    "list_progress": _rest("200", "ada"),
    "get_progress": _rest("200", "ada", path=lambda w: w.at("common")),
    "complete_module": _rest("200", "bob", path=lambda w: w.at("common"), body=_MODULES[0]),
    "complete_module (last)": _rest("200", "ada", path=lambda w: w.at("nearly done"), body=_MODULES[1]),
    "complete_module (done)": _rest("200", "ada", path=lambda w: w.at("common"), body=_MODULES[0]),
    "create_assessment": _rest("201", "tutor", path=lambda w: w.at("common"), body=_MATE),
    "get_assessment": _rest("200", "ada", path=lambda w: w.on("task")),
    "create_upload": _rest("201", "ada", path=lambda w: w.on("task"), body=_FILE),
    "submit": _rest("201", "ada", path=lambda w: w.on("task"), body=_LINK),
    "submit (again)": _rest("201", "ada", path=lambda w: w.on("handed in"), body=_LINK),
    "submit (upload)": _rest(
        "201", "ada", path=lambda w: w.on("task"), body=lambda w: {"submissionUrl": w.ids["task url"]}
    ),
    "submit (repeated)": _rest("201", "ada", path=lambda w: w.on("graded"), body=_HANDED_IN),
    "submit (repeated upload)": _rest(
        "201", "ada", path=lambda w: w.on("uploaded"), body=lambda w: {"submissionUrl": w.ids["uploaded url"]}
    ),
    "list_my_submissions": _rest("200", "ada", query={}),
    "list_submissions": _rest("200", "tutor", path=lambda w: w.on("handed in"), query={}),
    "grade": _rest("200", "tutor", path=lambda w: w.on("handed in", "ada"), body={"grade": 10, "feedback": "Well."}),
    "grade (repeated)": _rest("200", "tutor", path=lambda w: w.on("graded", "ada"), body={"grade": 10.0, "attempt": 1}),
    "grade (superseded)": _rest(
        "409 CONFLICT", "tutor", path=lambda w: w.on("graded", "ada"), body={"grade": 9, "attempt": 2}
    ),
    "grade (corrected)": _rest("200", "tutor", path=lambda w: w.on("graded", "ada"), body={"grade": 4}),
    "download": _rest("200", "tutor", path=lambda w: w.on("uploaded", "ada")),
    "find_peers": _rest("200", "ada", query={}),
    "send": _rest("201", "ada", body=lambda w: w.message("bob")),
    "send (first)": _rest("201", "ada", body=lambda w: w.message("eve")),
    "send (repeated)": _rest("201", "ada", body=lambda w: w.message("bob", clientMessageId="before")),
    "send (named)": _rest(
        "201", "ada", body=lambda w: w.message("bob", clientMessageId=None), headers={"Idempotency-Key": "one"}
    ),
    "list_messages": _rest("200", "ada", query=lambda w: {"with": w.people["bob"].user_id}),
    "list_conversations": _rest("200", "ada", query={}),
    "mark_read": _rest("200", "ada", path=lambda w: {"peerId": w.people["bob"].user_id}, body={"readUpTo": 2}),
    "create_ticket": _rest("201", "ada", body=None),
    "get_profile": _rest("200", "ada"),
    "update_profile": _rest("200", "ada", body={"interests": ["chess", "go"]}),
    "list_points": _rest("200", "ada", query={}),
    "leaderboard": _rest("200", "ada", path=lambda w: w.at("common")),
    "create_calendar_link": _rest("201", "ada", body=None),
    "get_calendar": _rest("200", query=lambda w: {"token": w.ids["calendar"]}),
    "revoke_calendar_link": _rest("204", "ada", body=None),
    "export_data": _rest("200", "ada"),
    "erase_account": _rest("204", "eve"),
    "get_openapi": _rest("200"),
    "get_docs": _rest("200"),
    "authorize": _handshake,
    "connect": _socket("200"),
    "disconnect": _socket("200"),
    "send_message": _socket("message.accepted", lambda w: w.message("bob", action="sendMessage")),
    "mark_conversation_read": _socket(
        "conversation.read", lambda w: {"action": "markRead", "peerId": w.people["bob"].user_id, "readUpTo": 2}
    ),
    "announce_typing": _socket(
        "typing.accepted", lambda w: {"action": "typing", "receiverId": w.people["bob"].user_id}
    ),
    "ping": _socket("pong", lambda _: {"action": "ping"}),
    "unknown_action": _socket("error VALIDATION_FAILED", lambda _: {"action": "dance"}),
    "follow_up (a seat is free)": _change(lambda w: (None, w.items["freed"])),
    "follow_up (unlisted)": _change(lambda w: (None, w.items["unlisted"])),
    "follow_up (moved)": _change(lambda w: (w.items["before"], w.items["moved"])),
    "follow_up (erased)": _change(lambda w: (None, w.items["erased"])),
    "follow_up (export)": _change(lambda w: (None, w.items["export"])),
    "follow_up (renamed)": _change(lambda w: (w.items["ada"], w.items["renamed"])),
    "promote": _task(lambda w: {"courseId": w.ids["freed"], "recordId": "record-1"}),
    "index_catalogue": _task(lambda w: {"courseId": w.ids["open"]}),
    "carry_on (moved)": _task(lambda w: {"job": "reschedule", "subject": w.ids["moved"], "recordId": "record-2"}),
    "carry_on (renamed)": _task(
        lambda w: {"job": "rename", "subject": w.people["tutor"].user_id, "recordId": "record-3"}
    ),
    "carry_on (going on)": _task(lambda w: {"job": "reschedule", "subject": w.ids["moved"], "recordId": UNDER_WAY}),
    "announce": _task(lambda w: {"courseId": w.ids["common"], "event": w.announced}),
    "finish_erasure": _task(lambda w: {"userId": w.people["zoe"].user_id}),
    "write_export": _task(lambda w: {"userId": w.people["bob"].user_id, "exportId": w.ids["export"]}),
    "notify (message)": _change(lambda w: (None, w.items["message"])),
    "notify (course)": _change(lambda w: (w.items["before"], w.items["moved"])),
    "notify (ended)": _change(lambda w: (w.items["session"], w.items["session"] | {"revoked": True})),
}

USE_CASES: dict[str, UseCase] = {label: make(label.partition(" (")[0]) for label, make in _MAKERS.items()}
