"""JSON Web Tokens, held to RFC 8725: one algorithm, all claims required, nothing from the header trusted.

Source: https://datatracker.ietf.org/doc/html/rfc8725
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Any

import jwt

from peerlearn.adapters.keyring import KeyRing
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TokenExpired, Unauthenticated
from peerlearn.domain.users import ACCESS_TOKEN_LIFETIME, Principal, RefreshClaims, Role, Session, User

ALGORITHM = "HS256"
ISSUER = "peerlearn"
AUDIENCE = "peerlearn-api"
ACCESS = "access"
REFRESH = "refresh"

_REQUIRED = ("sub", "role", "sid", "jti", "iat", "exp", "iss", "aud", "type")
_HEADER_FIELDS = {"alg", "kid", "typ"}
_TOKEN_MAX_LENGTH = 4096


def hash_of(token_id: str) -> str:
    """How a refresh token is stored."""
    return hashlib.sha256(token_id.encode()).hexdigest()


class TokenService:
    """Issues and verifies both kinds of token."""

    def __init__(self, keys: KeyRing, clock: Clock = utc_now) -> None:
        self._keys = keys
        self._clock = clock

    def issue_access(self, user: User, session_id: str) -> str:
        """An access token, valid for an hour."""
        now = self._clock()
        return self._sign(
            type=ACCESS,
            sub=user.user_id,
            role=user.role.value,
            sid=session_id,
            jti=secrets.token_urlsafe(16),
            iat=int(now.timestamp()),
            exp=int((now + ACCESS_TOKEN_LIFETIME).timestamp()),
        )

    def issue_refresh(self, session: Session, role: Role) -> str:
        """The refresh token of the session's present generation.

        Nothing in it is random or depends on the moment of the call: two devices that rotate the same token at once
        are both handed this same successor.
        """
        return self._sign(
            type=REFRESH,
            sub=session.user_id,
            role=role.value,
            sid=session.session_id,
            jti=self.refresh_id(session.session_id, session.generation),
            iat=int(session.rotated_at.timestamp()),
            exp=int(session.expires_at.timestamp()),
        )

    def refresh_id(self, session_id: str, generation: int) -> str:
        """The `jti` of a generation, `<generation>.<MAC>`: unguessable without the signing key, and always the same."""
        derived = hmac.digest(self._keys.current().secret, b"refresh", hashlib.sha256)
        digest = hmac.digest(derived, f"{session_id}:{generation}".encode(), hashlib.sha256)
        return f"{generation}.{base64.urlsafe_b64encode(digest[:18]).decode()}"

    def refresh_hash(self, session_id: str, generation: int) -> str:
        """What the session item keeps of that generation's token."""
        return hash_of(self.refresh_id(session_id, generation))

    def verify_access(self, token: str) -> Principal:
        """The caller.

        Raises
        ------
        Unauthenticated
            Forged, of the wrong type, for another audience, or not parseable.
        TokenExpired
        """
        claims = self._verify(token, ACCESS)
        return Principal(claims["sub"], Role(claims["role"]), claims["sid"])

    def verify_refresh(self, token: str) -> RefreshClaims:
        """What the refresh token says; whether it is spent is the session's question.

        Raises
        ------
        Unauthenticated, TokenExpired
        """
        claims = self._verify(token, REFRESH)
        generation, _, _ = claims["jti"].partition(".")
        if not generation.isdecimal():
            raise Unauthenticated
        return RefreshClaims(claims["sub"], claims["sid"], int(generation), hash_of(claims["jti"]))

    def _sign(self, **claims: str | int) -> str:
        key = self._keys.current()
        everything = {**claims, "iss": ISSUER, "aud": AUDIENCE}
        return jwt.encode(everything, key.secret, algorithm=ALGORITHM, headers={"kid": key.kid})

    def _verify(self, token: str, kind: str) -> dict[str, Any]:
        try:
            if len(token) > _TOKEN_MAX_LENGTH:
                raise Unauthenticated
            header = jwt.get_unverified_header(token)
            # `jku`, `jwk`, `x5u`, `crit` and the like would let the token choose its own key or rules.
            if set(header) - _HEADER_FIELDS or header.get("alg") != ALGORITHM:
                raise Unauthenticated
            kid = header.get("kid")
            key = self._keys.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise Unauthenticated
            claims: dict[str, Any] = jwt.decode(
                token,
                key.secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # Time is checked below, against this service's own clock.
                options={
                    "require": list(_REQUIRED),
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthenticated from error
        if claims["type"] != kind or claims["role"] not in set(Role):
            raise Unauthenticated
        texts = (claims["sub"], claims["sid"], claims["jti"])
        times = (claims["iat"], claims["exp"])
        if not all(isinstance(text, str) and text for text in texts) or not all(type(time) is int for time in times):
            raise Unauthenticated
        if self._clock() >= datetime.fromtimestamp(claims["exp"], UTC):
            raise TokenExpired
        return claims
