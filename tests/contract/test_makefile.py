"""The help of `make`, and the files that it leaves behind."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from scripts.project.paths import ROOT

# what a `make` that runs the tests hands on
_OF_MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "npm_config_cache")


def make(*arguments: str, **environment: str) -> str:
    """Return the output of `make` in the project's folder."""
    done = subprocess.run(  # noqa: S603
        ["make", "--no-print-directory", *arguments],  # noqa: S607
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in _OF_MAKE} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_help_says_how_one_file_of_tests_is_run() -> None:
    (line,) = (line for line in make("help").splitlines() if line.startswith("  make test "))
    found = re.search(r"ARGS=(tests/\S+\.py)", line)
    assert found
    assert (ROOT / found[1]).is_file()
    assert f"-m pytest -n auto {found[1]}" in make("-n", "test", f"ARGS={found[1]}")


def test_clean_removes_all_that_git_is_told_to_ignore() -> None:
    ignored = {
        line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line[-1:] == "/"
    }
    # of an editor, and of Python where it runs
    kept = {".idea", ".vscode", "__pycache__"}
    assert ignored - kept <= set(make("-n", "clean").split())


@pytest.mark.parametrize("target", ["lint", "format", "test"])
def test_npm_is_given_a_cache_where_the_home_takes_none(target: str, tmp_path: Path) -> None:
    """`npx` waits for ever where it cannot write its cache."""
    makefile = tmp_path / "Makefile"
    told = f"include Makefile\nenvironment environments: ;\n{target}: ; @echo =$$npm_config_cache=\n"
    makefile.write_text(told, encoding="utf-8")

    def cache(**environment: str) -> str:
        return make("-f", str(makefile), target, **environment).strip()

    assert cache(HOME=str(tmp_path)) == "=="
    assert cache(HOME="/proc") == f"={ROOT}/.cache/npm="
    assert cache(HOME="/proc", npm_config_cache="/elsewhere") == "=/elsewhere="


def test_sam_keeps_what_it_knows_in_the_project() -> None:
    """It ends in a trace where it cannot make a folder in the home."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^export __SAM_CLI_APP_DIR := \$\(CURDIR\)/\.cache/", text, re.MULTILINE)
