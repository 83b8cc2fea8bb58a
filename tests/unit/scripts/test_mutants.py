"""The program that removes conditions and checks: it finds all of them, and what it makes of them is what it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.mutants.conditions import condition_edits, sinks
from scripts.mutants.equivalents import EQUIVALENTS
from scripts.mutants.expressions import ALWAYS, terms, weakened
from scripts.mutants.schemata import switched
from scripts.mutants.sites import Site, find_sites
from scripts.project.paths import ROOT

PERSISTENCE = sorted((ROOT / "layers/peerlearn/peerlearn/persistence").glob("*.py"))
SAMPLE = """from __future__ import annotations

_IS_NEW = "attribute_not_exists(PK)"
_SAME = "#a = :a AND #b = :b"


def one():
    return put({}, condition=_IS_NEW)


def two(least):
    conditions = ["#kind = :kind"]
    if least:
        conditions.append(f"#{least} >= :{least}")
    return put({}, condition=" AND ".join(conditions))


def three(tutor):
    condition = f"attribute_exists(PK) AND {_SAME}"
    if tutor:
        condition += " AND #tutor = :tutor"
    return put({}, condition=condition)


def four(version):
    return check("key", "#version = :seen" if version else _IS_NEW)
"""


@pytest.fixture(scope="module")
def sites() -> list[Site]:
    return find_sites(ROOT)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("attribute_exists(PK)", ["attribute_exists(PK)"]),
        ("a = :a OR b = :b", ["a = :a OR b = :b"]),
        ("a = :a AND b = :b", ["a = :a", "b = :b"]),
        ("a = :a AND (b = :b OR c = :c)", ["a = :a", "(b = :b OR c = :c)"]),
        ("(a = :a AND b = :b) OR c = :c", ["a = :a", "b = :b"]),
        ("a BETWEEN :x AND :y AND size(b) > :b", ["a BETWEEN :x AND :y", "size(b) > :b"]),
        (" AND #status IN (:one, :two)", ["#status IN (:one, :two)"]),
        ("attribute_exists(a) OR NOT contains(b, :b) AND c = :c", ["NOT contains(b, :b)", "c = :c"]),
    ],
)
def test_terms_of_an_expression(expression: str, expected: list[str]) -> None:
    assert [expression[start:end] for start, end in terms(expression)] == expected


def test_a_weakened_term_keeps_its_names() -> None:
    assert weakened("a = :a AND b = :b", 0, 6) == f"(a = :a OR {ALWAYS}) AND b = :b"


@pytest.mark.parametrize("path", PERSISTENCE, ids=lambda path: path.stem)
def test_every_condition_of_a_repository_is_found(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # another way to count than the tree that the program goes by
    given = re.findall(
        r"\bcondition=(?!None)|\bwhere=(?!None)|\"where\":|(?<!def )\bcheck\(|\b_conditions\.append\(", text
    )
    assert len(sinks(ast.parse(text))) == len(given)


def test_each_of_them_gives_a_removal() -> None:
    for path in PERSISTENCE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = condition_edits(tree, "persistence/anything.py")
        removed = {node for _, node, _, _ in found}
        for _, value, function in sinks(tree):
            names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
            within = {*ast.walk(value)}
            if function is not None:
                # what it is made of may be written elsewhere in the function
                within |= {node for node in ast.walk(function) if names}
            assert removed & within, f"{path.name}: {ast.unparse(value)}"


def test_every_endpoint_that_names_its_caller_can_lose_it(sites: list[Site]) -> None:
    reading = r"\w+: (?:TokenHolder|Caller|PresentCaller|MaybeCaller|Author|Administrator)\b"
    writing = r"Depends\((?:writing\(|admitted\([^)]*, |admission_for\([^)]*roles=)"
    named = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "functions").rglob("*.py")
        if re.search(f"{reading}|{writing}", path.read_text(encoding="utf-8"))
    }
    assert {site.path for site in sites if site.kind == "role"} == named
    assert len(named) > 25


def test_names_are_unique_and_those_called_equivalent_exist(sites: list[Site]) -> None:
    names = {site.name for site in sites}
    assert len(names) == len(sites)
    assert set(EQUIVALENTS) <= names


def test_each_removal_has_its_switch(sites: list[Site]) -> None:
    for path in {site.path for site in sites}:
        here = [site for site in sites if site.path == path]
        text = switched((ROOT / path).read_text(encoding="utf-8"), here)
        compile(text, path, "exec")
        assert sorted(map(int, re.findall(r"mutants\.on\((\d+)\)", text))) == sorted(site.number for site in here)


def conditions_of(number: int, text: str) -> dict[str, Any]:
    """Return the requests of the sample's functions to DynamoDB when that removal is on."""
    source = text.replace("from scripts.mutants import switch as mutants", "")
    written = SimpleNamespace(
        put=lambda _, condition: condition,
        check=lambda _, condition: condition,
        mutants=SimpleNamespace(on=lambda asked: asked == number),
    )
    namespace = dict(vars(written))
    exec(compile(source, "sample", "exec"), namespace)  # noqa: S102 (our own sample)
    return {
        "one": namespace["one"](),
        "two": namespace["two"]("taken"),
        "three": namespace["three"]("somebody"),
        "four": namespace["four"](0),
        "four, later": namespace["four"](1),
    }


def test_one_removal_changes_one_condition() -> None:
    edits = condition_edits(ast.parse(SAMPLE), "persistence/sample.py")
    sample = [
        Site(number, "", kind, "", node.lineno, "", removed, node, replacement)
        for number, (kind, node, replacement, removed) in enumerate(edits, start=1)
    ]
    text = switched(SAMPLE, sample)
    untouched = conditions_of(0, text)
    assert untouched == {
        "one": "attribute_not_exists(PK)",
        "two": "#kind = :kind AND #taken >= :taken",
        "three": "attribute_exists(PK) AND #a = :a AND #b = :b AND #tutor = :tutor",
        "four": "attribute_not_exists(PK)",
        "four, later": "#version = :seen",
    }

    changes = {}
    for site in sample:
        [(where, condition)] = (conditions_of(site.number, text).items() - untouched.items()) or [("", "")]
        assert condition.count(ALWAYS) == 1
        changes[where, site.removed] = condition

    always = f"OR {ALWAYS})"
    assert changes == {
        ("one", "attribute_not_exists(PK)"): f"(attribute_not_exists(PK) {always}",
        ("two", "#kind = :kind"): f"(#kind = :kind {always} AND #taken >= :taken",
        ("two", "#{least} >= :{least}"): f"#kind = :kind AND (#taken >= :taken {always}",
        (
            "three",
            "attribute_exists(PK)",
        ): f"(attribute_exists(PK) {always} AND #a = :a AND #b = :b AND #tutor = :tutor",
        ("three", "{_SAME}"): f"attribute_exists(PK) AND (#a = :a AND #b = :b {always} AND #tutor = :tutor",
        ("three", "#a = :a"): f"attribute_exists(PK) AND (#a = :a {always} AND #b = :b AND #tutor = :tutor",
        ("three", "#b = :b"): f"attribute_exists(PK) AND #a = :a AND (#b = :b {always} AND #tutor = :tutor",
        ("three", "#tutor = :tutor"): f"attribute_exists(PK) AND #a = :a AND #b = :b AND (#tutor = :tutor {always}",
        ("four", "attribute_not_exists(PK)"): f"(attribute_not_exists(PK) {always}",
        ("four, later", "#version = :seen"): f"(#version = :seen {always}",
    }
