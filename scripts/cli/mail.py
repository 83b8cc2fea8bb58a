"""Mails: whether they leave."""

from __future__ import annotations

import click
from pydantic import TypeAdapter, ValidationError

from functions.auth.credential_schemas import NewEmail
from peerlearn.adapters.mail_texts import MailTexts
from peerlearn.adapters.mailing import Mailing
from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import utc_now
from peerlearn.domain.mails import MailKind
from peerlearn.domain.users import Language
from peerlearn.persistence.suppressions import SuppressionRepository
from scripts.cli.target import Target, on_stack
from scripts.project.problem import Problem


@click.group()
def mail() -> None:
    """Mails that the stack sends."""


@mail.command(short_help="Sends a mail to an address.")
@click.argument("address")
@click.option(
    "--language",
    type=click.Choice([one.value for one in Language]),
    default="en",
    show_default=True,
    help="Language of the mail.",
)
@on_stack
def test(target: Target, address: str, language: str) -> None:
    """Sends a mail to this address, as the stack sends its own, and says what SES answers.

    In SES's sandbox only addresses that have been proven to SES itself are taken.
    """
    sender = target.parameters.get("MailFrom", "")
    if not sender:
        raise Problem(f"{target.described} sends no mails: deploy it with MailFrom.")
    receiver = _checked(address)
    values = {"name": "", "at": utc_now(), "app": target.parameters.get("AppUrl") or target.outputs.get("WebUrl", "")}
    letter = MailTexts().letter(MailKind.MAIL_TEST, Language(language), "UTC", values)
    Mailing(target.mails(), sender, target.resource("MailConfigurationSet")).send(receiver, letter)
    click.echo(f"SES has taken a mail from {sender} to {receiver}.")


@mail.command(short_help="Lets mails go to an address that they came back from.")
@click.argument("address")
@on_stack
def allow(target: Target, address: str) -> None:
    """Lets every mail go again to an address that one came back from, or whose reader complained.

    Ask the reader first.
    """
    receiver = _checked(address)
    target.use_services()
    SuppressionRepository(table()).forget(receiver)
    click.echo(f"Every mail goes to {receiver} again.")


def _checked(address: str) -> str:
    try:
        return TypeAdapter(NewEmail).validate_python(address)
    except ValidationError as error:
        raise click.UsageError(f"ADDRESS: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
