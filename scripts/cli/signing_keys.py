"""The keys that tokens are signed with.

A key is derived from a version of the stack's secret. Functions verify with the public keys of AWSCURRENT and of
AWSPREVIOUS, which are published, and those that sign do so with AWSCURRENT once all know it:

    before     A current
    rotated    B current, A previous     A signs for five minutes more; tokens of A are valid until they expire
    rotated    C current, B previous     tokens of A are not valid any more

So nobody is logged out as long as every token of A has expired before A leaves.
"""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import click
from botocore.exceptions import ClientError

from peerlearn.adapters.public_keys import KEY_SIGNS_AFTER_SECONDS
from peerlearn.bootstrap.security import published_keys, signing_keys
from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.users import REFRESH_TOKEN_LIFETIME
from scripts.cli.target import Target, on_stack
from scripts.project.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# As long and of the same characters as what the template generates.
_KEY_LENGTH = 64
_CHARACTERS = string.ascii_letters + string.digits
# After a rotation functions go on signing with the key before for so long.
_STILL_SIGNING = timedelta(seconds=KEY_SIGNS_AFTER_SECONDS)


@dataclass(frozen=True, slots=True)
class KeyState:
    """The secret's versions: which is current and since when, and whether there is one before it."""

    current: str
    since: datetime
    previous: str | None

    @property
    def free_from(self) -> datetime | None:
        """When the last token of the previous key will have expired; None where there is no such key."""
        return self.since + _STILL_SIGNING + REFRESH_TOKEN_LIFETIME if self.previous else None


@click.group()
def keys() -> None:
    """The keys that tokens are signed with."""


@keys.command(short_help="Signs with a new key, logging nobody out.")
@click.option("--force", is_flag=True, help="Rotate even though that logs people out. For a key that has leaked.")
@on_stack
def rotate(target: Target, *, force: bool) -> None:
    """Signs new tokens with a new key, without logging anyone out.

    Tokens of the present key stay valid until they expire, seven days at the latest; the new key signs in five
    minutes' time, when every function knows it. Rotating again before those tokens have expired would end them and
    is refused.

    For a key that has leaked rotate twice with --force: then no token of it is accepted any more, and everybody signs
    in anew.
    """
    client, secret_id = target.secrets(), target.resource("SigningKeySecret")
    target.use_services()
    # A caller who may not publish is refused before anything is changed.
    published = signing_keys().publish()
    state = key_state(client, secret_id)
    if state.current in published.keys:
        state = replace(state, since=max(state.since, published.keys[state.current].since))
    if state.free_from is not None and utc_now() < state.free_from and not force:
        raise Problem(
            f"Key {state.previous} still verifies tokens: rotating before {state.free_from:%Y-%m-%d %H:%M} UTC would"
            " log people out (--force does it all the same)."
        )
    kid = replace_key(client, secret_id, state)
    try:
        signing_keys().publish()
    except TemporarilyUnavailable:
        raise Problem(f"Key {kid} is current now, but not published: the next sign-in does that.") from None
    signs = utc_now() + _STILL_SIGNING
    click.echo(f"Key {kid} signs from {signs:%H:%M:%S} UTC on; {state.current} still verifies.")
    free = signs + REFRESH_TOKEN_LIFETIME
    click.echo(f"The next rotation logs nobody out from {free:%Y-%m-%d %H:%M} UTC on.")


@keys.command("show", short_help="Says which keys verify tokens.")
@on_stack
def show(target: Target) -> None:
    """Says which keys verify tokens, and from when on they can be rotated. Keys themselves are never shown."""
    state = key_state(target.secrets(), target.resource("SigningKeySecret"))
    target.use_services()
    published = published_keys().read()
    is_published = published is not None and state.current in published.keys
    hint = "" if is_published else ", not published yet: the next sign-in does that"
    click.echo(f"current    {state.current}  since {state.since:%Y-%m-%d %H:%M} UTC{hint}")
    if state.free_from is not None:
        click.echo(f"previous   {state.previous}  verifies until {state.free_from:%Y-%m-%d %H:%M} UTC")


def key_state(client: SecretsManagerClient, secret_id: str) -> KeyState:
    """Return the secret's present versions.

    Raises
    ------
    Problem
        It has no current one.
    """
    stages: dict[str, tuple[str, datetime]] = {}
    token: dict[str, str] = {}
    while True:
        answer = client.list_secret_version_ids(SecretId=secret_id, **token)  # type: ignore[arg-type]
        for version in answer["Versions"]:
            for stage in version.get("VersionStages", []):
                stages[stage] = (version["VersionId"], version["CreatedDate"].astimezone(UTC))
        if not answer.get("NextToken"):
            break
        token = {"NextToken": answer["NextToken"]}
    if "AWSCURRENT" not in stages:
        raise Problem("The secret of the signing keys has no current version.")
    current, since = stages["AWSCURRENT"]
    return KeyState(current, since, stages["AWSPREVIOUS"][0] if "AWSPREVIOUS" in stages else None)


def replace_key(client: SecretsManagerClient, secret_id: str, seen: KeyState) -> str:
    """Makes a new key the current one, and the one that was seen as current the previous one; its id.

    Raises
    ------
    Problem
        Somebody else has rotated since: a second rotation at the same moment would log people out.
    """
    key = "".join(secrets.choice(_CHARACTERS) for _ in range(_KEY_LENGTH))
    kid = client.put_secret_value(
        SecretId=secret_id,
        ClientRequestToken=str(uuid4()),
        SecretString=json.dumps({"key": key}),
        VersionStages=["AWSPENDING"],
    )["VersionId"]
    try:
        # Only from the version that was seen: that makes two rotations at once one.
        client.update_secret_version_stage(
            SecretId=secret_id, VersionStage="AWSCURRENT", MoveToVersionId=kid, RemoveFromVersionId=seen.current
        )
    except ClientError:
        current = key_state(client, secret_id).current
        # the reply to our own change may have been lost
        if current == kid:
            return kid
        if current != seen.current:
            raise Problem("Somebody else has just rotated the keys: nothing was changed.") from None
        raise
    return kid
