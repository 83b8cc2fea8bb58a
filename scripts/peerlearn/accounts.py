"""Administrators."""

from __future__ import annotations

import sys

import click
from pydantic import TypeAdapter, ValidationError

from functions.auth.credential_schemas import Email, NewPassword
from peerlearn.bootstrap.accounts import account_repository, account_service
from peerlearn.domain.errors import EmailAlreadyRegistered
from peerlearn.domain.users import Principal, Role, User
from peerlearn.http.models import PersonName
from scripts.peerlearn.target import Target, on_stack

# Whoever may run this may do so by their AWS permissions; the services want to know a caller.
OPERATOR = Principal("operator", Role.ADMIN, "operator")


@click.command("create-admin", short_help="Makes an account an administrator, or creates one.")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="Name of a new account.")
@click.option("--password-stdin", is_flag=True, help="Read a new account's password from standard input.")
@on_stack
def create_admin(target: Target, email: str, name: str, *, password_stdin: bool) -> None:
    """Makes the account with this address an administrator.

    Where there is no such account it is created, with a password that is asked for. An existing account keeps its
    password and name; its sessions end, so that they sign in anew with the new role. A second time changes nothing.
    """
    email = _checked(TypeAdapter(Email), email, "EMAIL")
    name = _checked(TypeAdapter(PersonName), name, "--name")
    target.use_services()
    user = _user(email)
    if user is None:
        password = _password(from_stdin=password_stdin)
        try:
            user = account_service().register(name, email, password).user
            click.echo(f"Created {user.user_id} for {email}.")
        except EmailAlreadyRegistered:
            # somebody registered it in the meantime
            user = _user(email)
            if user is None:
                raise
    if user.role is Role.ADMIN:
        click.echo(f"{email} ({user.user_id}) is an administrator already.")
        return
    account_service().set_role(OPERATOR, user.user_id, Role.ADMIN)
    click.echo(f"{email} ({user.user_id}) is an administrator now.")


def _user(email: str) -> User | None:
    credential = account_repository().credential(email)
    return credential.user if credential else None


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return _checked(TypeAdapter(NewPassword), sys.stdin.readline().rstrip("\r\n"), "The password")
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
