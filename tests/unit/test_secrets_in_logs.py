"""The scanner of logs finds what is planted, and nothing in what functions do log."""

from __future__ import annotations

import base64
import json

import bcrypt
import jwt
import pytest

from peerlearn.domain.ids import new_id
from tests.support.secrets_in_logs import leaks, secrets_in

TOKEN = jwt.encode({"sub": "usr_1", "jti": "1"}, "k" * 32, algorithm="HS256")
POLICY = base64.b64encode(json.dumps({"expiration": "2026-01-01T00:00:00Z"}).encode()).decode()
PLANTED = {
    "token": f"verifying {TOKEN} failed",
    "hash": "found " + bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode(),
    "header": json.dumps({"headers": {"Authorization": "Bearer abc"}}),
    "body": json.dumps({"body": json.dumps({"email": "a@b.example", "password": "Correct-Horse-1"})}),
    "body as Python has it": str({"newPassword": "Correct-Horse-1"}),
    "refresh token": json.dumps({"refreshToken": "opaque"}),
    "ticket": json.dumps({"queryStringParameters": {"ticket": "opaque"}}),
    "signed address": "https://bucket.example/key?X-Amz-Credential=AKIA&X-Amz-Signature=0a1b",
    "signed form": json.dumps({"fields": {"x-amz-signature": "0a1b"}}),
    "policy": json.dumps({"fields": {"policy": POLICY}}),
    "calendar": f"GET /v1/calendars/usr_{'0' * 24}.{'s' * 43}.ics",
    "signing key": json.dumps({"SecretString": "{}", "secretString": "x"}),
}
HARMLESS = (
    '{"level":"INFO","message":"answered","correlation_id":"5c1f6a6e-1f0b-4a43-9a68-5d0a3a3a0c1e","status":201}',
    json.dumps({"message": "refused", "code": "VALIDATION_FAILED", "field": "password", "user": new_id("usr")}),
    '{"message":"ticket taken","user_id":"usr_0123456789abcdef01234567"}',
    "peerlearn.domain.errors.TokenExpired: The token has expired.",
    '{"route":"/v1/learner/auth/password","method":"POST"}',
)


@pytest.mark.parametrize("name", PLANTED)
def test_finds_what_is_planted(name: str) -> None:
    text = "\n".join((*HARMLESS, PLANTED[name], *HARMLESS))
    assert leaks(text)


@pytest.mark.parametrize("name", PLANTED)
def test_does_not_tell_it_once_more(name: str) -> None:
    for leak in leaks(PLANTED[name]):
        assert TOKEN not in leak
        assert "Correct-Horse-1" not in leak


def test_finds_what_has_no_form() -> None:
    given = {"data": {"ticket": "kJ3-opaque-text", "expiresIn": 30}, "accounts": [{"password": "Correct-Horse-1"}]}
    known = list(secrets_in(given))
    assert known == ["kJ3-opaque-text", "Correct-Horse-1"]
    assert leaks("redeeming kJ3-opaque-text", known)
    assert leaks("signing in with Correct-Horse-1", known)


def test_takes_no_log_for_a_secret() -> None:
    assert leaks("\n".join(HARMLESS), ["kJ3-opaque-text"]) == []
