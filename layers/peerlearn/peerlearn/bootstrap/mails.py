"""The delivery of mails, for the worker that sends them."""

from __future__ import annotations

from functools import cache
from typing import Any

from peerlearn.adapters.mail_texts import MailTexts
from peerlearn.adapters.mailing import Mailing
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import aws_client, client_config, table
from peerlearn.bootstrap.standing import limits
from peerlearn.persistence.mails import OutboxRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.mails import MailDelivery
from peerlearn.settings import settings

_READ_SECONDS = 10


@cache
def mail_client() -> Any:
    return aws_client("sesv2", client_config(_READ_SECONDS))


@cache
def mail_delivery() -> MailDelivery:
    chosen = settings()
    return MailDelivery(
        OutboxRepository(table()),
        account_repository(),
        ThrottleRepository(table()),
        MailTexts(),
        Mailing(mail_client(), chosen.mail_from, chosen.mail_configuration_set),
        limits(),
        chosen.app_url,
    )
