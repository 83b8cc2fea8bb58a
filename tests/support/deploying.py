"""Settings of a deployment, as tests answer and read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samcli.cli.types import CfnParameterOverridesType

from scripts.deploying.settings import Settings, checked

ANSWERS = [
    *("eu-west-1", "school", "https://learn.example,https://tutor.example", "ops@learn.example"),
    *("school@learn.example", "https://learn.example/"),
]
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"


def answering(answers: list[str]) -> Iterator[str]:
    yield from answers


def settings(environment: str = "prod", **said: Any) -> Settings:
    return checked(environment, f"deploy.{environment}.toml", {"region": "eu-west-1", **said})


def understood(command: list[str]) -> dict[str, str]:
    """The parameters of a command, as SAM's own parser reads them."""
    given = command[command.index("--parameter-overrides") + 1 :]
    found: dict[str, str] = CfnParameterOverridesType().convert(tuple(given), None, None)
    return found
