"""What can be removed from the product's sources, found in their syntax trees.

condition   a term of a condition expression of `persistence`
filter      a term of a filter that decides who is shown
own write   a comparison of what stood in the way with the caller's own write: taken as true, and as false
guard       an `if` that ends in a refusal, and each term of its test
predicate   what such a test asks: each term of the answer, and all of it
grant       where a function refuses in the end: what lets somebody in before
call        a call that does nothing but refuse, or that adds a requirement to a write
role        who may call an endpoint: the next weaker dependency, and one without roles
token       what is demanded of a token or a signature
upload      a condition of an upload form
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.mutants.conditions import condition_edits

PACKAGE = "layers/peerlearn/peerlearn"

# Their absence lets nobody in: they say that something failed, or what a body looks like.
_NO_REFUSAL = frozenset({"TemporarilyUnavailable", "InternalError", "MalformedRequest", "PayloadTooLarge"})
# Where there is nothing, going on fails by itself; only of who is nobody must it be said.
_ABSENCES = frozenset({"NotFound", "Conflict", "ValidationFailed"})
# Somebody may not.
_DENIALS = frozenset({"Forbidden", "Unauthenticated"})
_REFUSING_CALLS = ("require_", "refuse_", "check_")
# Answers of the WebSocket's side that refuse without an exception.
_REFUSING_ANSWERS = frozenset({"refused", "unknown_action"})
_WEAKER = {
    "Administrator": "Author",
    "Author": "PresentCaller",
    "PresentCaller": "TokenHolder",
    "Caller": "TokenHolder",
    "TokenHolder": "Anybody",
    "MaybeCaller": "Nobody",
}
# what makes the dependency of a write, and where its roles stand among the arguments
_WRITERS = {"writing": 1, "admitted": 1, "admission_for": None}
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True, slots=True)
class Edit:
    """An expression of a source, and what stands in its place once something is removed.

    Attributes
    ----------
    node: ast.expr
        The expression in the tree of its file.
    replacement: str
        Source text.
    removed: str
        What is gone, for people.
    """

    kind: str
    node: ast.expr
    replacement: str
    removed: str


@dataclass(frozen=True, slots=True)
class Site:
    """One removal: `number` switches it on, `name` stays the same while lines move."""

    number: int
    name: str
    kind: str
    path: str
    line: int
    where: str
    removed: str
    node: ast.expr = field(compare=False)
    replacement: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file, with its tree and the functions around each of its nodes."""

    path: str
    text: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST]

    @classmethod
    def of(cls, root: Path, path: Path) -> Source:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        return cls(path.relative_to(root).as_posix(), text, tree, parents)

    def qualified_name(self, node: ast.AST) -> str:
        names = []
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.append(node.name)
        return ".".join(reversed(names))


def find_sites(root: Path) -> list[Site]:
    """Every removal, in the order of files and lines."""
    sources = [Source.of(root, path) for path in sorted(_files(root))]
    refusals = _refusals(sources)
    refusing = _refusing_functions(sources, refusals)
    edits: list[tuple[Source, Edit]] = []
    for source in sources:
        found = [
            *_guards(source, refusals, refusing),
            *_grants(source, refusing),
            *_own_writes(source),
            *_calls(source),
            *_roles(source),
            *_tokens(source),
        ]
        found += _uploads(source)
        if "/persistence/" in source.path:
            found += [Edit(*each) for each in condition_edits(source.tree, source.path)]
        edits += [(source, edit) for edit in found]
    edits += _predicates(sources, [edit for _, edit in edits if edit.kind == "guard"])
    return _numbered(edits)


def _files(root: Path) -> Iterator[Path]:
    for folder in (PACKAGE, "functions"):
        for path in (root / folder).rglob("*.py"):
            if "__pycache__" not in path.parts and path.stat().st_size:
                yield path


def _numbered(edits: Iterable[tuple[Source, Edit]]) -> list[Site]:
    ordered = sorted(edits, key=lambda each: (each[0].path, each[1].node.lineno, each[1].node.col_offset))
    sites: list[Site] = []
    seen: set[tuple[str, int, int, int | None, int | None, str]] = set()
    namesakes: Counter[str] = Counter()
    for source, edit in ordered:
        node = edit.node
        place = (source.path, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, edit.replacement)
        if place in seen:
            continue
        seen.add(place)
        where = source.qualified_name(node)
        name = f"{source.path}:{where}: {edit.kind}: {edit.removed}"
        namesakes[name] += 1
        if namesakes[name] > 1:
            name += f" ({namesakes[name]})"
        sites.append(
            Site(len(sites) + 1, name, edit.kind, source.path, node.lineno, where, edit.removed, node, edit.replacement)
        )
    return sites


# -- what refuses ------------------------------------------------------------------------------------------------------


def _refusals(sources: Iterable[Source]) -> dict[str, set[str]]:
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
    classes |= {"UrlRefused": {"UrlRefused"}, "ValueError": {"ValueError"}}
    for source in sources:
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id in classes:
                # What a function makes is a refusal of its own kind, whatever it is called.
                classes[node.name] = {node.name}
    return classes


def _raised(statement: ast.stmt) -> str | None:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return None
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return raised.id if isinstance(raised, ast.Name) else None


def _refusing_functions(sources: Iterable[Source], refusals: dict[str, set[str]]) -> set[str]:
    """The names of functions whose last statement refuses somebody, or calls a function that does."""
    functions = [node for source in sources for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]
    ends = {node.name: node.body[-1] for node in functions}
    found = {name for name, last in ends.items() if refusals.get(_raised(last) or "", set()) & _DENIALS}
    while more := {name for name, last in ends.items() if name not in found and _calls_one_of(found, last)}:
        found |= more
    return found


def _calls_one_of(names: set[str], statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr | ast.Return) and _called(statement.value) in names


def _grants(source: Source, refusing: set[str]) -> Iterator[Edit]:
    functions = [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]
    deciding = [node for node in functions if node.name in refusing]
    asked = {_called(node) for function in deciding for node in ast.walk(function)}
    for function in functions:
        # what it asks others of its module belongs to the decision
        if function in deciding or (function.name.startswith("_") and function.name in asked):
            for test in _tests(function):
                if not _is_absence(test) and not isinstance(test, ast.Name):
                    yield Edit("grant", test, "True", f"if {ast.unparse(test)}")


def _tests(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in _walk(function):
        if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


def _guards(source: Source, refusals: dict[str, set[str]], refusing: set[str]) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If):
            raised = next((name for name in map(_raised, node.body) if name in refusals), None)
            answered = {_called(each.value) for each in node.body if isinstance(each, ast.Return)}
            delegates = any(_calls_one_of(refusing, each) for each in node.body)
            if raised is None and not delegates and not answered & _REFUSING_ANSWERS:
                continue
            if raised is not None and _is_absence(node.test) and refusals[raised] & _ABSENCES:
                continue
            yield Edit("guard", node.test, "False", f"if {ast.unparse(node.test)}: {raised or 'refuse'}")
            yield from _operands("guard", node.test)
        elif isinstance(node, ast.IfExp) and _called(node.orelse) in _REFUSING_ANSWERS:
            yield Edit("guard", node.test, "True", f"... if {ast.unparse(node.test)} else {ast.unparse(node.orelse)}")


def _is_absence(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Is | ast.IsNot):
        return False
    return isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None


def _operands(kind: str, test: ast.expr) -> Iterator[Edit]:
    """Each term of an `and` or an `or`, without those that only say whether something is there."""
    for node in _walk(test):
        if isinstance(node, ast.BoolOp):
            neutral = "True" if isinstance(node.op, ast.And) else "False"
            for value in node.values:
                if not _is_absence(value) and not (kind == "guard" and isinstance(value, ast.Name)):
                    yield Edit(kind, value, neutral, f"{ast.unparse(value)} [in {ast.unparse(node)}]")


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Without what stands in f-strings and lambdas' own parts, whose positions mean nothing."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr):
            yield from _walk(child)


def _called(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    return None


def _calls(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr):
            called = _called(node.value)
            if called is not None and called.lstrip("_").startswith(_REFUSING_CALLS):
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


def _predicates(sources: Iterable[Source], guards: Iterable[Edit]) -> Iterator[tuple[Source, Edit]]:
    asked = {
        name
        for guard in guards
        for node in _walk(guard.node)
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
                    for edit in _operands("predicate", statement.value):
                        yield source, edit


# -- one's own write ---------------------------------------------------------------------------------------------------


def _own_writes(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if _handles_failed_condition(node):
            for inner in _walk(node):
                if isinstance(inner, ast.Compare) and isinstance(inner.ops[0], _COMPARISONS):
                    for answer in ("True", "False"):
                        yield Edit("own write", inner, answer, f"{ast.unparse(inner)} [{answer}]")


def _handles_failed_condition(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return getattr(node.type, "id", None) == "ConditionFailed"
    if isinstance(node, ast.FunctionDef):
        return any(getattr(each.annotation, "id", None) == "ConditionFailed" for each in node.args.args)
    return False


# -- who may come in ---------------------------------------------------------------------------------------------------


def _roles(source: Source) -> Iterator[Edit]:
    if not source.path.startswith("functions/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name) and node.annotation.id in _WEAKER:
            role = node.annotation.id
            weaker = _WEAKER[role]
            yield Edit("role", node.annotation, f"weaker.{weaker.lower()}()", f"{role} [{weaker}]")
        elif isinstance(node, ast.arg) and isinstance(node.annotation, ast.Subscript):
            yield from _writers(node.annotation)


def _writers(annotation: ast.Subscript) -> Iterator[Edit]:
    """A write's dependency: any role may call it; and its caller's session may have ended, whatever they have used."""
    for node in ast.walk(annotation):
        maker = _called(node)
        if not isinstance(node, ast.Call) or maker not in _WRITERS:
            continue
        at = _WRITERS[maker]
        bare = ast.Call(node.func, node.args[:at], [])
        if ast.unparse(bare) != ast.unparse(node):
            yield Edit("role", node, ast.unparse(bare), f"{ast.unparse(node)} [any role]")
        if maker == "writing":
            yield Edit("role", annotation, "weaker.tokenholder()", f"{ast.unparse(node)} [TokenHolder]")


def _tokens(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "_REQUIRED" and isinstance(node.ctx, ast.Load):
            for claim in _required(source):
                yield Edit("token", node, f"{node.id} - {{{claim!r}}}", f"require {claim}")
        if not isinstance(node, ast.Call):
            continue
        text = ast.unparse(node.func)
        if text == "hmac.compare_digest":
            yield Edit("token", node, "True", ast.unparse(node))
        if text == "_JWS.decode":
            unsigned = f'{ast.unparse(node)[:-1]}, options={{"verify_signature": False}})'
            yield Edit("token", node, unsigned, "the signature")


def _required(source: Source) -> list[str]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "_REQUIRED":
            return sorted(ast.literal_eval(node.value))
    return []


def _uploads(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AnnAssign | ast.Assign) and source.path.endswith("adapters/uploads.py"):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if getattr(target, "id", None) == "conditions" and isinstance(node.value, ast.List):
                for number, entry in enumerate(node.value.elts):
                    rest = [ast.unparse(each) for other, each in enumerate(node.value.elts) if other != number]
                    yield Edit("upload", node.value, f"[{', '.join(rest)}]", ast.unparse(entry))
