"""The terms of condition expressions, wherever in a module of `persistence` their texts are put together.

An expression may be a text, a name for one, several put into an f-string, a list that is joined, one of two by a
condition, and any of these in turn. A term is removed where it is used, so that a text with a name is removed once for
each of its uses; a text that says several things is taken apart where it is written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scripts.mutants.expressions import ALWAYS, terms, weakened

# kind, expression, replacement, what was removed
Removal = tuple[str, ast.expr, str, str]
_Function = ast.FunctionDef

_KINDS = {"condition": "condition", "where": "filter"}
_FIRST_PLACEHOLDER = 0xE000
# where a class puts a write's conditions together, one after the other
_BUILDER = "self._conditions.append"
# these take conditions as parameters
_ENGINES = ("persistence/table.py", "persistence/writes.py")


def condition_edits(tree: ast.Module, path: str) -> list[Removal]:
    """Each term of each condition and filter of a module."""
    if path.endswith(_ENGINES):
        return []
    module = _Module(tree)
    found: dict[tuple[int, int, str], Removal] = {}
    for kind, value, function in sinks(tree):
        for node, replacement, removed in module.weakenings(value, function):
            found.setdefault((node.lineno, node.col_offset, replacement), (kind, node, replacement, removed))
    return list(found.values())


def sinks(tree: ast.Module) -> list[tuple[str, ast.expr, _Function | None]]:
    """Where an expression goes to DynamoDB: its kind, its value, and the function that it is in."""
    found: list[tuple[str, ast.expr, _Function | None]] = []
    _collect_sinks(tree, None, found)
    return found


def _collect_sinks(
    node: ast.AST, function: _Function | None, found: list[tuple[str, ast.expr, _Function | None]]
) -> None:
    if isinstance(node, ast.FunctionDef):
        function = node
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "check" and len(node.args) > 1:
            found.append(("condition", node.args[1], function))
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == _BUILDER:
            found.append(("condition", node.args[0], function))
        given = ((keyword.arg, keyword.value) for keyword in node.keywords)
        found += [(_KINDS[name], value, function) for name, value in given if name in _KINDS]
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "where":
                found.append(("filter", value, function))
    for child in ast.iter_child_nodes(node):
        _collect_sinks(child, function, found)


class _Module:
    def __init__(self, tree: ast.Module) -> None:
        # a name may be defined with its own earlier value
        self._open: set[str] = set()
        self._functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        }

    def weakenings(self, value: ast.expr, function: _Function | None) -> Iterator[tuple[ast.expr, str, str]]:
        """The expression to replace, its replacement, and the term that is gone."""
        if isinstance(value, ast.Constant | ast.JoinedStr):
            if not isinstance(value, ast.Constant) or isinstance(value.value, str):
                yield from self._of_text(value, function)
        elif isinstance(value, ast.Name):
            yield from self._of_name(value, function)
        elif isinstance(value, ast.IfExp):
            yield from self.weakenings(value.body, function)
            yield from self.weakenings(value.orelse, function)
        elif isinstance(value, ast.BinOp):
            yield from self.weakenings(value.left, function)
            yield from self.weakenings(value.right, function)
        elif isinstance(value, ast.Call) and getattr(value.func, "attr", None) == "join":
            for entry in self._entries(value.args[0], function):
                yield from self.weakenings(*entry)
        else:
            yield value, _weakened_whole(value), ast.unparse(value)

    def _of_text(
        self, value: ast.Constant | ast.JoinedStr, function: _Function | None
    ) -> Iterator[tuple[ast.expr, str, str]]:
        text, fields = _template(value)
        for start, end in terms(text):
            yield value, _literal(weakened(text, start, end), fields), _shown(text[start:end], fields)
        for number, filled in enumerate(fields):
            mark = chr(_FIRST_PLACEHOLDER + number)
            if not isinstance(filled.value, ast.Name):
                continue
            constant = self._constant(filled.value.id)
            if constant is None:
                # named in this function: taken apart where it is written, if there is anything to take apart
                definitions = self._definitions(filled.value.id, function)
                if len(definitions) > 1 or any(len(self._terms_of(each)) > 1 for each in definitions):
                    yield from self._where_written(filled.value.id, function)
            elif len(terms(constant)) > 1:
                for start, end in terms(constant):
                    whole = text.replace(mark, weakened(constant, start, end))
                    yield value, _literal(whole, fields), constant[start:end]

    def _of_name(self, value: ast.Name, function: _Function | None) -> Iterator[tuple[ast.expr, str, str]]:
        constant = self._constant(value.id)
        if constant is not None:
            for start, end in terms(constant):
                yield value, repr(weakened(constant, start, end)), constant[start:end]
            return
        definitions = self._definitions(value.id, function)
        if len(definitions) == 1 and len(self._terms_of(definitions[0])) == 1:
            yield value, _weakened_whole(value), f"{value.id}: {self._terms_of(definitions[0])[0]}"
        elif definitions:
            yield from self._where_written(value.id, function)
        else:
            yield value, _weakened_whole(value), value.id

    def _where_written(self, name: str, function: _Function | None) -> Iterator[tuple[ast.expr, str, str]]:
        if name in self._open:
            return
        self._open.add(name)
        for definition in self._definitions(name, function):
            yield from self.weakenings(definition, function)
        self._open.discard(name)

    def _constant(self, name: str) -> str | None:
        """The text of a module's constant, others that it is made of put in."""
        value = self._constants.get(name)
        if value is None:
            return None
        text, fields = _template(value)
        for number, filled in enumerate(fields):
            inner = self._constant(filled.value.id) if isinstance(filled.value, ast.Name) else None
            if inner is None:
                return None
            text = text.replace(chr(_FIRST_PLACEHOLDER + number), inner)
        return text

    def _terms_of(self, value: ast.expr) -> list[str]:
        if isinstance(value, ast.Constant | ast.JoinedStr):
            text, fields = _template(value)
            return [_shown(text[start:end], fields) for start, end in terms(text)]
        if isinstance(value, ast.IfExp):
            return [*self._terms_of(value.body), *self._terms_of(value.orelse)]
        return [ast.unparse(value)]

    def _definitions(self, name: str, function: _Function | None) -> list[ast.expr]:
        found: list[ast.expr] = []
        for node in ast.walk(function) if function is not None else ():
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            else:
                continue
            if any(isinstance(target, ast.Name) and target.id == name for target in targets) and node.value is not None:
                found.append(node.value)
        return found

    def _entries(self, value: ast.expr, function: _Function | None) -> Iterator[tuple[ast.expr, _Function | None]]:
        """Return the expressions that a list is made of, by everything that is put into it."""
        if isinstance(value, ast.List | ast.Tuple):
            for entry in value.elts:
                if isinstance(entry, ast.Starred):
                    yield from self._entries(entry.value, function)
                else:
                    yield entry, function
        elif isinstance(value, ast.Name) and function is not None:
            for definition in self._definitions(value.id, function):
                yield from self._entries(definition, function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{value.id}.append":
                    yield node.args[0], function
                elif isinstance(node, ast.Assign):
                    yield from self._returned_entries(value.id, node)

    def _returned_entries(self, name: str, node: ast.Assign) -> Iterator[tuple[ast.expr, _Function | None]]:
        """Of a list that another function returned among other things."""
        target, call = node.targets[0], node.value
        if not isinstance(target, ast.Tuple) or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return
        names = [getattr(each, "id", None) for each in target.elts]
        callee = self._functions.get(call.func.id)
        if name not in names or callee is None:
            return
        for statement in ast.walk(callee):
            if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple):
                yield from self._entries(statement.value.elts[names.index(name)], callee)


def _template(value: ast.Constant | ast.JoinedStr) -> tuple[str, list[ast.FormattedValue]]:
    """A text in which one character stands for each thing that is filled in, and those things."""
    text = ""
    fields: list[ast.FormattedValue] = []
    for part in value.values if isinstance(value, ast.JoinedStr) else [value]:
        if isinstance(part, ast.FormattedValue):
            text += chr(_FIRST_PLACEHOLDER + len(fields))
            fields.append(part)
        elif isinstance(part, ast.Constant):
            text += str(part.value)
    return text, fields


def _literal(text: str, fields: list[ast.FormattedValue]) -> str:
    """The template as source text."""
    if not fields:
        return repr(text)
    parts = re.split(f"([{chr(_FIRST_PLACEHOLDER)}-{chr(_FIRST_PLACEHOLDER + len(fields) - 1)}])", text)
    values: list[ast.expr] = [
        fields[ord(part) - _FIRST_PLACEHOLDER] if number % 2 else ast.Constant(part)
        for number, part in enumerate(parts)
    ]
    return ast.unparse(ast.JoinedStr(values))


def _weakened_whole(value: ast.expr) -> str:
    return f"('(' + {ast.unparse(value)} + ' OR {ALWAYS})')"


def _shown(text: str, fields: list[ast.FormattedValue]) -> str:
    for number, filled in enumerate(fields):
        text = text.replace(chr(_FIRST_PLACEHOLDER + number), f"{{{ast.unparse(filled.value)}}}")
    return text
