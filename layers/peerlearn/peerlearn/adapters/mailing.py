"""Mails by Amazon SES, as whole messages, so that their headers are ours.

Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

import idna
from botocore.exceptions import ClientError

from peerlearn.adapters.failures import NO_REPLY, status_of, transient_as_unavailable
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.mails import Letter, NotTaken

_SENDER = "Peerlearn"


class Mailing:
    """Sends mails from one address.

    Parameters
    ----------
    client
        A low-level client of SES, version 2.
    sender: str
        The address that mails come from, of a domain that SES signs for: DMARC compares the two.
    configuration_set: str
        The settings by which SES tells of bounces and complaints; empty for none.
    """

    def __init__(self, client: Any, sender: str, configuration_set: str = "", clock: Clock = utc_now) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set
        self._clock = clock

    def send(self, address: str, letter: Letter, headers: Mapping[str, str] | None = None) -> None:
        """Hand a mail over to SES, which takes it as a whole or not at all.

        Raises
        ------
        TemporarilyUnavailable
        """
        receiver = deliverable(address)
        message = self._message(receiver, letter, headers or {})
        request: dict[str, Any] = {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": [receiver]},
            "Content": {"Raw": {"Data": message.as_bytes()}},
        }
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        self._hand_over(request)

    def _hand_over(self, request: Mapping[str, Any]) -> None:
        with transient_as_unavailable():
            self._client.send_email(**request)

    def _message(self, receiver: str, letter: Letter, headers: Mapping[str, str]) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(_SENDER, addr_spec=self._sender)
        message["To"] = Address(addr_spec=receiver)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._clock())
        # Nobody's out-of-office note answers a mail that no person has written: RFC 3834.
        message["Auto-Submitted"] = "auto-generated"
        for name, value in headers.items():
            message[name] = value
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message


class MailingOnce(Mailing):
    """Sends mails that may leave once at most.

    Its client makes a single try: one that is repeated because no answer came may well send the mail twice.
    """

    def _hand_over(self, request: Mapping[str, Any]) -> None:
        """Hand a mail over.

        Raises
        ------
        NotTaken
            SES has refused it, since there are too many of them, for example.
        TemporarilyUnavailable
            Nobody knows whether SES has taken it.
        """
        try:
            self._client.send_email(**request)
        except ClientError as error:
            is_unknown = status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR
            raise TemporarilyUnavailable if is_unknown else NotTaken from error
        except NO_REPLY as error:
            raise TemporarilyUnavailable from error


def deliverable(address: str) -> str:
    """Return an address as SES takes it: its domain in ASCII.

    Raises
    ------
    idna.IDNAError
        No mail reaches that domain.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{idna.encode(domain, uts46=True).decode()}"
