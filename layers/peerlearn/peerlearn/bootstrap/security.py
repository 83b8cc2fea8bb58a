"""Keys, tokens and cursors.

A function that verifies reads public keys from a table; only one that signs has a client for secrets.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.adapters.device_tokens import DeviceTokens
from peerlearn.adapters.keyring import SecretKeyRing, SecretVersions
from peerlearn.adapters.public_keys import PublishedKeyRing
from peerlearn.adapters.signing_keys import PublishingKeyRing
from peerlearn.adapters.tokens import TokenService, TokenVerifier
from peerlearn.bootstrap.core import aws_client, dynamodb_client
from peerlearn.persistence.published_keys import PublishedKeyRepository
from peerlearn.persistence.table import Table
from peerlearn.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@cache
def secrets_client() -> SecretsManagerClient:
    client: SecretsManagerClient = aws_client("secretsmanager")
    return client


@cache
def published_keys() -> PublishedKeyRepository:
    return PublishedKeyRepository(Table(dynamodb_client(), settings().keys_table_name))


@cache
def public_keys() -> PublishedKeyRing:
    return PublishedKeyRing(published_keys().read)


@cache
def signing_keys() -> PublishingKeyRing:
    return PublishingKeyRing(SecretVersions(secrets_client, settings().secret_id), published_keys())


@cache
def cursor_keys() -> SecretKeyRing:
    return SecretKeyRing(SecretVersions(secrets_client, settings().cursor_secret_id))


@cache
def access_tokens() -> TokenVerifier:
    """For all who verify."""
    return TokenVerifier(public_keys())


@cache
def tokens() -> TokenService:
    """For registration, sign-in and refreshing, which alone may read the secret."""
    return TokenService(public_keys(), signing_keys())


@cache
def device_tokens() -> DeviceTokens:
    """For registration and sign-in."""
    return DeviceTokens(signing_keys())


@cache
def cursors() -> CursorCodec:
    return CursorCodec(cursor_keys())
