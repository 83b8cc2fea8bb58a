"""A client of the deployed API, as a front end would be: URLs, tokens and JSON, nothing of the product's own code."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests

PASSWORD = "Correct-Horse-1"
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in."""

    user_id: str
    email: str
    token: str
    refresh_token: str


class Client:
    """Calls `{apiUrl}` + path."""

    def __init__(self, stack: dict[str, Any]) -> None:
        self._stack = stack
        self._session = requests.Session()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        as_: Account | None = None,
        headers: dict[str, str] | None = None,
        **query: object,
    ) -> requests.Response:
        """One request; a text or bytes body is sent as it is."""
        sent = dict(headers or {})
        if as_ is not None:
            sent["Authorization"] = f"Bearer {as_.token}"
        raw = body if isinstance(body, str | bytes) else None
        return self._session.request(
            method,
            self._stack["apiUrl"] + path,
            json=None if raw is not None else body,
            data=raw,
            headers=sent,
            params={name: str(value) for name, value in query.items()},
            timeout=_TIMEOUT,
        )

    def ok(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """The `data` of an answer that must be a success."""
        response = self.call(method, path, body, **options)
        assert response.ok, f"{method} {path}: {response.status_code} {response.text}"
        return response.json().get("data") if response.content else None

    def register(self, name: str = "Ada") -> Account:
        """A new learner."""
        email = f"{uuid4().hex}@people.example"
        body = {"name": name, "email": email, "password": PASSWORD}
        response = self.call("POST", "/v1/learner/auth/register", body)
        assert response.status_code == 201, response.text
        return _account(response.json())

    def sign_in(self, email: str, password: str) -> Account:
        response = self.call("POST", "/v1/learner/auth/login", {"email": email, "password": password})
        assert response.status_code == 201, response.text
        return _account(response.json())

    def demo(self, role: str) -> Account:
        """The demo account of that role."""
        account = self._stack["accounts"][role]
        return self.sign_in(account["email"], account["password"])

    def course(self, tutor: Account, **fields: object) -> Any:
        """A published course of the tutor's."""
        body = {
            "title": f"Course {uuid4().hex[:8]}",
            "description": "For a test.",
            "subject": "Testing",
            "level": "beginner",
            "kind": "course",
            "capacity": 10,
            "modules": [{"title": "One", "minutes": 10}, {"title": "Two", "minutes": 20}],
            "status": "published",
        }
        return self.ok("POST", "/v1/courses", body | fields, as_=tutor)["course"]


def eventually(seen: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it comes to be so: for what the stream does a moment later."""
    deadline = time.monotonic() + seconds
    while not (so := seen()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return so


def _account(answer: dict[str, Any]) -> Account:
    user = answer["user"]
    return Account(user["userId"], user["email"], answer["token"], answer["refreshToken"])
