"""Rows of the functions that answer no route: those of the WebSocket, the stream's readers, the workers."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from peerlearn.domain.change_notices import session_change
from peerlearn.domain.clock import from_rfc3339, utc_now
from peerlearn.domain.notices import Notice
from peerlearn.domain.reminders import Cause
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.marshalling import marshal
from tests.support.api import event_of
from tests.support.catalogue.rows import BUSY, Use, row

if TYPE_CHECKING:
    from tests.support.school import World

TICKET = "a-ticket"
# The record that a job comes from which has a chunk behind it.
UNDER_WAY = "record-9"


def _socket(right: str, message: Callable[[World], Mapping[str, Any]] | None = None) -> Callable[[str], Use]:
    """A route of the WebSocket, used by Ada."""

    def of(name: str) -> Use:
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

        return Use(event, right, f"error {BUSY}" if message else "503")

    return of


def _handshake(_: str) -> Use:
    def event(_: World) -> dict[str, Any]:
        shown = event_of("authorize")
        shown["queryStringParameters"]["ticket"] = TICKET
        return shown

    # There is no 503 in a handshake: API Gateway answers 500 for an authorizer that raises.
    return Use(event, "Allow", "raised TemporarilyUnavailable")


def _change(special: str, images: Callable[[World], tuple[Item | None, Item]]) -> Callable[[str], Use]:
    """A record of the stream."""

    def of(_: str) -> Use:
        def event(world: World) -> dict[str, Any]:
            old, new = images(world)
            record = copy.deepcopy(event_of("notify")["Records"][0])
            record["eventName"] = "INSERT" if old is None else "MODIFY"
            record["dynamodb"]["NewImage"] = marshal(new)
            if old is not None:
                record["dynamodb"]["OldImage"] = marshal(old)
            return {"Records": [record]}

        return Use(event, "done", "again", special)

    return of


def _task(of_world: Callable[[World], dict[str, Any]], special: str = "") -> Callable[[str], Use]:
    """A task of a queue."""

    def of(name: str) -> Use:
        def event(world: World) -> dict[str, Any]:
            sent = event_of(name)
            sent["Records"][0]["body"] = json.dumps(of_world(world))
            return sent

        return Use(event, "done", "again", special)

    return of


def _mark_read(world: World) -> dict[str, Any]:
    return {"action": "markRead", "peerId": world.people["bob"].user_id, "readUpTo": 2}


def _typing(world: World) -> dict[str, Any]:
    return {"action": "typing", "receiverId": world.people["bob"].user_id}


def _renamed(world: World) -> dict[str, Any]:
    return {"job": "rename", "subject": world.people["tutor"].user_id, "recordId": "record-3"}


def _agenda(world: World) -> dict[str, Any]:
    subject = f"{world.ids['common']}/{world.people['ada'].user_id}"
    return {"job": "agenda", "subject": subject, "recordId": "record-4"}


def _agendas(world: World) -> dict[str, Any]:
    return {"job": "agendas", "subject": world.ids["common"], "recordId": "record-5"}


def _planned(world: World) -> dict[str, Any]:
    begins = from_rfc3339(world.items["moved"]["startsAt"]) + timedelta(days=2)
    cause = Cause(Notice.SESSION_REMINDER, world.ids["moved"], utc_now(), begins)
    return {"job": "plan", "subject": cause.name, "recordId": "record-6"}


def _due(world: World) -> dict[str, Any]:
    return {"job": "remind", "subject": world.ids["due"], "recordId": "due"}


def _tick(_: str) -> Use:
    return Use(lambda _: event_of("tick"), "ticked", "raised TemporarilyUnavailable")


def _moved(record_id: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"job": "reschedule", "subject": world.ids["moved"], "recordId": record_id}


def _seat_notice(world: World) -> dict[str, Any]:
    course_id, learner_id = world.ids["common"], world.people["eve"].user_id
    subject = f"{course_id}/{learner_id}/{world.items['seat']['updatedAt']}"
    return {"job": "seat-notice", "subject": subject, "recordId": "record-6"}


def _grade_notice(world: World) -> dict[str, Any]:
    subject = f"{world.ids['graded']}/{world.people['eve'].user_id}/1"
    return {"job": "grade-notice", "subject": subject, "recordId": "record-7"}


def _session_notices(world: World) -> dict[str, Any]:
    moved = course_of(world.items["moved"])
    change = session_change(course_of(world.items["before"]), moved, moved.created_at)
    return {"job": "session-notices", "subject": change.subject if change else "", "recordId": "record-8"}


def _feedback(kind: str) -> Callable[[World], dict[str, Any]]:
    told: dict[str, Any] = json.loads(event_of("record_feedback")["Records"][0]["body"])
    return lambda _: told | {"eventType": kind}


def _export(world: World) -> dict[str, Any]:
    return {"userId": world.people["bob"].user_id, "exportId": world.ids["export"]}


ROWS = (
    row("authorize", _handshake),
    row("connect", _socket("200")),
    row("disconnect", _socket("200")),
    row("send_message", _socket("message.accepted", lambda w: w.message("bob", action="sendMessage"))),
    row("mark_conversation_read", _socket("conversation.read", _mark_read)),
    row("announce_typing", _socket("typing.accepted", _typing)),
    row("ping", _socket("pong", lambda _: {"action": "ping"})),
    row("unknown_action", _socket("error VALIDATION_FAILED", lambda _: {"action": "dance"})),
    row(
        "follow_up",
        _change("a seat is free", lambda w: (None, w.items["freed"])),
        _change("unlisted", lambda w: (None, w.items["unlisted"])),
        _change("moved", lambda w: (w.items["before"], w.items["moved"])),
        _change("erased", lambda w: (None, w.items["erased"])),
        _change("export", lambda w: (None, w.items["export"])),
        _change("a mail is to leave", lambda w: (None, w.items["mail"])),
        _change("renamed", lambda w: (w.items["ada"], w.items["renamed"])),
        _change("graded", lambda w: (None, w.items["graded"])),
        _change("promoted", lambda w: (w.items["seat"] | {"status": "waitlisted"}, w.items["seat"])),
    ),
    row("promote", _task(lambda w: {"courseId": w.ids["freed"], "recordId": "record-1"})),
    row("index_catalogue", _task(lambda w: {"courseId": w.ids["open"]})),
    row(
        "carry_on",
        _task(_moved("record-2"), "moved"),
        _task(_renamed, "renamed"),
        _task(_agenda, "agenda"),
        _task(_agendas, "agendas"),
        _task(_seat_notice, "a seat is told"),
        _task(_grade_notice, "a grade is told"),
        _task(_session_notices, "another time is told"),
        _task(_planned, "planned"),
        _task(_due, "reminded"),
        _task(_moved(UNDER_WAY), "going on"),
    ),
    row("tick", _tick),
    row(
        "send_mail",
        _task(lambda w: {"mailId": w.ids["mail"]}),
        _task(lambda w: {"mailId": w.ids["notice"]}, "notice"),
    ),
    row("record_feedback", _task(_feedback("Bounce")), _task(_feedback("Delivery"), "delivered")),
    row("announce", _task(lambda w: {"courseId": w.ids["common"], "event": w.announced})),
    row("finish_erasure", _task(lambda w: {"userId": w.people["zoe"].user_id})),
    row("write_export", _task(_export)),
    row(
        "notify",
        _change("message", lambda w: (None, w.items["message"])),
        _change("course", lambda w: (w.items["before"], w.items["moved"])),
        _change("graded", lambda w: (None, w.items["graded"])),
        _change("ended", lambda w: (w.items["session"], w.items["session"] | {"revoked": True})),
    ),
)
