"""Bodies of the endpoints that a mail's link leads to."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from peerlearn.domain.mail_tokens import TEXT_MAX_LENGTH
from peerlearn.http.models import RequestModel, ResponseModel

MailTokenText = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX_LENGTH)]


class ShownLink(RequestModel):
    """The token of a link. A text that cannot be one is a 401, like one that was spent."""

    token: MailTokenText


class SentData(ResponseModel):
    """The address that a link was mailed to."""

    sent_to: str


class PendingData(ResponseModel):
    """The address that the account gets once that proves itself."""

    pending: str


class NothingToTell(ResponseModel):
    """An answer that tells nothing of an address."""
