"""Faults planted on the wire, one or more for each workload: its checks must find every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.wire import Rewrite, Written, without_conditions


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault, its workload, and the way to plant it."""

    workload: str
    what: str
    rewrite: Rewrite


def _last_come_first_served(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    if operation == "Query" and body.get("Limit") == 1 and body.get("ScanIndexForward", True):
        body["ScanIndexForward"] = False
    return body


def _on(prefix: str) -> Callable[[Written], bool]:
    return lambda write: write.sk.startswith(prefix)


PLANTED = [
    Planted("seats", "nobody asks whether a seat is free", without_conditions(_on("A#SEATS"))),
    Planted("seats", "nobody asks who is enrolled already", without_conditions(_on("B#ENROLLMENT#"))),
    Planted("waitlist", "nobody asks whether who is promoted still waits", without_conditions(_on("B#ENROLLMENT#"))),
    Planted("waitlist", "the last in the line is served first", _last_come_first_served),
    Planted("addresses", "nobody asks whether the address is taken", without_conditions(_on("CREDENTIAL"))),
    Planted("families", "nobody asks whether the token is the live one", without_conditions(_on("SESSION#"))),
    Planted("endings", "nobody asks whether the session stands", without_conditions(_on("A#STANDING"))),
    Planted("points", "nobody asks whether the sums are still the same", without_conditions(_on("A#TOTALS"))),
    Planted("agendas", "nobody asks whether somebody else has counted", without_conditions(_on("TALLY#"))),
    Planted("agendas", "nobody asks what was carried out before", without_conditions(_on("O#Agenda#"))),
    Planted("news", "nobody asks which number is the last", without_conditions(_on("O#News"))),
    Planted("messages", "nobody asks which message is the last", without_conditions(_on("MESSAGE"))),
]
