"""Rows of the contexts `peers` and `messages`, and of the ticket that opens a socket."""

from __future__ import annotations

from tests.support.catalogue.callers import CALLERS, STRANGERS, besides
from tests.support.catalogue.rows import endpoint, of, use
from tests.support.tour import Tour

_TEXT = "Shall we go through the rook endings together?"


def _send(tour: Tour) -> None:
    ada, bob = tour.person("ada"), tour.person("bob")
    text = {"receiverId": bob.user_id, "message": _TEXT}
    tour.step("send", ada, label="send (first)", body=text)
    tour.call("send", bob, body=text | {"receiverId": ada.user_id})
    tour.step("send", ada, body=text)


ROWS = (
    endpoint("find_peers", "GET /v1/learner/peers", CALLERS, use("200", "ada", query={})),
    endpoint(
        "send",
        "POST /v1/learner/messages",
        # to somebody of the course: peers of it, and the tutor who was written to
        besides(CALLERS, "FORBIDDEN", *STRANGERS, "administrator"),
        use("201", "ada", body=lambda scene: scene.message("bob")),
        use("201", "ada", "first", body=lambda scene: scene.message("eve")),
        use("201", "ada", "repeated", body=lambda scene: scene.message("bob", clientMessageId="before")),
        use(
            "201",
            "ada",
            "named",
            body=lambda scene: scene.message("bob", clientMessageId=None),
            headers={"Idempotency-Key": "one"},
        ),
        tour=_send,
    ),
    endpoint("list_messages", "GET /v1/learner/messages", CALLERS, use("200", "ada", query=of("with", "bob"))),
    endpoint("list_conversations", "GET /v1/learner/conversations", CALLERS, use("200", "ada", query={})),
    endpoint(
        "mark_read",
        "PATCH /v1/learner/conversations/{peerId}",
        CALLERS,
        use("200", "ada", path=of("peerId", "bob"), body=lambda scene: {"readUpTo": scene.last_seq}),
    ),
    endpoint("create_ticket", "POST /v1/learner/realtime/ticket", CALLERS, use("201", "ada", body=None)),
)
