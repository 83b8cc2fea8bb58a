"""An API that answers what a test says: what a stack answers seldom, slowly, or to administrators alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Route, WebSocketRoute

ORIGIN = "http://127.0.0.1:9"
API = f"{ORIGIN}/api"
NOW = "2026-01-02T10:00:00Z"
PASSWORD = "Right-1843"

Reply = tuple[int, dict[str, Any] | None, dict[str, str]]


def ok(data: dict[str, Any], **metadata: Any) -> Reply:
    return 200, {"status": "success", "data": data, "metadata": metadata}, {}


def done() -> Reply:
    return 204, None, {}


def lost() -> Reply:
    """No answer at all, as without a network."""
    return 0, None, {}


def refused(status: int, code: str, message: str = "No.", retry_after: int | None = None, **details: Any) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return status, {"status": "error", "code": code, "message": message, "details": details}, headers


# not with slots: Playwright notes down its own about whose methods it calls
@dataclass
class StandIn:
    """Answers by method and path; the last one given stays.

    Attributes
    ----------
    calls: list
        Method, path with query, and body of every request, in order.
    unknown: list
        Requests that no answer was given for.
    """

    role: str = "learner"
    calls: list[tuple[str, Any]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    sockets: list[WebSocketRoute] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    _answers: dict[str, list[Reply]] = field(default_factory=dict)
    _held: dict[str, list[Route]] = field(default_factory=dict)
    _pushes: int = 0

    def __post_init__(self) -> None:
        summary = {"courses": 0, "completed": 0, "averagePercentage": 0, "totalStudyHours": 0, "points": 0}
        profile = {"name": "Ada", "points": 0, "totalStudyHours": 0, "badges": [], "interests": [], "learningGoals": []}
        self.on("POST /v1/learner/auth/login", self.signed_in())
        self.on("POST /v1/learner/auth/logout", done())
        self.on("POST /v1/learner/realtime/ticket", self.ticket())
        self.on("GET /v1/courses", ok({"courses": []}, total=0))
        self.on("GET /v1/courses/facets", ok({"subjects": [], "levels": [], "tutors": []}))
        self.on("GET /v1/learner/conversations", ok({"conversations": []}, total=0))
        self.on("GET /v1/learner/messages", ok({"messages": []}, total=0))
        self.on("GET /v1/learner/me/progress/crs_1", refused(403, "NOT_ENROLLED"))
        self.on("GET /v1/learner/me/todo", ok({"todo": []}))
        self.on("GET /v1/learner/me/news", ok({"news": []}))
        self.on("GET /v1/learner/me/submissions", ok({"submissions": []}, total=0))
        self.on("GET /v1/learner/me/progress", ok({"progress": [], "summary": summary}, total=0))
        self.on("GET /v1/learner/me/enrollments", ok({"enrollments": []}, total=0))
        self.on("GET /v1/learner/me/points", ok({"entries": []}, total=0))
        self.on("GET /v1/learner/peers", ok({"peers": []}, total=0))
        self.on("GET /v1/users", ok({"users": []}))
        self.on("GET /v1/learner/me", ok({"profile": profile}))

    def on(self, call: str, *replies: Reply) -> None:
        """Answers a call with one reply after the other."""
        self._answers[call] = list(replies)

    def signed_in(self) -> Reply:
        user = {"userId": "usr_ada", "name": "Ada", "email": "ada@people.example", "role": self.role}
        return 201, {"token": "access", "refreshToken": "refresh", "user": user, "deviceToken": "device-1"}, {}

    @staticmethod
    def ticket() -> Reply:
        return ok({"ticket": "t", "webSocketUrl": "ws://127.0.0.1:9/live"})

    def hold(self, call: str) -> None:
        """Lets this call wait, until `release`."""
        self._held[call] = []

    def release(self) -> None:
        held, self._held = self._held, {}
        for routes in held.values():
            for route in routes:
                self._fulfil(route)

    def push(self, kind: str, **data: Any) -> None:
        """Tells it over the latest socket."""
        self._pushes += 1
        event = {"type": kind, "eventId": f"evt_{self._pushes}", "data": data, "occurredAt": NOW}
        self.sockets[-1].send(json.dumps(event))

    def bodies(self, call: str) -> list[Any]:
        return [body for made, body in self.calls if made == call]

    def connect(self, context: BrowserContext) -> None:
        context.route(f"{API}/**", self._fulfil)
        context.route_web_socket("ws://127.0.0.1:9/**", self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda text: self.heard.append(json.loads(text)))

    def _fulfil(self, route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        path = parts.path.removeprefix("/api")
        call = f"{request.method} {path}"
        if call in self._held:
            self._held[call].append(route)
            return
        body = request.post_data_json if request.post_data else None
        self.calls.append((f"{request.method} {path}{'?' + parts.query if parts.query else ''}", body))
        answers = self._answers.get(call)
        if answers is None:
            self.unknown.append(call)
            answers = [refused(404, "NOT_FOUND")]
        status, content, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        if not status:
            route.abort("internetdisconnected")
            return
        route.fulfill(
            status=status,
            headers={
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After",
                "Content-Type": "application/json",
                **headers,
            },
            body="" if content is None else json.dumps(content),
        )
