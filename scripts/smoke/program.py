"""The command line: which stack is tried, and what becomes of failures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from peerlearn.domain.errors import DomainError
from scripts.cli.failures import INTERRUPTED, sentence_of
from scripts.cli.target import Choice, chosen
from scripts.deploying.settings import ENVIRONMENTS
from scripts.project.problem import Problem
from scripts.smoke.trial import Trial


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; its return value is the exit status."""
    parser = argparse.ArgumentParser(prog="smoke", description="Tries a deployed stack as its users do.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--env", choices=ENVIRONMENTS, help="as it was deployed by make deploy")
    where.add_argument("--local", type=Path, metavar="FILE", help="a local stack's stack.json")
    options = parser.parse_args(arguments)
    try:
        target = chosen(Choice(env=options.env, local=options.local))
        target.describe()
        target.use_services()
        print(f"Trying {target.described}.", flush=True)
        Trial(target).run()
    except Problem as problem:
        print(f"The test of the deployment failed. {problem}", file=sys.stderr)
    except DomainError as error:
        print(f"The test of the deployment failed. {error.message}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"The test of the deployment could not be made. {sentence_of(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    else:
        return 0
    return 1
