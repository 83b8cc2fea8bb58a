"""The program: its commands, and what becomes of their failures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from peerlearn.domain.errors import DomainError, ValidationFailed
from scripts.cli.accounts import create_admin
from scripts.cli.check import check
from scripts.cli.courses import courses
from scripts.cli.failures import INTERRUPTED, sentence_of
from scripts.cli.mail import mail
from scripts.cli.redrive import redrive
from scripts.cli.signing_keys import keys
from scripts.cli.target import Choice, stack_options
from scripts.cli.upgrade import upgrade
from scripts.cli.words import say
from scripts.project.problem import Problem


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@stack_options
@click.pass_context
def peerlearn(
    context: click.Context,
    stack: str | None,
    profile: str | None,
    region: str | None,
    local: Path | None,
    env: str | None,
) -> None:
    """Runs a deployment of the learner backend.

    Works on the local stack while `make run` is up, on AWS with --env. The exit code is 0 when all went well, 1 when
    something is wrong (what, is said in a sentence), 2 when the command was not understood, 130 when you stopped it.

    \b
    python -m scripts.cli create-admin ada@school.example
    python -m scripts.cli courses import catalogue.yaml --tutor tomas@school.example --dry-run
    python -m scripts.cli check --env prod
    """
    context.obj = Choice(stack, profile, region, local, env)


for _command in (create_admin, courses, keys, mail, redrive, check, upgrade):
    peerlearn.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its return value is the exit status."""
    try:
        result: Any = peerlearn.main(
            None if arguments is None else list(arguments),
            prog_name="python -m scripts.cli",
            standalone_mode=False,
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _failed("Stopped.", INTERRUPTED)
    except ValidationFailed as error:
        return _failed("; ".join(f"{field['field']} {field['message']}" for field in error.details["fields"]))
    except DomainError as error:
        return _failed(error.message)
    except Problem as error:
        return _failed(str(error))
    except (BotoCoreError, ClientError) as error:
        return _failed(sentence_of(error))
    return result if isinstance(result, int) else 0


def _failed(sentence: str, status: int = 1) -> int:
    say(sentence, fg="red")
    return status
