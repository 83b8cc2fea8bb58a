"""Each rule for a whole table finds what breaks it, and nothing is wrong with a table where all is well."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.domain.clock import utc_now
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.own_records import is_own_record
from scripts.dynamodb_local import DynamoDBLocal
from scripts.invariants import table_items, violations
from scripts.invariants.erasures import AFTERWARDS, AT_ONCE, IMPERSONAL, STAYING, TERM
from scripts.project.template import create_table_request
from tests.support.catalogue import USE_CASES
from tests.support.network import connected
from tests.support.school import add_what_comes_of_repeating, new_world

# Work that the stream has yet to do when the world is new.
FOLLOW_UPS = ("promote", "carry_on (moved)", "finish_erasure")


@pytest.fixture(scope="module")
def items(dynamodb_local: DynamoDBLocal) -> Iterator[list[Item]]:
    """A table in which everything has come to rest."""
    client, name = dynamodb_local.client(), f"invariants-{uuid.uuid4().hex}"
    client.create_table(**create_table_request(name, stream=False))
    with connected(dynamodb_local, name, WEB_SOCKET_URL="wss://sockets.example/live"):
        world = new_world()
        add_what_comes_of_repeating(world)
        # so that somebody's former address is held for them
        assert USE_CASES["verify (moving)"].outcome(world, "verify") == "201"
        # so that something is known of an address
        assert USE_CASES["record_feedback"].outcome(world, "record_feedback") == "done"
        for label in FOLLOW_UPS:
            assert USE_CASES[label].outcome(world, label.partition(" (")[0]) == "done"
        for course in [item for item in table_items(client, name) if item["entity"] == "Course"]:
            catalogue_indexer().sync(course["courseId"])
        yield list(table_items(client, name))
    client.delete_table(TableName=name)


def more(name: str, by: int = 1) -> Callable[[Item], None]:
    return lambda item: item.update({name: item[name] + by})


def other(**changes: Any) -> Callable[[Item], None]:
    return lambda item: item.update(changes)


def without(name: str) -> Callable[[Item], None]:
    return lambda item: item.pop(name)


def has(name: str) -> Callable[[Item], bool]:
    return lambda item: bool(item.get(name))


def is_booked(seats: Item) -> bool:
    return "endsAt" in seats and seats["seatsTaken"] > 0


GONE = None
BROKEN: list[tuple[str, str, Callable[[Item], object] | None, Callable[[Item], bool]]] = [
    ("items", "Seats", without("entity"), has("SK")),
    ("seats", "Seats", more("seatsTaken"), has("SK")),
    ("seats", "Seats", more("seatsTaken", -100), has("SK")),
    ("seats", "Seats", more("completedCount"), has("SK")),
    ("seats", "Seats", more("droppedCount"), has("SK")),
    ("seats", "Seats", other(capacity=0), has("seatsTaken")),
    ("seats", "Seats", GONE, has("seatsTaken")),
    ("shards", "Seats", other(shards=2), has("SK")),
    ("waitlist", "Wait", GONE, has("SK")),
    ("waitlist", "Enrollment", other(waitingSince="2026"), has("waitingSince")),
    ("promotion", "Seats", more("capacity"), has("waitlistLength")),
    ("schedule", "Schedule", GONE, has("slots")),
    ("schedule", "Schedule", lambda item: item["slots"].update(crs_1=next(iter(item["slots"].values()))), has("slots")),
    (
        "schedule",
        "Seats",
        other(endsAt="2031-01-01T10:00:00.000Z"),
        lambda item: "endsAt" in item and item["seatsTaken"] > 0,
    ),
    ("ledger", "Points", GONE, has("SK")),
    ("ledger", "Points", more("points"), has("SK")),
    ("ledger", "Totals", more("points"), has("points")),
    ("ledger", "Totals", other(badges=[]), has("badges")),
    ("points", "Enrollment", more("points"), has("points")),
    ("leaderboard", "Enrollment", other(GSI2SK="0000000000"), has("points")),
    ("progress", "Enrollment", other(completedModules={}), has("completedModules")),
    ("progress", "Enrollment", other(status="completed"), has("completedModules")),
    ("handed in", "Enrollment", other(handedIn={"0" * 24}), has("SK")),
    ("due dates", "Course", other(dueDates={"2030-01-01T10:00:00.000Z#1"}), has("assessmentCount")),
    ("attempts", "Submission", GONE, has("SK")),
    ("attempts", "Submission", more("attempt"), has("SK")),
    ("attempts", "SubmissionCounter", more("count"), has("SK")),
    ("attempts", "Totals", more("submissions"), has("SK")),
    ("grades", "Submission", more("revision"), has("grade")),
    ("assessments", "Assessment", GONE, has("SK")),
    ("messages", "Message", GONE, has("SK")),
    ("messages", "Message", more("sentLow"), has("SK")),
    ("messages", "Message", other(clientMessageId="another"), has("clientMessageId")),
    ("messages", "Message", other(createdAt="2020-01-01T10:00:00.000Z"), lambda item: item["seq"] > 1),
    ("messages", "ClientMessage", more("seq"), has("SK")),
    ("messages", "ClientMessage", other(low="usr_another"), has("SK")),
    ("messages", "Conversation", more("lastSeq"), has("SK")),
    ("messages", "Conversation", more("sentLow"), has("SK")),
    ("messages", "Conversation", other(readLow=1, seenLow=7), has("SK")),
    ("tallies", "Tally", more("submitted"), has("SK")),
    ("tallies", "Agenda", GONE, has("counted")),
    ("to-do", "Todo", GONE, lambda item: not item["closes"]),
    ("to-do", "Todo", other(reference="asm_1"), has("SK")),
    ("news", "News", GONE, lambda item: item["number"] == 2),
    ("news", "News", other(eventId="evt_1"), has("SK")),
    ("news", "NewsEvent", GONE, has("SK")),
    ("news", "NewsHead", more("last"), has("SK")),
    ("news", "NewsHead", other(seenUpTo=9), has("SK")),
    ("inbox", "Inbox", more("conversations"), has("SK")),
    ("accounts", "Credential", GONE, has("SK")),
    ("accounts", "Profile", GONE, has("SK")),
    ("accounts", "Profile", other(role="admin"), lambda item: item["role"] == "learner"),
    ("accounts", "Profile", other(email="PIA@people.example"), lambda item: item["role"] == "tutor"),
    ("catalogue", "CatalogueCounter", more("count"), has("SK")),
    ("catalogue", "CatalogueEntry", GONE, has("SK")),
    ("catalogue", "Course", other(title="Another"), lambda item: item["status"] == "published"),
]


def test_nothing_is_wrong_where_all_is_well(items: list[Item]) -> None:
    assert [str(one) for one in violations(items, settled=True)] == []


@pytest.mark.parametrize(("kind", "entity", "change", "which"), BROKEN)
def test_planted_violation_is_found(
    items: list[Item],
    kind: str,
    entity: str,
    change: Callable[[Item], object] | None,
    which: Callable[[Item], bool],
) -> None:
    broken = copy.deepcopy(items)
    chosen = next(item for item in broken if item.get("entity") == entity and which(item))
    if change is None:
        broken.remove(chosen)
    else:
        change(chosen)
    assert kind in {one.kind for one in violations(broken, settled=True)}


# -- what an erased account has left


def an_hour_later() -> datetime:
    return utc_now() + TERM


def erased_in(items: list[Item]) -> str:
    return str(next(item["userId"] for item in items if item["entity"] == "Erasure"))


def people_in(items: list[Item]) -> set[str]:
    return {item["userId"] for item in items if item["entity"] in ("Profile", "Erasure")}


def left_of(items: list[Item], kind: Entity) -> Item:
    """An item of that kind as somebody has it, but of the one who is erased."""
    rules = {**AT_ONCE, **AFTERWARDS}
    erased = erased_in(items)
    item, owner = next(
        (item, owner)
        for item in items
        if item["entity"] == kind
        for owner in rules[kind](item)
        if owner != erased and owner in people_in(items)
    )
    whole = repr(copy.deepcopy(item)).replace(owner, erased)
    left: Item = eval(whole, {"Decimal": Decimal})  # noqa: S307 (an item of this test's)
    return left


def test_nothing_is_left_of_an_erased_account_where_all_is_well(items: list[Item]) -> None:
    assert [str(one) for one in violations(items, settled=True, now=an_hour_later)] == []


@pytest.mark.parametrize("kind", [*AT_ONCE, *AFTERWARDS])
def test_leftover_of_an_erased_account_is_found(items: list[Item], kind: Entity) -> None:
    left = left_of(items, kind)
    others = [item for item in items if (item["PK"], item["SK"]) != (left["PK"], left["SK"])]
    key = f"USER#{erased_in(items)}/{left['PK']}/{left['SK']}"
    found = {(one.kind, one.key) for one in violations([*others, left], settled=True, now=an_hour_later)}
    assert ("erasure", key) in found


@pytest.mark.parametrize("kind", AFTERWARDS)
def test_leftover_is_none_before_the_term_of_the_erasure(items: list[Item], kind: Entity) -> None:
    left = left_of(items, kind)
    others = [item for item in items if (item["PK"], item["SK"]) != (left["PK"], left["SK"])]
    for settled, now in ((False, an_hour_later), (True, utc_now)):
        assert "erasure" not in {one.kind for one in violations([*others, left], settled=settled, now=now)}


def test_conversation_that_both_have_left_is_a_leftover(items: list[Item]) -> None:
    head = copy.deepcopy(next(item for item in items if item.get("lowGone") or item.get("highGone")))
    head |= {"lowGone": True, "highGone": True}
    others = [item for item in items if (item["PK"], item["SK"]) != (head["PK"], head["SK"])]
    found = [one for one in violations([*others, head], settled=True, now=an_hour_later) if one.kind == "erasure"]
    assert [one.key for one in found] == [f"USER#{erased_in(items)}/{head['PK']}/{head['SK']}"]


def test_every_kind_is_looked_at_after_an_erasure_or_exempt_for_a_reason() -> None:
    kinds = [*AT_ONCE, *AFTERWARDS, *STAYING, *IMPERSONAL]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(Entity)
    assert all(len(reason) > 5 for reason in (*STAYING.values(), *IMPERSONAL.values()))


def test_kinds_that_are_nobodys_hold_no_persons_id(items: list[Item]) -> None:
    people = people_in(items)
    shared = [item for item in items if not is_own_record(item)]
    personal = {Entity(item["entity"]) for item in shared if any(one in repr(item) for one in people)}
    assert personal & set(IMPERSONAL) == set()
    # and the school has every kind that requests write, so that a new one is judged, too
    assert {item["entity"] for item in shared} == set(Entity) - {Entity.LAYOUT}
