"""Somebody who uses a deployed stack from outside: URLs, tokens and JSON, nothing of the product's own code."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from scripts.project.problem import Problem

_TIMEOUT = 30
_TRIES_MAX = 6
_AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(slots=True)
class Visitor:
    """An account of the test's own.

    Parameters
    ----------
    url: str
        The address of the REST API.
    name: str
        Of the account.
    """

    url: str
    name: str
    # A mail to it bounces nowhere: https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
    email: str = field(default_factory=lambda: f"success+{uuid4().hex}@simulator.amazonses.com")
    password: str = field(default_factory=lambda: f"Aa1-{secrets.token_urlsafe(24)}", repr=False)
    user_id: str = ""
    token: str = field(default="", repr=False)

    def register(self) -> None:
        """Sign up."""
        account = {"name": self.name, "email": self.email, "password": self.password}
        self._is_in(self.call("POST", "/v1/learner/auth/register", account))

    def sign_in(self) -> None:
        """Sign in, with the role that the account has by now."""
        self._is_in(self.call("POST", "/v1/learner/auth/login", {"email": self.email, "password": self.password}))

    def prove(self, token: str) -> None:
        """Prove the address, where the stack sends mails."""
        status, _, answer = self.ask("POST", "/v1/learner/auth/verify", {"token": token})
        if status not in (HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE) or (
            status == HTTPStatus.SERVICE_UNAVAILABLE and b"MAIL_DISABLED" not in answer
        ):
            raise Problem(f"POST /v1/learner/auth/verify: {status} {answer.decode(errors='replace')[:500]}")

    def erase(self) -> None:
        """Erase the account, and see that it is gone."""
        self.call("DELETE", "/v1/learner/me", {"password": self.password})
        status = self.status("GET", "/v1/learner/me")
        if status != HTTPStatus.UNAUTHORIZED:
            raise Problem(f"GET /v1/learner/me of an erased account: {status} in place of 401.")

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer of an endpoint; ask again as often as it says so, for some seconds.

        Raises
        ------
        Problem
            It refuses.
        """
        status, headers, answer = self.ask(method, path, body)
        for _ in range(_TRIES_MAX):
            if status not in _AGAIN:
                break
            time.sleep(min(10.0, float(headers.get("Retry-After", 1))))
            status, headers, answer = self.ask(method, path, body)
        if status >= HTTPStatus.BAD_REQUEST:
            raise Problem(f"{method} {path}: {status} {answer.decode(errors='replace')[:500]}")
        return json.loads(answer) if answer else None

    def status(self, method: str, path: str) -> int:
        """Return what an endpoint answers with."""
        return self.ask(method, path, None)[0]

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        """Send a file by the form that the API signed.

        Raises
        ------
        Problem
            S3 refuses it.
        """
        boundary = uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in form["fields"].items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="smoke.txt"\r\n\r\n'.encode()
        data = b"".join([*parts, head, content, f"\r\n--{boundary}--\r\n".encode()])
        request = urllib.request.Request(form["url"], data, method="POST")  # noqa: S310 (S3's address, from our API)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        status, _, answer = _sent(request)
        if status >= HTTPStatus.BAD_REQUEST:
            raise Problem(f"The upload to S3: {status} {answer.decode(errors='replace')[:500]}")

    def _is_in(self, answer: dict[str, Any]) -> None:
        self.user_id, self.token = answer["user"]["userId"], answer["token"]

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any, bytes]:
        """Return status, headers and body of what an endpoint answers, whatever it is."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)  # noqa: S310 (the stack's own address)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        return _sent(request)


def _sent(request: urllib.request.Request) -> tuple[int, Any, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 (as above)
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()
    except OSError as error:
        raise Problem(f"{request.get_method()} {request.full_url.split('?')[0]}: no answer ({error}).") from None
