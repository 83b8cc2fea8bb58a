"""The environment that the commands make: of the interpreter that is named, and with the product in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scripts.project.paths import ROOT

SH = shutil.which("sh") or "/bin/sh"


def environment(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the script for `.venv` in a copy of the project, nothing of which has to be installed."""
    return subprocess.run(  # noqa: S603 (the project's own script)
        [SH, str(ROOT / "scripts" / "environment.sh"), ".venv"],
        cwd=folder,
        env={**os.environ, "PYTHON": python},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    """A folder whose environment has all packages, made with the interpreter of this test."""
    for name in ("requirements/dev.txt", "layers/dependencies/requirements.txt", "scripts/environment.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True, timeout=60
    )
    command = (
        "cat requirements/dev.txt layers/dependencies/requirements.txt scripts/environment.sh | cksum > .venv/.stamp"
    )
    subprocess.run([SH, "-c", command], cwd=tmp_path, check=True, timeout=60)  # noqa: S603 (as above)
    return tmp_path


def test_the_interpreter_of_the_environment_is_taken_without_a_word(complete: Path) -> None:
    done = environment(complete, sys.executable)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_interpreter_beside_a_complete_environment_is_refused(complete: Path, tmp_path: Path) -> None:
    other = tmp_path / "other-python"
    script = '#!/bin/sh\ncase "$2" in *realpath*) echo /opt/other/python ;; esac\n'
    other.write_text(script, encoding="utf-8")
    other.chmod(0o755)
    done = environment(complete, str(other))
    assert done.returncode == 1
    # and not `make clean`, which would take the local stack's data along
    assert "remove it (rm -rf .venv)" in done.stderr
    assert str(other) in done.stderr


def test_an_interpreter_that_is_none_is_named(complete: Path) -> None:
    done = environment(complete, "/nowhere/python3.13")
    assert (done.returncode, done.stderr) == (1, "PYTHON=/nowhere/python3.13 is no Python 3.11 or newer.\n")


def test_the_product_is_found_wherever_the_environment_is_used(tmp_path: Path) -> None:
    """By editors too, which know nothing of the folder that the tests put first."""
    done = subprocess.run(
        [sys.executable, "-c", "import peerlearn.domain.clock as found; print(found.__file__)"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert Path(done.stdout.strip()) == ROOT / "layers" / "peerlearn" / "peerlearn" / "domain" / "clock.py"


def test_checkers_of_types_and_tests_look_for_the_product_in_one_place() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layer = tools["mypy"]["mypy_path"]
    assert (ROOT / layer / "peerlearn" / "domain").is_dir()
    assert tools["pyright"]["extraPaths"] == [layer]
    assert layer in tools["pytest"]["ini_options"]["pythonpath"]
    assert layer in tools["ruff"]["src"]
    # the environment that `make environment` makes
    assert (tools["pyright"]["venvPath"], tools["pyright"]["venv"]) == (".", ".venv")
