"""Tokens: what is issued, what is believed, and the many that are not."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from peerlearn.adapters.ed25519 import key_pair, signatures
from peerlearn.adapters.tokens import TokenService, TokenVerifier, hash_of
from peerlearn.domain.errors import TemporarilyUnavailable, TokenExpired, Unauthenticated
from peerlearn.domain.users import Role, SignInSession, User
from tests.fakes.clock import START, FakeClock
from tests.fakes.keys import FakeKeyRing, fake_tokens, signing_key

KEY = signing_key()
PUBLIC = key_pair(KEY.secret)[0]
HEADER: dict[str, Any] = {"alg": "EdDSA", "kid": KEY.kid, "typ": "JWT"}
ADA = User("usr_ada", "Ada", "ada@x.example", Role.LEARNER, (), (), START)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keys() -> FakeKeyRing:
    return FakeKeyRing(KEY)


@pytest.fixture
def tokens(keys: FakeKeyRing, clock: FakeClock) -> TokenService:
    return fake_tokens(keys, clock)


def session(tokens: TokenService, generation: int = 1) -> SignInSession:
    return SignInSession(
        session_id="sid_1",
        user_id=ADA.user_id,
        generation=generation,
        token_hash=tokens.refresh_hash("sid_1", generation),
        rotated_at=START,
        expires_at=START + timedelta(days=7),
    )


def claims(**changes: object) -> dict[str, Any]:
    now = int(START.timestamp())
    whole: dict[str, Any] = {
        "sub": ADA.user_id,
        "role": "learner",
        "sid": "sid_1",
        "jti": "1.abc",
        "iat": now,
        "exp": now + 3600,
        "iss": "peerlearn",
        "aud": "peerlearn-api",
        "type": "access",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not Ellipsis}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def spelled(signature: bytes) -> str:
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def signed(claims_: object, header: object = HEADER, secret: bytes = KEY.secret) -> str:
    """Signed with the right key whatever it says: what a library that trusts the header would let through."""
    content = f"{part(header)}.{part(claims_)}"
    # by another library than the product's
    private = Ed25519PrivateKey.from_private_bytes(key_pair(secret)[1][:32])
    return f"{content}.{spelled(private.sign(content.encode()))}"


def with_hmac(key: bytes, alg: str = "HS256") -> str:
    """A forgery that needs only the public key: a library that lets the header choose takes it for a secret."""
    content = f"{part({**HEADER, 'alg': alg})}.{part(claims())}"
    return f"{content}.{spelled(hmac.digest(key, content.encode(), alg.replace('HS', 'sha')))}"


def with_another_s() -> str:
    """The same signature with the group's order added to its S: RFC 8032 has verifiers refuse it."""
    content, _, signature = GOOD.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    s = int.from_bytes(raw[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    return f"{content}.{spelled(raw[:32] + s.to_bytes(32, 'little'))}"


def with_its_border_moved() -> str:
    """Characters of the signed text as the tail of its signature."""
    return f"{HEAD[1:]}.{PAYLOAD}.{spelled(base64.urlsafe_b64decode(SIGNATURE + '==') + HEAD[:1].encode())}"


def with_rs256() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return jwt.encode(claims(), pem, algorithm="RS256", headers={"kid": KEY.kid})


def with_last_character_changed(token: str) -> str:
    """The same signature bytes in another spelling: the last character's two lowest bits carry nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


GOOD = signed(claims())
HEAD, PAYLOAD, SIGNATURE = GOOD.split(".")

FORGED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "one part": lambda: HEAD,
    "two parts": lambda: f"{HEAD}.{PAYLOAD}",
    "four parts": lambda: f"{GOOD}.{SIGNATURE}",
    "dots": lambda: "..",
    "no signature": lambda: f"{HEAD}.{PAYLOAD}.",
    "no payload": lambda: f"{HEAD}..{SIGNATURE}",
    "no header": lambda: f".{PAYLOAD}.{SIGNATURE}",
    "not base64": lambda: "***.***.***",
    "not ascii": lambda: "é.é.é",
    "lone surrogate": lambda: f"\ud800.{PAYLOAD}.{SIGNATURE}",
    "huge": lambda: GOOD + "A" * 100_000,
    "too long, and signed": lambda: signed(claims(note="A" * 4096)),
    "header is a list": lambda: signed(claims(), [1]),
    "header is a number": lambda: signed(claims(), 1),
    "deep header": lambda: f"{part(json.loads('[' * 500 + ']' * 500))}.{PAYLOAD}.{SIGNATURE}",
    "claims are a list": lambda: signed([1]),
    "claims are a text": lambda: signed("sub"),
    "alg none": lambda: f"{part({**HEADER, 'alg': 'none'})}.{PAYLOAD}.",
    "alg None": lambda: f"{part({**HEADER, 'alg': 'None'})}.{PAYLOAD}.",
    "alg none, signed": lambda: signed(claims(), {**HEADER, "alg": "none"}),
    "alg missing": lambda: signed(claims(), {"kid": KEY.kid, "typ": "JWT"}),
    "alg null": lambda: signed(claims(), {**HEADER, "alg": None}),
    "alg list": lambda: signed(claims(), {**HEADER, "alg": ["EdDSA"]}),
    "alg lower case": lambda: signed(claims(), {**HEADER, "alg": "eddsa"}),
    "alg Ed25519": lambda: signed(claims(), {**HEADER, "alg": "Ed25519"}),
    "alg HS256, by the public key": lambda: with_hmac(PUBLIC),
    "alg HS512, by the public key": lambda: with_hmac(PUBLIC, "HS512"),
    "alg HS256, by the secret": lambda: with_hmac(KEY.secret),
    "alg EdDSA, an HMAC by the public key": lambda: f"{HEAD}.{PAYLOAD}.{with_hmac(PUBLIC).rpartition('.')[2]}",
    "alg RS256": with_rs256,
    "alg RS256, signed by EdDSA": lambda: signed(claims(), {**HEADER, "alg": "RS256"}),
    "kid missing": lambda: signed(claims(), {"alg": "EdDSA", "typ": "JWT"}),
    "kid unknown": lambda: signed(claims(), {**HEADER, "kid": "other"}),
    "kid null": lambda: signed(claims(), {**HEADER, "kid": None}),
    "kid list": lambda: signed(claims(), {**HEADER, "kid": [KEY.kid]}),
    "kid path": lambda: signed(claims(), {**HEADER, "kid": "../../dev/null"}, b""),
    "jku": lambda: signed(claims(), {**HEADER, "jku": "https://evil.example/keys"}),
    "jwk": lambda: signed(claims(), {**HEADER, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": spelled(PUBLIC)}}),
    "x5u": lambda: signed(claims(), {**HEADER, "x5u": "https://evil.example/cert"}),
    "x5c": lambda: signed(claims(), {**HEADER, "x5c": ["AAAA"]}),
    "crit": lambda: signed(claims(), {**HEADER, "crit": ["exp"]}),
    "b64 false": lambda: signed(claims(), {**HEADER, "b64": False}),
    "another key": lambda: signed(claims(), secret=b"x" * 64),
    "signature of zeros": lambda: f"{HEAD}.{PAYLOAD}.{spelled(bytes(64))}",
    "signature with another S": with_another_s,
    "signature with its border moved": with_its_border_moved,
    "signature cut": lambda: GOOD[:-4],
    "signature lengthened": lambda: GOOD + "AAAA",
    "signature of another": lambda: f"{HEAD}.{PAYLOAD}.{signed(claims(jti='2')).rpartition('.')[2]}",
    "signature in another spelling": lambda: with_last_character_changed(GOOD),
    "stray character in the signature": lambda: f"{HEAD}.{PAYLOAD}.{SIGNATURE[:8]}!{SIGNATURE[8:]}",
    "padded signature": lambda: GOOD + "==",
    "signature padded too little": lambda: GOOD + "=",
    "line break in the signature": lambda: f"{HEAD}.{PAYLOAD}.{SIGNATURE[:8]}\n{SIGNATURE[8:]}",
    "payload changed": lambda: f"{HEAD}.{part(claims(role='admin'))}.{SIGNATURE}",
    "payload character changed": lambda: f"{HEAD}.{PAYLOAD[:-1]}{'A' if PAYLOAD[-1] != 'A' else 'B'}.{SIGNATURE}",
    "header changed": lambda: f"{part({**HEADER, 'typ': 'jwt'})}.{PAYLOAD}.{SIGNATURE}",
    **{f"no {name}": lambda name=name: signed(claims(**{name: ...})) for name in claims()},  # type: ignore[misc]
    **{f"null {name}": lambda name=name: signed(claims(**{name: None})) for name in claims()},  # type: ignore[misc]
    "aud list": lambda: signed(claims(aud=["peerlearn-api"])),
    "aud list with others": lambda: signed(claims(aud=["peerlearn-api", "evil"])),
    "aud other": lambda: signed(claims(aud="evil")),
    "aud with a blank": lambda: signed(claims(aud="peerlearn-api ")),
    "iss other": lambda: signed(claims(iss="evil")),
    "iss list": lambda: signed(claims(iss=["peerlearn"])),
    "sub number": lambda: signed(claims(sub=1)),
    "sub empty": lambda: signed(claims(sub="")),
    "sid list": lambda: signed(claims(sid=["sid_1"])),
    "jti number": lambda: signed(claims(jti=1)),
    "role unknown": lambda: signed(claims(role="root")),
    "role list": lambda: signed(claims(role=["admin"])),
    "exp text": lambda: signed(claims(exp="9999999999")),
    "exp float": lambda: signed(claims(exp=9999999999.5)),
    "exp true": lambda: signed(claims(exp=True)),
    "iat text": lambda: signed(claims(iat="now")),
    "type refresh": lambda: signed(claims(type="refresh")),
    "type unknown": lambda: signed(claims(type="id")),
    "type list": lambda: signed(claims(type=["access"])),
}


def test_forging_needs_a_good_one_to_start_from(tokens: TokenService) -> None:
    assert tokens.verify_access(GOOD).user_id == ADA.user_id
    assert len(FORGED) >= 40


@pytest.mark.parametrize("name", FORGED)
def test_forged(tokens: TokenService, name: str) -> None:
    for verify in (tokens.verify_access, tokens.verify_refresh):
        if verify == tokens.verify_refresh and name == "type refresh":
            continue
        with pytest.raises(Unauthenticated) as refusal:
            verify(FORGED[name]())
        assert refusal.value.code == "UNAUTHENTICATED"


def test_time_beyond_the_calendar_is_no_crash(tokens: TokenService) -> None:
    assert tokens.verify_access(signed(claims(exp=10**18))).user_id == ADA.user_id
    with pytest.raises(TokenExpired):
        tokens.verify_access(signed(claims(exp=-(10**18))))


def test_another_library_believes_what_is_issued(tokens: TokenService) -> None:
    public = Ed25519PublicKey.from_public_bytes(PUBLIC)
    for token in (tokens.issue_access(ADA, "sid_1"), tokens.issue_refresh(session(tokens), Role.LEARNER)):
        found = jwt.decode(
            token,
            public,
            algorithms=["EdDSA"],
            audience="peerlearn-api",
            issuer="peerlearn",
            options={"verify_exp": False},
        )
        assert found["sub"] == ADA.user_id


def test_one_who_verifies_holds_nothing_that_signs(tokens: TokenService, clock: FakeClock) -> None:
    class Published:
        def public_key(self, kid: str) -> bytes | None:
            return PUBLIC if kid == KEY.kid else None

    verifier = TokenVerifier(Published(), clock)
    assert verifier.verify_access(tokens.issue_access(ADA, "sid_1")).user_id == ADA.user_id
    assert not hasattr(verifier, "issue_access")
    with pytest.raises(jwt.InvalidKeyError):
        signatures().encode(b"{}", PUBLIC, algorithm="EdDSA")


def test_every_claim_is_there(tokens: TokenService) -> None:
    payload = jwt.decode(tokens.issue_access(ADA, "sid_1"), options={"verify_signature": False})
    assert set(payload) == set(claims())
    assert (payload["exp"] - payload["iat"], payload["type"]) == (3600, "access")


@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.5, 0.999])
def test_an_hour(tokens: TokenService, clock: FakeClock, fraction: float) -> None:
    clock.advance(fraction)
    token = tokens.issue_access(ADA, "sid_1")
    clock.advance(3599)
    assert tokens.verify_access(token).session_id == "sid_1"
    clock.advance(2)
    with pytest.raises(TokenExpired):
        tokens.verify_access(token)


def test_seven_days_from_sign_in_whatever_the_generation(tokens: TokenService, clock: FakeClock) -> None:
    first, fifth = (tokens.issue_refresh(session(tokens, generation), Role.LEARNER) for generation in (1, 5))
    clock.advance(7 * 86_400 - 1)
    assert tokens.verify_refresh(first).generation == 1
    assert tokens.verify_refresh(fifth).generation == 5
    clock.advance(2)
    for token in (first, fifth):
        with pytest.raises(TokenExpired):
            tokens.verify_refresh(token)


def test_kinds_are_not_interchangeable(tokens: TokenService) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify_refresh(tokens.issue_access(ADA, "sid_1"))
    with pytest.raises(Unauthenticated):
        tokens.verify_access(tokens.issue_refresh(session(tokens), Role.LEARNER))


@pytest.mark.parametrize("token_id", ["abc", "", ".abc", "-1.abc", "²"])
def test_a_refresh_token_names_its_generation(tokens: TokenService, token_id: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify_refresh(signed(claims(type="refresh", jti=token_id)))


def test_refresh_token_names_what_the_session_keeps(tokens: TokenService) -> None:
    shown = tokens.verify_refresh(tokens.issue_refresh(session(tokens, 3), Role.LEARNER))
    assert (shown.generation, shown.token_hash) == (3, session(tokens, 3).token_hash)
    assert session(tokens, 3).token_hash != session(tokens, 4).token_hash


def test_refresh_id_cannot_be_had_without_the_key(tokens: TokenService) -> None:
    others = fake_tokens(FakeKeyRing(signing_key(2)))
    assert others.refresh_hash("sid_1", 1) != tokens.refresh_hash("sid_1", 1)
    assert hash_of("1.") != tokens.refresh_hash("sid_1", 1)


def test_current_and_previous_key_verify_and_older_ones_do_not(tokens: TokenService, keys: FakeKeyRing) -> None:
    token = tokens.issue_access(ADA, "sid_1")
    keys.rotate(signing_key(2))
    for believed in (token, tokens.issue_access(ADA, "sid_1")):
        assert tokens.verify_access(believed).user_id == ADA.user_id
    keys.rotate(signing_key(3))
    with pytest.raises(Unauthenticated):
        tokens.verify_access(token)


def test_successor_is_the_same_across_a_change_of_key(tokens: TokenService, keys: FakeKeyRing) -> None:
    rotated = session(tokens, 2)
    before = tokens.issue_refresh(rotated, Role.LEARNER)
    keys.rotate(signing_key(2))
    after = tokens.issue_refresh(rotated, Role.LEARNER)
    assert after == before
    assert tokens.verify_refresh(after).token_hash == rotated.token_hash


def test_generation_of_a_key_not_yet_known_is_asked_for_again(tokens: TokenService) -> None:
    ahead = fake_tokens(FakeKeyRing(signing_key(9)))
    with pytest.raises(TemporarilyUnavailable):
        tokens.issue_refresh(session(ahead, 2), Role.LEARNER)
