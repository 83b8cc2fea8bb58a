"""The HTTP side of the reference client of the WebSocket."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

PAGE = 100


class ApiError(Exception):
    """The API refused; `code` says why."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("message", str(status)))
        self.status = status
        self.code = body.get("code", "")


class Api:
    """The HTTP side, signed in as one person; signs in again when the token has expired."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self._url = url
        self._credentials = {"email": email, "password": password}
        self._token: str | None = None
        self.user: dict[str, Any] = {}

    def sign_in(self) -> None:
        """A new token, and `user`."""
        answer = self._request("POST", "/v1/learner/auth/login", self._credentials)
        self._token, self.user = answer["token"], answer["user"]

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """The answer of an endpoint."""
        if query:
            path = f"{path}?{urllib.parse.urlencode(query)}"
        try:
            return self._request(method, path, body)
        except ApiError as error:
            if error.status != 401:  # noqa: PLR2004 (unauthenticated)
                raise
        self.sign_in()
        return self._request(method, path, body)

    def _request(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(self._url + path, method=method)  # noqa: S310 (the stack's own address)
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=30) as answer:  # noqa: S310 (as above)
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(error.code, _parsed(error.read())) from error


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def find_peer(api: Api, stack: dict[str, Any], wanted: str) -> tuple[str, str]:
    """Return the user id and the name of whom `--to` means."""
    if wanted in stack["accounts"]:
        other = Api(stack["apiUrl"], **stack["accounts"][wanted])
        other.sign_in()
        return str(other.user["userId"]), str(other.user["name"])
    known = [one["peer"] for one in api.call("GET", "/v1/learner/conversations", limit=PAGE)["data"]["conversations"]]
    known += api.call("GET", "/v1/learner/peers", limit=PAGE)["data"]["peers"]
    for person in known:
        if wanted == person["userId"] or wanted.lower() in person["name"].lower():
            return str(person["userId"]), str(person["name"])
    if wanted.startswith("usr_"):
        return wanted, wanted
    raise SystemExit(f"There is nobody called {wanted} among your peers and conversations.")
