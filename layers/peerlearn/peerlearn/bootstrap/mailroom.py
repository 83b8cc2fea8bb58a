"""The mailroom, for all whose doings are told by mail."""

from __future__ import annotations

from functools import cache

from peerlearn.domain.mails import Mailroom
from peerlearn.settings import settings


@cache
def mailroom() -> Mailroom:
    return Mailroom(settings().sends_mail)
