"""Recorded answers of DynamoDB to the endpoints that are measured warm, asked once for real."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from peerlearn.domain.users import Role
from scripts.dynamodb_local import DynamoDBLocal
from tests.support.api import http_event, invoke
from tests.support.people import PASSWORD
from tests.support.tour import Tour, open_tour

COST = "12"


def record(engine: DynamoDBLocal, file: Path) -> None:
    """Writes event and answers of each endpoint: `{endpoint: {"event", "answers": {operation: answer}}}`."""
    recorded: dict[str, Any] = {}
    with open_tour(engine, "table", BCRYPT_COST=COST) as tour:
        tutor, learner, peer = tour.people.add(Role.TUTOR), tour.people.add(), tour.people.add()
        courses = [tour.course(tutor, title=f"Course {number}") for number in range(10)]
        for person in (learner, peer):
            tour.call("enroll", person, path={"courseId": courses[0]}, body=None)
        text = {"receiverId": peer.user_id, "message": "Shall we go through the rook endings together?"}
        tour.call("send", learner, body=text)
        tour.call("register", body={"name": "Ada", "email": "ada@people.example", "password": PASSWORD})

        def note(name: str, **changes: Any) -> None:
            changes["headers"] = {"Content-Type": "application/json"}
            recorded[name] = {"event": http_event(name, **changes), "answers": _answers(tour, name, changes)}

        note("list_courses", query={"page": "1", "limit": "10"})
        note("enroll", token=learner.token, path={"courseId": courses[1]}, body=None)
        note("send", token=learner.token, body=text)
        note("login", body={"email": "ada@people.example", "password": PASSWORD})
    file.write_text(json.dumps(recorded))


def _answers(tour: Tour, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    with tour.recorder.measured() as cost:
        answer = invoke(tour.handlers[name], http_event(name, **changes))
    assert answer.status < 300, answer
    return cost.answers
