"""The steps of the trial, and how they are cleared away."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from peerlearn.bootstrap.accounts import account_service
from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import DomainError
from peerlearn.domain.mail_tokens import TokenKind, new_token
from peerlearn.domain.users import Role
from peerlearn.persistence import catalogue_keys, keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.catalogue import listing_of
from peerlearn.persistence.mails import OutboxRepository
from peerlearn.persistence.table import Item
from scripts.cli.target import Target
from scripts.local_stack.deployment import urls
from scripts.project.problem import Problem
from scripts.smoke.visitor import Visitor

# The stream's way to a socket, with two functions that start cold.
_PUSH_SECONDS = 60.0
# The stream, a queue, and a function that starts cold.
_ERASURE_SECONDS = 180.0
_PAUSE = 1.0
# These are gone of an account when its erasure is done, the last of them courses that it taught.
_ERASED = {Entity.PROFILE, Entity.SESSION, Entity.TOTALS, Entity.SUBMISSION, Entity.POINTS, Entity.TEACHING}
COURSE = {
    "title": "Deployment check, gone in a minute",
    "description": "Made by the test of a deployment, and deleted by it.",
    "subject": "Deployment check",
    "level": "beginner",
    "kind": "course",
    "capacity": 1,
    "modules": [{"title": "The only one", "minutes": 1}],
    "status": "published",
}


class Trial:
    """One run of it.

    Parameters
    ----------
    target: Target
        The stack, which the product's services work on already.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        outputs = target.outputs
        # a local AWS serves what it makes at its own address
        endpoint = target.endpoint or os.environ.get("AWS_ENDPOINT_URL")
        here = urls(endpoint, outputs) if endpoint else {}
        # domains of one's own may not lead here yet
        self._web_socket_url = here.get("webSocketUrl", outputs["WebSocketUrl"])
        url = here.get("apiUrl", outputs["ApiUrl"])
        self._tutor, self._learner = Visitor(url, "Deployment check"), Visitor(url, "Deployment check")
        self._course_id = ""

    def run(self) -> None:
        """Try everything, then clean up, whatever went wrong.

        Raises
        ------
        Problem
            Something does not work: in one sentence, what.
        """
        try:
            self._try_out()
        finally:
            self._clean_up()

    def _try_out(self) -> None:
        with _step("sign-up"):
            self._learner.register()
        with _step("proving the address, with a link of the operator's"):
            self._learner.prove(_link_of(self._learner))
        with _step("a tutor, by the operator's permissions, and signing in"):
            # as `create-admin` makes an administrator
            account = (self._tutor.name, self._tutor.email, self._tutor.password)
            account_service().register(*account, role=Role.TUTOR, proven=True)
            self._tutor.sign_in()
        with _step("a course and an assessment"):
            course = self._tutor.call("POST", "/v1/courses", COURSE)["data"]["course"]
            self._course_id = course["courseId"]
            task = {"title": "A file", "instructions": "Any.", "maxGrade": 1}
            answer = self._tutor.call("POST", f"/v1/courses/{self._course_id}/assessments", task)
            assessment_id = answer["data"]["assessment"]["assessmentId"]
        with _step("booking"):
            booked = self._learner.call("POST", f"/v1/courses/{self._course_id}/enroll")["data"]["enrollment"]
            _require(booked["status"] == "active", f"The seat is {booked['status']}, and should be active.")
        with _step("an upload, handed in"):
            self._hand_in(assessment_id)
        with _step("a push to oneself over the WebSocket"):
            self._complete_and_hear(course["modules"][0]["moduleId"])

    def _hand_in(self, assessment_id: str) -> None:
        content = b"A file of the deployment check."
        wanted = {"fileName": "smoke.txt", "contentType": "text/plain", "size": len(content)}
        form = self._learner.call("POST", f"/v1/assessments/{assessment_id}/upload", wanted)["data"]["upload"]
        self._learner.upload(form, content)
        handed_in = {"submissionUrl": form["submissionUrl"]}
        self._learner.call("POST", f"/v1/assessments/{assessment_id}/submit", handed_in)

    def _complete_and_hear(self, module_id: str) -> None:
        ticket = self._learner.call("POST", "/v1/learner/realtime/ticket")["data"]["ticket"]
        try:
            with connect(f"{self._web_socket_url}?ticket={quote(ticket)}", open_timeout=_PUSH_SECONDS) as socket:
                path = f"/v1/learner/me/progress/{self._course_id}"
                self._learner.call("PATCH", path, {"moduleId": module_id, "studyMinutes": 1})
                _hear(socket, "course.completed")
        except (OSError, WebSocketException) as error:
            raise Problem(f"The WebSocket at {self._web_socket_url}: {type(error).__name__} {error}") from None

    # -- cleaning up

    def _clean_up(self) -> None:
        if self._course_id:
            with _step("closing the course"):
                self._tutor.call("PATCH", f"/v1/courses/{self._course_id}", {"status": "closed"})
        with _step("erasing both accounts"):
            people = [one for one in (self._learner, self._tutor) if one.user_id]
            for person in people:
                person.erase()
            _eventually(lambda: all(_is_emptied(person.user_id) for person in people), "The erasure of the accounts")
        if self._course_id:
            with _step("deleting the course"):
                _eventually(self._is_unlisted, "The catalogue")
                self._delete_course()

    def _is_unlisted(self) -> bool:
        return not listing_of(table().get(catalogue_keys.listing(self._course_id))).marks

    def _delete_course(self) -> None:
        own = [keys.Key(item["PK"], item["SK"]) for item in _items(keys.course_partition(self._course_id))]
        named = [key.sk for key in own if key.sk.startswith(keys.ASSESSMENT_PREFIX)]
        assessments = [name.removeprefix(keys.ASSESSMENT_PREFIX) for name in named]
        counters = [key for assessment_id in assessments for key in keys.submission_counters(assessment_id)]
        # of a course that was completed the learner's seat stays without a name; of this one nobody needs it
        table().batch_delete([*own, *counters, keys.enrollment(self._learner.user_id, self._course_id)])


def _link_of(visitor: Visitor) -> str:
    """Return a token as a mail to the visitor carries it: nobody reads that one."""
    text, token = new_token(TokenKind.VERIFY, visitor.user_id, visitor.email, 0, utc_now())
    OutboxRepository(table()).keep_token(token)
    return text


def _is_emptied(user_id: str) -> bool:
    return not _ERASED & {item["entity"] for item in _items(keys.user_partition(user_id))}


def _items(partition: str) -> list[Item]:
    return table().query("PK = :pk", {":pk": partition}, consistent=True)


def _hear(socket: ClientConnection, kind: str) -> None:
    """Wait for an event of that kind, past others."""
    deadline = time.monotonic() + _PUSH_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = json.loads(socket.recv(timeout=left))
        except TimeoutError:
            break
        if message.get("type") == kind:
            return
    raise Problem(f"No {kind} was pushed within {_PUSH_SECONDS:.0f} seconds: look at the function Notify's log.")


def _eventually(seen: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _ERASURE_SECONDS
    while not seen():
        if time.monotonic() > deadline:
            raise Problem(f"{what} is not done after {_ERASURE_SECONDS:.0f} seconds: look at the logs of the stream.")
        time.sleep(_PAUSE)


def _require(holds: bool, sentence: str) -> None:  # noqa: FBT001 (reads as an assertion)
    if not holds:
        raise Problem(sentence)


@contextmanager
def _step(name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except (Problem, DomainError):
        print(f"  FAILED  {name}", flush=True)
        raise
    print(f"  ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)
