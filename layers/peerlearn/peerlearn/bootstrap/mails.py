"""The delivery of mails, for the worker that sends them."""

from __future__ import annotations

from functools import cache
from typing import Any

from peerlearn.adapters.mail_texts import MailTexts
from peerlearn.adapters.mailing import Mailing, MailingOnce
from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import aws_client, client_config, table
from peerlearn.bootstrap.standing import limits
from peerlearn.persistence.mails import OutboxRepository
from peerlearn.persistence.notices import NoticeRepository
from peerlearn.persistence.suppressions import SuppressionRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.mails import MailDelivery
from peerlearn.services.notice_mails import NoticeDelivery
from peerlearn.services.suppressions import FeedbackService
from peerlearn.settings import settings

_READ_SECONDS = 10


@cache
def mail_client() -> Any:
    return aws_client("sesv2", client_config(_READ_SECONDS))


@cache
def mail_client_of_one_try() -> Any:
    return aws_client("sesv2", client_config(_READ_SECONDS, attempts=1))


@cache
def mail_delivery() -> MailDelivery:
    chosen = settings()
    outbox, accounts, texts = OutboxRepository(table()), account_repository(), MailTexts()
    suppressions = SuppressionRepository(table())
    post = Mailing(mail_client(), chosen.mail_from, chosen.mail_configuration_set)
    once = MailingOnce(mail_client_of_one_try(), chosen.mail_from, chosen.mail_configuration_set)
    notices = NoticeDelivery(
        outbox, accounts, suppressions, NoticeRepository(table()), texts, once, chosen.app_url, chosen.api_url
    )
    return MailDelivery(
        outbox,
        accounts,
        suppressions,
        ThrottleRepository(table()),
        texts,
        post,
        limits(),
        chosen.app_url,
        notices,
    )


@cache
def feedback_service() -> FeedbackService:
    return FeedbackService(SuppressionRepository(table()))
