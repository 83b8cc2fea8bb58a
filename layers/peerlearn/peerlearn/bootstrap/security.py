"""Keys, tokens and cursors."""

from __future__ import annotations

from functools import cache

import boto3

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.adapters.keyring import SecretKeyRing
from peerlearn.adapters.tokens import TokenService
from peerlearn.bootstrap.core import client_config
from peerlearn.settings import settings


@cache
def key_ring() -> SecretKeyRing:
    return SecretKeyRing(boto3.client("secretsmanager", config=client_config()), settings().secret_id)


@cache
def access_tokens() -> TokenService:
    return TokenService(key_ring())


@cache
def cursors() -> CursorCodec:
    return CursorCodec(key_ring())
