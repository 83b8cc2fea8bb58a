"""Imports point downwards only, and each layer knows no more of the world outside than it needs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "peerlearn" / "peerlearn"
FUNCTIONS = ROOT / "functions"

ALLOWED = {
    "domain": {"domain"},
    "services": {"domain", "services"},
    "adapters": {"domain", "adapters"},
    "persistence": {"domain", "adapters", "persistence"},
    "events": {"domain", "persistence", "events", "observability"},
    "bootstrap": {"domain", "services", "adapters", "persistence", "events", "bootstrap", "settings", "observability"},
    "http": {"domain", "adapters", "bootstrap", "http", "settings", "observability", "snapshots"},
    "functions": {"domain", "services", "events", "bootstrap", "http", "metrics", "observability", "functions"},
    "settings": set(),
    "snapshots": {"settings"},
    "metrics": {"domain"},
    "observability": {"domain", "settings"},
}
# Packages that a layer may use; the standard library is everybody's.
OUTSIDE: dict[str, set[str]] = {
    "domain": set(),
    "services": set(),
    "adapters": {"boto3", "botocore", "bcrypt", "idna", "jwt", "nacl", "mypy_boto3_secretsmanager", "mypy_boto3_s3"}
    | {"mypy_boto3_apigatewaymanagementapi", "mypy_boto3_sqs"},
    "persistence": {"boto3", "botocore", "mypy_boto3_dynamodb"},
    "events": {"aws_lambda_powertools", "boto3"},
    "bootstrap": {"boto3", "botocore", "mypy_boto3_dynamodb", "mypy_boto3_s3", "mypy_boto3_apigatewaymanagementapi"}
    | {"mypy_boto3_secretsmanager"},
    "http": {"aws_lambda_powertools", "pydantic"},
    "functions": {"aws_lambda_powertools", "pydantic", "email_validator"},
    "settings": {"pydantic"},
    "snapshots": set(),
    "metrics": {"aws_lambda_powertools"},
    "observability": {"aws_lambda_powertools"},
}
ENDPOINT_LINES = 80
PREFIXES = ("USER#", "COURSE#", "EMAIL#", "CATALOGUE#", "A#", "SESSION#", "ROSTER#", "LEADERBOARD#", "LEDGER#")

MODULES = sorted(
    path
    for folder in (PACKAGE, FUNCTIONS)
    for path in folder.rglob("*.py")
    if path.stat().st_size  # empty __init__.py
)


def layer_of(path: Path) -> str:
    if path.is_relative_to(FUNCTIONS):
        return "functions"
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT if path.is_relative_to(FUNCTIONS) else PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    layer = layer_of(path)
    for module in imported(ast.parse(path.read_text(encoding="utf-8"))):
        root, _, rest = module.partition(".")
        if root == "peerlearn":
            assert rest.partition(".")[0] in ALLOWED[layer], f"{layer} imports {module}"
        elif root == "functions":
            assert layer == "functions", f"{layer} imports {module}"
            own = path.relative_to(ROOT).parts[1]
            # SAM builds for a context that context's folder and no other.
            assert module.startswith(f"functions.{own}."), f"{own} imports {module}"
        elif root not in sys.stdlib_module_names:
            assert root in OUTSIDE[layer], f"{layer} imports {module}"


def test_no_modules_import_each_other() -> None:
    """Neither of two modules in a circle can be read, or moved, without the other."""
    names = {_dotted(path): path for path in MODULES}
    needs = {
        name: {module for module in imported(ast.parse(path.read_text(encoding="utf-8"))) if module in names}
        for name, path in names.items()
    }
    while ready := {name for name, needed in needs.items() if not needed}:
        needs = {name: needed - ready for name, needed in needs.items() if name not in ready}
    assert not needs, "these import each other, or something that does"


def _dotted(path: Path) -> str:
    base = ROOT if path.is_relative_to(FUNCTIONS) else PACKAGE.parent
    return ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_environment_is_read_in_settings_alone(path: Path) -> None:
    if layer_of(path) == "settings":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert not (ast.unparse(node).startswith(("os.environ", "os.getenv"))), f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_low_level_clients(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) != "boto3.resource", f"line {node.lineno}"


@pytest.mark.parametrize("path", [path for path in MODULES if layer_of(path) == "persistence"], ids=name_of)
def test_keys_are_made_in_one_place(path: Path) -> None:
    """A partition or sort key written out by hand would drift from those that these two make."""
    if path.name in ("keys.py", "index_keys.py", "catalogue_keys.py"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
            assert not node.value.startswith(PREFIXES), node.lineno


@pytest.mark.parametrize("path", [path for path in MODULES if layer_of(path) == "persistence"], ids=name_of)
def test_store_takes_no_rule_to_decide_with(path: Path) -> None:
    """Services decide, and decide again after a collision; a store that called them back would hide a loop."""
    if path.name in ("table.py", "side_by_side.py"):
        # they send calls, whatever these are
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            annotations = [ast.unparse(each.annotation) for each in _arguments(node) if each.annotation]
            assert not [text for text in annotations if "Callable" in text], f"line {node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("waits", "sleep"), f"line {node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert not [one for one in ast.walk(node) if isinstance(one, ast.Continue)], f"line {node.lineno}"


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


@pytest.mark.parametrize("path", [path for path in MODULES if layer_of(path) == "functions"], ids=name_of)
def test_endpoints_only_translate(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not path.name.endswith("schemas.py"):
        assert len(text.splitlines()) <= ENDPOINT_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in ("everything", "Exception", "BaseException"), f"line {node.lineno}"
