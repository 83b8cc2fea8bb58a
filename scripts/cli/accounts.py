"""Administrators."""

from __future__ import annotations

import sys

import click
from pydantic import TypeAdapter, ValidationError

from functions.auth.credential_schemas import Email, NewPassword
from peerlearn.bootstrap.accounts import (
    account_repository,
    account_service,
    administration_service,
    password_hasher,
)
from peerlearn.domain.errors import EmailAlreadyRegistered
from peerlearn.domain.users import OPERATOR_ID, Principal, Role, User
from peerlearn.http.models import PersonName
from scripts.cli.target import Target, on_stack

# AWS permissions decide who may run this; the services want to know a caller.
OPERATOR = Principal(OPERATOR_ID, Role.ADMIN, OPERATOR_ID)


@click.command("create-admin", short_help="Creates an administrator, or makes an account one.")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="Name of a new account.")
@click.option("--existing", metavar="USER_ID", help="The account with this id is the one that is meant.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@on_stack
def create_admin(target: Target, email: str, name: str, existing: str | None, *, password_stdin: bool) -> None:
    """Creates an administrator with this address, with a password that is asked for.

    An account that is there already may have been registered by anybody: it is refused unless --existing names its id.
    It then gets the password that is asked for, and all of its sessions end. A second time changes nothing.
    """
    email = _checked(TypeAdapter(Email), email, "EMAIL")
    name = _checked(TypeAdapter(PersonName), name, "--name")
    target.use_services()
    user = _user(email)
    if existing is None and user is None:
        password = _password(from_stdin=password_stdin)
        try:
            user = account_service().register(name, email, password, role=Role.ADMIN, proven=True).user
        except EmailAlreadyRegistered:
            # Somebody registered it in the meantime.
            user = _user(email)
        else:
            click.echo(f"Created {user.user_id} for {email}, who is an administrator now.")
            return
    _take_over(email, user, existing, password_stdin=password_stdin)


def _take_over(email: str, user: User | None, existing: str | None, *, password_stdin: bool) -> None:
    if user is None or (existing is not None and existing != user.user_id):
        raise click.UsageError(f"--existing: {email} is not the address of {existing}.")
    if user.role is Role.ADMIN:
        click.echo(f"{email} ({user.user_id}) is an administrator already.")
        return
    if existing is None:
        raise click.UsageError(
            f"{email} has an account, {user.user_id}, registered on {user.created_at:%Y-%m-%d} as {user.name!r}. "
            f"If it is the right person's, say so with --existing {user.user_id}: it then gets a new password."
        )
    password_hash = password_hasher().hash(_password(from_stdin=password_stdin))
    administration_service().take_over(OPERATOR, user, Role.ADMIN, password_hash)
    click.echo(f"{email} ({user.user_id}) is an administrator now, with the new password. Its sessions have ended.")


def _user(email: str) -> User | None:
    credential = account_repository().credential(email)
    return credential.user if credential else None


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return _checked(TypeAdapter(NewPassword), sys.stdin.readline().rstrip("\r\n"), "The password")
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody is there to type a password: write it to standard input, with --password-stdin.")
    return str(
        click.prompt(
            "Password",
            hide_input=True,
            confirmation_prompt=True,
            err=True,
            value_proc=lambda text: _checked(TypeAdapter(NewPassword), text, "The password"),
        )
    )


def _checked(adapter: TypeAdapter[str], text: str, what: str) -> str:
    try:
        return adapter.validate_python(text)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise click.UsageError(f"{what}: {message}") from None
