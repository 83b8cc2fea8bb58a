"""JSON Web Tokens, held to RFC 8725: one algorithm, all claims required, nothing from the header trusted.

Source: https://datatracker.ietf.org/doc/html/rfc8725
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt

from peerlearn.adapters.ed25519 import ALGORITHM, key_pair, signatures
from peerlearn.adapters.keyring import SigningKey, SigningKeys
from peerlearn.adapters.public_keys import PublicKeys
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TemporarilyUnavailable, TokenExpired, Unauthenticated
from peerlearn.domain.users import ACCESS_TOKEN_LIFETIME, Principal, RefreshClaims, Role, SignInSession, User

ISSUER = "peerlearn"
AUDIENCE = "peerlearn-api"
ACCESS = "access"
REFRESH = "refresh"

_REQUIRED = {"sub", "role", "sid", "jti", "iat", "exp", "iss", "aud", "type"}
_HEADER_FIELDS = {"alg", "kid", "typ"}
_TOKEN_MAX_LENGTH = 4096
_JWS = signatures()


def hash_of(token_id: str) -> str:
    """How a refresh token is stored."""
    return hashlib.sha256(token_id.encode()).hexdigest()


class TokenVerifier:
    """Verifies both kinds of token; issues none."""

    def __init__(self, keys: PublicKeys, clock: Clock = utc_now) -> None:
        self._public_keys = keys
        self._clock = clock

    def verify_access(self, token: str, source: str = "") -> Principal:
        """Return the person whom the token was issued to; their standing tells whether it still holds.

        Parameters
        ----------
        source: str, optional
            The network address that it comes from.

        Raises
        ------
        Unauthenticated
            Forged, of the wrong type, for another audience, or not parseable.
        TokenExpired
        """
        claims = self._verify(token, ACCESS)
        return Principal(claims["sub"], Role(claims["role"]), claims["sid"], source)

    def verify_refresh(self, token: str) -> RefreshClaims:
        """Return what the refresh token says; whether it is spent is the session's question.

        Raises
        ------
        Unauthenticated, TokenExpired
        """
        claims = self._verify(token, REFRESH)
        generation, _, _ = claims["jti"].partition(".")
        if not generation.isdecimal():
            raise Unauthenticated
        return RefreshClaims(
            user_id=claims["sub"],
            role=Role(claims["role"]),
            session_id=claims["sid"],
            generation=int(generation),
            token_hash=hash_of(claims["jti"]),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )

    def _verify(self, token: str, kind: str) -> dict[str, Any]:
        try:
            if len(token) > _TOKEN_MAX_LENGTH or not _is_canonical(token.rpartition(".")[2]):
                raise Unauthenticated
            kid = _key_id(token.partition(".")[0])
            key = self._public_keys.public_key(kid) if kid is not None else None
            if key is None:
                raise Unauthenticated
            claims = json.loads(_JWS.decode(token, key, algorithms=[ALGORITHM]))
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthenticated from error
        if not isinstance(claims, dict) or not claims.keys() >= _REQUIRED:
            raise Unauthenticated
        if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
            raise Unauthenticated
        texts = (claims["sub"], claims["sid"], claims["jti"], claims["role"])
        times = (claims["iat"], claims["exp"])
        if not all(isinstance(text, str) and text for text in texts) or not all(type(time) is int for time in times):
            raise Unauthenticated
        if claims["type"] != kind or claims["role"] not in set(Role):
            raise Unauthenticated
        if self._clock().timestamp() >= claims["exp"]:
            raise TokenExpired
        return claims


class TokenService(TokenVerifier):
    """Issues and verifies both kinds of token.

    Parameters
    ----------
    keys
        The public keys that verify, which are those of `signing_keys` and are where all can read them.
    signing_keys
        Asked when something is signed, and only then.
    """

    def __init__(self, keys: PublicKeys, signing_keys: SigningKeys, clock: Clock = utc_now) -> None:
        super().__init__(keys, clock)
        self._keys = signing_keys

    def issue_access(self, user: User, session_id: str) -> str:
        """An access token, valid for an hour."""
        now = self._clock()
        return _sign(
            self._keys.current(),
            type=ACCESS,
            sub=user.user_id,
            role=user.role.value,
            sid=session_id,
            jti=secrets.token_urlsafe(16),
            iat=int(now.timestamp()),
            exp=int((now + ACCESS_TOKEN_LIFETIME).timestamp()),
        )

    def issue_refresh(self, session: SignInSession, role: Role) -> str:
        """The refresh token of the session's present generation.

        Nothing in it is random or depends on the moment of the call: two devices that rotate the same token at once
        are both handed this same successor, also when the signing key changes between the two.

        Raises
        ------
        TemporarilyUnavailable
            The key that made this generation is not known here yet.
        """
        key = self._key_of(session)
        return _sign(
            key,
            type=REFRESH,
            sub=session.user_id,
            role=role.value,
            sid=session.session_id,
            jti=_refresh_id(key, session.session_id, session.generation),
            iat=int(session.rotated_at.timestamp()),
            exp=int(session.expires_at.timestamp()),
        )

    def refresh_hash(self, session_id: str, generation: int) -> str:
        """Return what the session item keeps of that generation's token."""
        return hash_of(_refresh_id(self._keys.current(), session_id, generation))

    def _key_of(self, session: SignInSession) -> SigningKey:
        for key in self._keys.known():
            if hash_of(_refresh_id(key, session.session_id, session.generation)) == session.token_hash:
                return key
        raise TemporarilyUnavailable


@lru_cache(maxsize=16)
def _key_id(header_segment: str) -> str | None:
    """The `kid` of a token's header, read once: all tokens of one key have the same header.

    Raises
    ------
    Unauthenticated
        The header would choose its own key or rules, by `jku`, `jwk`, `x5u`, `crit` and the like.
    jwt.DecodeError
    """
    header = jwt.get_unverified_header(f"{header_segment}.e30.")
    if set(header) - _HEADER_FIELDS or header.get("alg") != ALGORITHM:
        raise Unauthenticated
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def _refresh_id(key: SigningKey, session_id: str, generation: int) -> str:
    """The `jti` of a generation, `<generation>.<MAC>`: unguessable without the signing key, and always the same."""
    derived = hmac.digest(key.secret, b"refresh", hashlib.sha256)
    digest = hmac.digest(derived, f"{session_id}:{generation}".encode(), hashlib.sha256)
    return f"{generation}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


def _sign(key: SigningKey, **claims: str | int) -> str:
    payload = json.dumps({**claims, "iss": ISSUER, "aud": AUDIENCE}, separators=(",", ":")).encode()
    _, private = key_pair(key.secret)
    return _JWS.encode(payload, private, algorithm=ALGORITHM, headers={"kid": key.kid})


def _is_canonical(signature: str) -> bool:
    """Return whether this is the one spelling of its bytes: decoders skip stray characters and spare bits."""
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == signature
