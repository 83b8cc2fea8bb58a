"""Demands: on one's own write, on a role, on a token, on an upload."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scripts.mutants.refusing import called, walk
from scripts.mutants.sources import Edit, Source

_WEAKER = {
    "Administrator": "Author",
    "Author": "PresentCaller",
    "PresentCaller": "TokenHolder",
    "Caller": "TokenHolder",
    "TokenHolder": "Anybody",
    "MaybeCaller": "Nobody",
}
# the functions that make the dependency of a write, and the places of its roles among the arguments
_WRITERS = {"writing": 1, "admitted": 1, "admission_for": None}
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def own_write_edits(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if _handles_failed_condition(node):
            for inner in walk(node):
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


def role_edits(source: Source) -> Iterator[Edit]:
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
        maker = called(node)
        if not isinstance(node, ast.Call) or maker not in _WRITERS:
            continue
        at = _WRITERS[maker]
        bare = ast.Call(node.func, node.args[:at], [])
        if ast.unparse(bare) != ast.unparse(node):
            yield Edit("role", node, ast.unparse(bare), f"{ast.unparse(node)} [any role]")
        if maker == "writing":
            yield Edit("role", annotation, "weaker.tokenholder()", f"{ast.unparse(node)} [TokenHolder]")


def token_edits(source: Source) -> Iterator[Edit]:
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


def upload_edits(source: Source) -> Iterator[Edit]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AnnAssign | ast.Assign) and source.path.endswith("adapters/uploads.py"):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if getattr(target, "id", None) == "conditions" and isinstance(node.value, ast.List):
                for number, entry in enumerate(node.value.elts):
                    rest = [ast.unparse(each) for other, each in enumerate(node.value.elts) if other != number]
                    yield Edit("upload", node.value, f"[{', '.join(rest)}]", ast.unparse(entry))
