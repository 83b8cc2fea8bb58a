"""The limits of one account, or one address: every limit of every operation, and one use more.

The operations and their limits are those of the API's document, so that a new route that writes fails here until it has
a limit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.bootstrap.accounts import account_service
from peerlearn.domain.limits import DEFAULTS, RESET_MAILS, SOCKET_MESSAGES, SOCKETS, UNPROVEN_MAILS
from peerlearn.snapshots import forget_providers
from scripts.api_documents.limits import EXTENSION
from scripts.project.paths import ROOT
from tests.functional.authorisation.conftest import Call, World, contents
from tests.support.catalogue import REFUSED
from tests.support.people import PASSWORD

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
OPERATIONS = [(method.upper(), operation) for path in DOCUMENT["paths"].values() for method, operation in path.items()]
LIMITED = sorted(
    (operation["operationId"], limit["name"]) for _, operation in OPERATIONS for limit in operation.get(EXTENSION, ())
)


def module_of(operation_id: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation_id)


def test_every_operation_that_writes_has_a_limit() -> None:
    free = [
        operation["operationId"] for method, operation in OPERATIONS if method != "GET" and not operation.get(EXTENSION)
    ]
    assert free == []


def test_every_limit_is_somebodys() -> None:
    beside_routes = {SOCKETS, SOCKET_MESSAGES, RESET_MAILS, UNPROVEN_MAILS}
    assert {name for _, name in LIMITED} | beside_routes == set(DEFAULTS)


@pytest.mark.parametrize(("operation_id", "limit"), LIMITED)
def test_one_use_more_is_refused_and_does_nothing(
    operation_id: str, limit: str, world: World, call: Call, aws: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMITS", f"{limit}=1/3600")
    forget_providers()
    name = module_of(operation_id)
    who = next((one for one in ("enrolled", "owning tutor", "administrator") if may_call(name, one)), "enrolled")
    requests = [request(world, name, who, limit, number) for number in range(2)]
    call(name, **requests[0])
    before = contents(aws)
    refused = call(name, **requests[1])
    assert (refused.status, refused.code) == (429, "TOO_MANY_REQUESTS")
    assert refused.body["details"] == {"limit": limit, "quota": 1, "seconds": 3600}
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert f'"{limit}";q=1;w=3600' in refused.headers["ratelimit-policy"]
    assert f'"{limit}";r=0;t=' in refused.headers["ratelimit"]
    assert unreported(contents(aws)) == unreported(before)


def may_call(name: str, who: str) -> bool:
    return REFUSED[name].get(who) in (None, "NOT_ENROLLED")


def request(world: World, name: str, who: str, limit: str, number: int) -> dict[str, Any]:
    """A request that counts, and would be done if it were let through."""
    person = world.people[who]
    email = person.user.email
    wrong = limit == "wrong-passwords"
    bodies: dict[str, Any] = {
        "register": {"name": "Eve", "email": f"eve-{number}@people.example", "password": "Battery-Staple-2"},
        "login": {"email": email, "password": "Wrong-Horse-7" if wrong else PASSWORD},
        "change_password": {"currentPassword": "Wrong-Horse-7", "newPassword": "Battery-Staple-2"},
        "erase_account": {"password": "Wrong-Horse-7"},
        "change_email": {"newEmail": "eve@moved.example", "password": "Wrong-Horse-7" if wrong else PASSWORD},
        "refresh": {"refreshToken": person.refresh_token},
        # One that ended already ends nothing more: the next one is that of another device.
        "logout": {"refreshToken": person.refresh_token if number == 0 else elsewhere(email)},
        "submit": {"submissionUrl": f"https://github.com/ada/mate-in-{number}"},
    }
    whole: dict[str, Any] = {"token": person.token, **world.request(name, who)}
    if name in bodies:
        whole["body"] = bodies[name]
    return whole


def elsewhere(email: str) -> str:
    return account_service().login(email, PASSWORD).refresh_token


def unreported(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what a limit that is used up leaves by itself: its mark, and the entry of the audit trail."""
    return [
        {name: value for name, value in item.items() if name != "reported"}
        for item in items
        if not item["PK"]["S"].startswith("AUDIT#")
    ]
