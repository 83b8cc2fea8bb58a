"""Keys, tokens and cursors."""

from __future__ import annotations

from functools import cache

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.adapters.keyring import SecretKeyRing
from peerlearn.adapters.tokens import TokenService
from peerlearn.bootstrap.core import aws_client
from peerlearn.settings import settings


@cache
def key_ring() -> SecretKeyRing:
    return SecretKeyRing(aws_client("secretsmanager"), settings().secret_id)


@cache
def access_tokens() -> TokenService:
    return TokenService(key_ring())


@cache
def cursors() -> CursorCodec:
    return CursorCodec(key_ring())
