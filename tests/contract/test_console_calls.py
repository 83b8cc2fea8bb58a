"""Every request of the console is an operation of the API document, by method and path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.web_console import FOLDER
from tests.support.documented import document

METHODS = {
    "get": "GET",
    "page": "GET",
    "all": "GET",
    "post": "POST",
    "patch": "PATCH",
    "put": "PUT",
    "delete": "DELETE",
}
LITERAL = r'"[^"]*"|`[^`]*`'
CALL = re.compile(rf"(?:\bapi|#api|this)\.({'|'.join(METHODS)})\(\s*({LITERAL}|\w+)")
SENT = re.compile(rf'this\.#(?:send|call)\(\s*"([A-Z]+)",\s*({LITERAL})')
# the beginnings of addresses that a file has names for
BASE = re.compile(r"\bconst (\w+) = (\"/v1/[^\"]*\"|`/v1/[^`]*`);")
# where the API is spoken to in general, and a path is whatever the caller says
GENERAL = {("api.js", "path")}


def scripts() -> list[Path]:
    return sorted(FOLDER.rglob("*.js"))


def shape(path: str) -> str:
    """A path with `{}` for each of its parameters."""
    return re.sub(r"\$?\{[^{}]*\}", "{}", path)


OPERATIONS = {f"{method.upper()} {shape(path)}" for path, item in document()["paths"].items() for method in item}


def requests_of(script: Path) -> Iterator[tuple[str, set[str]]]:
    """Each request as it is written, and what it may be: a `path` of a file may be any that is so called in it."""
    text = script.read_text(encoding="utf-8")
    bases: dict[str, set[str]] = {}
    for name, literal in BASE.findall(text):
        bases.setdefault(name, set()).add(shape(literal[1:-1]))
    calls = [(METHODS[name], target) for name, target in CALL.findall(text)] + SENT.findall(text)
    for method, target in calls:
        if (script.name, target) in GENERAL:
            continue
        yield f"{method} {target}", {f"{method} {path}" for path in _paths(target, bases)}


def _paths(target: str, bases: dict[str, set[str]]) -> set[str]:
    if target in bases:
        return bases[target]
    written = target[1:-1]
    for name, known in bases.items():
        if written.startswith(f"${{{name}}}"):
            return {base + shape(written.removeprefix(f"${{{name}}}")) for base in known}
    return {shape(written)}


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_each_request_is_an_operation_of_the_document(script: Path) -> None:
    unknown = [written for written, possible in requests_of(script) if not possible & OPERATIONS]
    assert unknown == []


def test_the_requests_are_found() -> None:
    found = {request for script in scripts() for _, possible in requests_of(script) for request in possible}
    for request in (
        "POST /v1/learner/auth/login",
        "DELETE /v1/users/{}/sessions",
        "GET /v1/audit",
        "DELETE /v1/learner/me",
    ):
        assert request in found
    assert len(found & OPERATIONS) >= 30
