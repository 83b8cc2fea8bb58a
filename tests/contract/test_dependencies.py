"""Every dependency is named once, in pyproject.toml, and pinned with its hashes in the files that pip reads."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

import pytest

from tests.support.api import ROOT

LAMBDA = "layers/dependencies/requirements.txt"
PINNED = (LAMBDA, *(f"requirements/{group}.txt" for group in ("install", "dev", "ministack", "bench", "scan")))
# name, and after == the version; a marker may follow
PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9, -]+\])?==(?P<version>[^ ;\\]+)(?P<rest>.*)$", re.MULTILINE
)


@cache
def declared() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def pins(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {found["name"]: found["version"] for found in PIN.finditer(text)}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[; ]", one)[0].lower() for one in requirements}


@pytest.mark.parametrize("file", PINNED)
def test_every_package_is_pinned_with_hashes_and_without_an_address(file: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / file).read_text(encoding="utf-8").split("make update\n", 1)[1])
    for block in blocks:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block
    text = "\n".join(blocks)
    assert "://" not in text
    assert "--index" not in text


def test_every_dependency_is_pinned_where_it_is_installed() -> None:
    project = declared()["project"]["dependencies"]
    assert names(project) <= pins(LAMBDA).keys()
    groups = declared()["dependency-groups"]
    assert {f"requirements/{group}.txt" for group in groups} == {*PINNED} - {LAMBDA}
    for group, requirements in groups.items():
        assert names(requirements) <= pins(f"requirements/{group}.txt").keys(), group


def test_tests_run_with_the_versions_that_run_in_lambda() -> None:
    assert pins(LAMBDA).items() <= pins("requirements/dev.txt").items()


def test_no_version_is_said_beside_the_name() -> None:
    everything = [*declared()["project"]["dependencies"]]
    everything += [one for group in declared()["dependency-groups"].values() for one in group]
    assert [one for one in everything if re.search(r"[<>=~!]=?\s*\d", one)] == []
