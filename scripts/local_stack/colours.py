"""Colours on a terminal, and nowhere else. https://no-color.org"""

from __future__ import annotations

import os
import sys
from typing import TextIO

import click


class Colours:
    """Styles text, or leaves it as it is."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted

    @classmethod
    def of(cls, stream: TextIO | None = None) -> Colours:
        """For texts that are written to that stream, standard output where none is given."""
        is_terminal = (stream or sys.stdout).isatty()
        return cls(wanted=is_terminal and not os.environ.get("NO_COLOR"))

    def __call__(self, text: str, colour: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
        return click.style(text, fg=colour, bold=bold or None, dim=dim or None) if self._wanted else text
