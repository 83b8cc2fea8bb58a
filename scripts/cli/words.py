"""Messages to people, beside a command's results: on standard error, in colour where that is wanted."""

from __future__ import annotations

import os
from typing import Any

import click


def say(text: str, **style: Any) -> None:
    """A line on standard error. Colours are `click.style`'s; without a terminal, or with NO_COLOR, there are none."""
    click.echo(text if os.environ.get("NO_COLOR") else click.style(text, **style), err=True)


def counted(number: int, one: str, more: str = "") -> str:
    """Return a number with its word: `1 course`, `2 courses`; `more` is the plural where it is not made with an s."""
    return f"{number} {one if number == 1 else more or f'{one}s'}"
