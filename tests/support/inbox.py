"""An inbox in memory: what the stream, the queue and the worker make of the outbox, as SES would be handed it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up
from peerlearn.bootstrap import mails
from peerlearn.domain.tasks import Work
from peerlearn.persistence.items.base import Entity
from tests.support.api import Context, event_of
from tests.support.filters import filter_of
from tests.support.workers import Workers

_LINK = re.compile(r"https?://\S+#\S+")


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as its reader's program parses it."""

    request: dict[str, Any]
    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.request["Destination"]["ToAddresses"][0])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def link(self) -> str:
        (link,) = _LINK.findall(self.text)
        return str(link)

    @property
    def page(self) -> str:
        return urlsplit(self.link).fragment.partition("?")[0]

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.link).fragment.partition("?")[2])["token"][0]


class Inbox:
    """Everybody's.

    Attributes
    ----------
    received: list of Received
        In the order in which the mails were sent.
    refuses: Exception or None
        What SES answers instead of taking a mail.
    """

    def __init__(self, patch: pytest.MonkeyPatch, items: Callable[[], list[dict[str, Any]]]) -> None:
        self.received: list[Received] = []
        self.refuses: Exception | None = None
        self.workers = Workers(patch, Work.MAIL, Work.JOB, Work.PROMOTION, Work.CATALOGUE)
        self._items = items
        self._seen: set[str] = set()
        for client in ("mail_client", "mail_client_of_one_try"):
            patch.setattr(mails, client, lambda: self)

    def send_email(self, **request: Any) -> dict[str, str]:
        """Stands for SES."""
        if self.refuses is not None:
            raise self.refuses
        parsed = message_from_bytes(request["Content"]["Raw"]["Data"], policy=default)
        self.received.append(Received(request, parsed))
        return {"MessageId": str(len(self.received))}

    def deliver(self) -> list[Received]:
        """Has everything sent that waits; returns what came of it."""
        before = len(self.received)
        passes = filter_of("FollowUpFunction")
        for item in self._items():
            if item["entity"]["S"] != Entity.MAIL or item["mailId"]["S"] in self._seen:
                continue
            self._seen.add(item["mailId"]["S"])
            record = copy.deepcopy(event_of("follow_up")["Records"][0])
            record["eventName"] = "INSERT"
            record["dynamodb"]["NewImage"] = item
            record["dynamodb"].pop("OldImage", None)
            assert passes(record)
            follow_up.lambda_handler({"Records": [record]}, cast("LambdaContext", Context()))
        self.workers.drain(Work.MAIL)
        return self.received[before:]

    def forget(self) -> None:
        """Let the stream tell of every mail that waits as if it were new."""
        self._seen.clear()

    def only(self, address: str) -> Received:
        """The one mail that an address gets now."""
        (found,) = (one for one in self.deliver() if one.to == address)
        return found
