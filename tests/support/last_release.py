"""The data of the last release: a whole small school in the table, records of its stream, tokens, and the names of
what holds data.

    .venv/bin/python -m tests.support.last_release

writes it anew by the present code: once for each release, together with it. In between nothing of it is changed, so
that the code to come reads what the code that runs has written.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.security import tokens
from peerlearn.domain.clock import from_rfc3339, to_rfc3339, utc_now
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import profile_item, session_item, session_of, user_of
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.marshalling import marshal, unmarshal
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import create_table_request, index_shapes
from tests.support.binary import from_json
from tests.support.catalogue import USE_CASES
from tests.support.expansion import variant
from tests.support.network import Network, connected
from tests.support.people import Person
from tests.support.school import World, new_world
from tests.support.streams import stream_records

FILE = Path(__file__).parents[1] / "data" / "last_release.json"
# Resources whose replacement would lose data, or an address that others have.
HOLDING = (
    *("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"),
    *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::CloudFront::Distribution"),
)
# Of kinds that only these write. Whoever is used again comes to the same.
_FIRST = ("login (wrong)", "follow_up (unlisted)", "submit (again)", "send (named)")
_VARIABLES = {"WEB_SOCKET_URL": "wss://sockets.example/live", "POWERTOOLS_METRICS_NAMESPACE": "Peerlearn"}
_BATCH = 25


@dataclass(frozen=True, slots=True)
class Restored:
    """The school, open again."""

    world: World
    network: Network
    client: Any


def holding(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must stay of an expanded template: types, indexes, and what replaces a resource when it changes."""
    found = {}
    for name, one in template["Resources"].items():
        if one["Type"] in HOLDING:
            properties = one.get("Properties", {})
            found[name] = {
                "Type": one["Type"],
                "Fixed": {key: properties.get(key) for key in sorted(_replacing(one["Type"]))},
                "Indexes": index_shapes(properties),
            }
    return found


def _replacing(kind: str) -> set[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = [*schema.get("createOnlyProperties", ()), *schema.get("conditionalCreateOnlyProperties", ())]
    return {path.removeprefix("/properties/") for path in paths}


def kept() -> dict[str, Any]:
    """Return what is kept, as it was written."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


@contextmanager
def restored(engine: DynamoDBLocal) -> Iterator[Restored]:
    """Open the school of the last release at the moment it was left, in a table of the present template.

    Keys and attributes hold days and weeks besides moments: to set the clock back is exact, to move the data is not.
    """
    content = kept()
    moment = from_rfc3339(content["writtenAt"])
    with time_machine.travel(moment, tick=True), _new_table(engine) as (network, client):
        for start in range(0, len(content["items"]), _BATCH):
            batch: Any = [
                {"PutRequest": {"Item": from_json(item)}} for item in content["items"][start : start + _BATCH]
            ]
            client.batch_write_item(RequestItems={network.table_name: batch})
        network.reset()
        world = World(ids=content["ids"], items={name: unmarshal(one) for name, one in content["images"].items()})
        for name, one in content["people"].items():
            user, session = user_of(unmarshal(one["profile"])), session_of(unmarshal(one["session"]))
            access = tokens().issue_access(user, session.session_id)
            world.tokens[name] = access
            world.people[name] = Person(user, session, access, tokens().issue_refresh(session, user.role))
        yield Restored(world, network, client)


@contextmanager
def _new_table(engine: DynamoDBLocal) -> Iterator[tuple[Network, Any]]:
    client, name = engine.client(), f"release-{uuid.uuid4().hex}"
    client.create_table(**create_table_request(name))
    with connected(engine, name, **_VARIABLES) as network:
        yield network, client
    client.delete_table(TableName=name)


def write() -> None:
    """Write the file by the present code."""
    with DynamoDBLocal() as engine, _new_table(engine) as (network, client):
        world, written_at = new_world(), utc_now()
        for label in _FIRST:
            assert USE_CASES[label].outcome(world, label.partition(" (")[0]) == USE_CASES[label].right, label
        items = client.scan(TableName=network.table_name, ConsistentRead=True)["Items"]
        assert (missing := {*Entity} - {item["entity"]["S"] for item in items}) == set(), missing
        content = {
            "writtenAt": to_rfc3339(written_at),
            "useCases": sorted(USE_CASES),
            "resources": holding(variant("all in prod")),
            "ids": world.ids,
            "images": {name: marshal(one) for name, one in world.items.items()},
            "people": {name: _person(one) for name, one in {**world.people, "pia": _pia(world)}.items()},
            "records": _one_of_each(stream_records(engine, network.table_name)),
            "items": sorted(items, key=lambda item: (item["PK"]["S"], item["SK"]["S"])),
        }
    FILE.write_text("{\n" + ",\n".join(_lines(content)) + "\n}\n", encoding="utf-8")


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    """An item a line, for whoever compares two releases."""
    for name, value in content.items():
        if isinstance(value, list):
            yield f"{json.dumps(name)}: [\n" + ",\n".join(map(_as_json, value)) + "\n]"
        else:
            yield f"{json.dumps(name)}: {_as_json(value)}"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_seconds)


def _pia(world: World) -> Person:
    """Somebody signed up by herself, so that the world knows no more of her than a token."""
    user_id = tokens().verify_access(world.tokens["pia"]).user_id
    user = user_of(table().get(keys.profile(user_id)) or {})
    (session_id,) = (table().get(keys.standing(user_id)) or {})["sessions"]
    session = session_of(table().get(keys.session(user_id, session_id)) or {})
    return Person(user, session, world.tokens["pia"], tokens().issue_refresh(session, user.role))


def _person(one: Person) -> dict[str, Any]:
    return {
        "profile": marshal(profile_item(one.user)),
        "session": marshal(session_item(one.session)),
        "access": one.token,
        "refresh": one.refresh_token,
    }


def _one_of_each(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last record of each kind of change of each kind of item, in their order."""
    found = {}
    for number, record in enumerate(records):
        image = record["dynamodb"].get("NewImage") or record["dynamodb"]["OldImage"]
        kind = [image.get(name, {}).get("S") for name in ("entity", "lastChange", "status")]
        found[(record["eventName"], *kind)] = number
    return [records[number] for number in sorted(found.values())]


def _seconds(value: object) -> float | str:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        # as DynamoDB has it on the wire
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


if __name__ == "__main__":
    write()
