"""Each kind of item is in the export of the person whom it is about, or is left out for a reason."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.marshalling import marshal
from scripts.dynamodb_local import DynamoDBLocal
from scripts.invariants import table_items
from scripts.invariants.erasures import IMPERSONAL
from scripts.project.template import create_table_request
from tests.support.api import invoke
from tests.support.network import connected
from tests.support.school import World, add_what_comes_of_repeating, new_world

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXPORTED = {
    *(Entity.PROFILE, Entity.TOTALS, Entity.STANDING, Entity.SCHEDULE, Entity.ENROLLMENT, Entity.POINTS),
    *(Entity.SUBMISSION, Entity.PAST_ATTEMPT, Entity.PAST_GRADE, Entity.SESSION, Entity.CONNECTION, Entity.TEACHING),
    *(Entity.CALENDAR, Entity.CONVERSATION, Entity.MESSAGE, Entity.AUDIT),
}
LEFT_OUT = {
    Entity.CREDENTIAL: "the address is in the profile, and a hash is in no export",
    Entity.ADMINISTRATORS: "the role is in the profile",
    Entity.WAIT: "the enrolment says since when",
    Entity.INBOX: "counts the conversations, and all of them are in it",
    Entity.CLIENT_MESSAGE: "leads to a message, which is in it",
    Entity.EXPORT: "the export itself",
    Entity.ERASURE: "nobody is there to ask any more",
    Entity.MAIL: "leaves within seconds, and tells no more than the profile",
    Entity.MAIL_TOKEN: "a secret, by its hash; the address is in the profile",
    Entity.SUPPRESSION: "stands under a digest of an address, and tells when mails came back from it",
    Entity.DUE: "when they are to be reminded follows from what is in it",
    Entity.HELD_ADDRESS: "keeps a former address from others for 72 hours",
    Entity.TALLY: "sums over a course; that there is work to grade is on their own list",
    Entity.TICKET: "a secret, for 30 seconds",
    Entity.COURSE: "public; that it is theirs is in it",
    Entity.LISTING: "where a course stands in the catalogue",
    Entity.CATALOGUE_CARD: "what a list shows of a course, which is public",
    Entity.CATALOGUE_ENTRY: "where a course stands in the catalogue",
    Entity.CATALOGUE_COUNTER: "how many courses stand there",
    Entity.CATALOGUE_FACET: "how many courses of theirs are there",
    Entity.CATALOGUE_BLOCK: "the numbers of courses in the catalogue",
}
ASKING = ("ada", "tutor")


@dataclass(frozen=True, slots=True)
class School:
    world: World
    client: DynamoDBClient
    table_name: str
    items: list[Item]

    def exports(self) -> dict[str, Any]:
        """Everything that those who ask are told, without when."""
        answers = {}
        for name in ASKING:
            answer = invoke(self.world.handlers["export_data"], self.world.request("export_data", name))
            export = answer.body.get("data", {}).get("export", {})
            answers[name] = {key: value for key, value in export.items() if key != "generatedAt"}
        return answers

    def of(self, kind: Entity) -> list[Item]:
        """The items of a kind about those who ask."""
        ids = [self.world.people[name].user_id for name in ASKING]
        return [item for item in self.items if item["entity"] == kind and any(one in repr(item) for one in ids)]

    def delete(self, items: list[Item]) -> None:
        for item in items:
            self.client.delete_item(TableName=self.table_name, Key=marshal({name: item[name] for name in ("PK", "SK")}))

    def put(self, items: list[Item]) -> None:
        for item in items:
            self.client.put_item(TableName=self.table_name, Item=marshal(item))


@pytest.fixture(scope="module")
def school(dynamodb_local: DynamoDBLocal) -> Iterator[School]:
    client, name = dynamodb_local.client(), f"kinds-{uuid.uuid4().hex}"
    client.create_table(**create_table_request(name, stream=False))
    with connected(dynamodb_local, name, WEB_SOCKET_URL="wss://sockets.example/live"):
        world = new_world()
        add_what_comes_of_repeating(world)
        yield School(world, client, name, list(table_items(client, name)))
    client.delete_table(TableName=name)


def test_every_kind_is_exported_or_left_out_for_a_reason() -> None:
    reasons: Mapping[Entity, str] = {**LEFT_OUT, **IMPERSONAL}
    assert EXPORTED | set(reasons) == set(Entity)
    assert EXPORTED & set(reasons) == set()


@pytest.mark.parametrize("kind", sorted(EXPORTED))
def test_export_is_another_without_the_items_of_a_kind(school: School, kind: Entity) -> None:
    whole = school.exports()
    assert all(one["status"] == "complete" for one in whole.values())
    items = school.of(kind)
    assert items
    school.delete(items)
    try:
        assert school.exports() != whole
    finally:
        school.put(items)
    assert school.exports() == whole
