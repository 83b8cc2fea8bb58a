"""Refusals: guards, the predicates that they ask, calls that do nothing else, and what lets somebody in before."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from scripts.mutants.sources import Edit, Source

# Their absence lets nobody in: they say that something failed, or what a body looks like.
_NO_REFUSAL = frozenset({"TemporarilyUnavailable", "InternalError", "MalformedRequest", "PayloadTooLarge"})
# Where there is nothing, going on fails by itself; only of who is nobody must it be said.
_ABSENCES = frozenset({"NotFound", "Conflict", "ValidationFailed"})
# Somebody may not.
_DENIALS = frozenset({"Forbidden", "Unauthenticated"})
_REFUSING_CALLS = ("require_", "refuse_", "check_")
# Answers of the WebSocket's side that refuse without an exception.
_REFUSING_ANSWERS = frozenset({"refused", "unknown_action"})


def refusals(sources: Iterable[Source]) -> dict[str, set[str]]:
    """The names of exceptions that refuse, and of functions that make one, each with the classes it descends from."""
    classes: dict[str, set[str]] = {"DomainError": {"DomainError"}}
    errors = next(source for source in sources if source.path.endswith("domain/errors.py"))
    for node in errors.tree.body:
        if isinstance(node, ast.ClassDef):
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            if any(base in classes for base in bases):
                classes[node.name] = {node.name}.union(*(classes[base] for base in bases if base in classes))
    for name in _NO_REFUSAL:
        classes.pop(name, None)
    classes |= {name: {name} for name in ("UrlRefused", "TypeRefused", "ValueRefused", "ValueError")}
    for source in sources:
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id in classes:
                # A function's result is a refusal of its own kind, whatever the function is called.
                classes[node.name] = {node.name}
    return classes


def _raised(statement: ast.stmt) -> str | None:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return None
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return raised.id if isinstance(raised, ast.Name) else None


def refusing_functions(sources: Iterable[Source], refusals: dict[str, set[str]]) -> set[str]:
    """The names of functions whose last statement refuses somebody, or calls a function that does."""
    functions = [node for source in sources for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]
    ends = {node.name: node.body[-1] for node in functions}
    found = {name for name, last in ends.items() if refusals.get(_raised(last) or "", set()) & _DENIALS}
    while more := {name for name, last in ends.items() if name not in found and _calls_one_of(found, last)}:
        found |= more
    return found


def _calls_one_of(names: set[str], statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr | ast.Return) and called(statement.value) in names


def grant_edits(source: Source, refusing: set[str]) -> Iterator[Edit]:
    functions = [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]
    deciding = [node for node in functions if node.name in refusing]
    asked = {called(node) for function in deciding for node in ast.walk(function)}
    for function in functions:
        # functions of its module that it calls belong to the decision
        if function in deciding or (function.name.startswith("_") and function.name in asked):
            for test in _tests(function):
                if not _is_absence(test) and not isinstance(test, ast.Name):
                    yield Edit("grant", test, "True", f"if {ast.unparse(test)}")


def _tests(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in walk(function):
        if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


def guard_edits(source: Source, refusals: dict[str, set[str]], refusing: set[str]) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If):
            raised = next((name for name in map(_raised, node.body) if name in refusals), None)
            answered = {called(each.value) for each in node.body if isinstance(each, ast.Return)}
            delegates = any(_calls_one_of(refusing, each) for each in node.body)
            if raised is None and not delegates and not answered & _REFUSING_ANSWERS:
                continue
            if raised is not None and _is_absence(node.test) and refusals[raised] & _ABSENCES:
                continue
            yield Edit("guard", node.test, "False", f"if {ast.unparse(node.test)}: {raised or 'refuse'}")
            yield from operands("guard", node.test)
        elif isinstance(node, ast.IfExp) and called(node.orelse) in _REFUSING_ANSWERS:
            yield Edit("guard", node.test, "True", f"... if {ast.unparse(node.test)} else {ast.unparse(node.orelse)}")


def _is_absence(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Is | ast.IsNot):
        return False
    return isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None


def operands(kind: str, test: ast.expr) -> Iterator[Edit]:
    """Each term of an `and` or an `or`, without those that only say whether something is there."""
    for node in walk(test):
        if isinstance(node, ast.BoolOp):
            neutral = "True" if isinstance(node.op, ast.And) else "False"
            for value in node.values:
                if not _is_absence(value) and not (kind == "guard" and isinstance(value, ast.Name)):
                    yield Edit(kind, value, neutral, f"{ast.unparse(value)} [in {ast.unparse(node)}]")


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Without what is in f-strings and lambdas' own parts, whose positions mean nothing."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr):
            yield from walk(child)


def called(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    return None


def call_edits(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr):
            name = called(node.value)
            if name is not None and name.lstrip("_").startswith(_REFUSING_CALLS):
                yield Edit("call", node.value, "None", ast.unparse(node.value))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Call)
            and node.func.attr.startswith("require_")
        ):
            # a link of a chain that puts a write together: the chain without it
            arguments = ", ".join(ast.unparse(each) for each in node.args)
            yield Edit("call", node, ast.unparse(node.func.value), f".{node.func.attr}({arguments})")


def predicate_edits(sources: Iterable[Source], guards: Iterable[Edit]) -> Iterator[tuple[Source, Edit]]:
    asked = {
        name
        for guard in guards
        for node in walk(guard.node)
        if (name := getattr(node, "id", None) or getattr(node, "attr", None))
    }
    for source in sources:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.FunctionDef) or getattr(node.returns, "id", None) != "bool":
                continue
            if node.name not in asked or "/persistence/" in source.path:
                continue
            for statement in ast.walk(node):
                if isinstance(statement, ast.Return) and statement.value is not None:
                    if isinstance(statement.value, ast.Constant):
                        continue
                    text = ast.unparse(statement.value)
                    for answer in ("True", "False"):
                        yield source, Edit("predicate", statement.value, answer, f"return {text} [{answer}]")
                    for edit in operands("predicate", statement.value):
                        yield source, edit


# -- one's own write ---------------------------------------------------------------------------------------------------
