"""Python that makes a widget, or that printed one, as the JSON it means. It is parsed, and never run."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

__all__ = ["NotComputed", "python_value"]

_DEEPEST = 120
_LONGEST = 400_000


class NotComputed(Exception):
    """The text is Python whose value cannot be known without running it. The message says what, and in which line."""


@cache
def _types() -> dict[str, str]:
    """The `type` of the SDK's classes by their names."""
    from chatkit import types, widgets

    found: dict[str, str] = {}
    for module in (types, widgets):
        for name, value in vars(module).items():
            field = getattr(value, "model_fields", {}).get("type")
            if field is not None and isinstance(field.default, str):
                found[name] = field.default
    return found


@cache
def _untyped() -> frozenset[str]:
    """The SDK's classes and calls that make something without a `type` of its own, or whose `type` is given."""
    from chatkit import types, widgets

    known = {name for module in (types, widgets) for name in vars(module)} - _types().keys()
    return frozenset(known | {"dict", "create", "ActionConfig"})


def python_value(text: str) -> Any:
    """
    What the last statement with a value stands for: `Card(children=[…])`, `widget = Card(…)`, `yield …`, `return …`, a
    `repr` or a dict.

    Raises:
        SyntaxError: it is no Python.
        NotComputed: its value is made by what would have to be run.
    """
    if len(text) > _LONGEST:
        raise NotComputed(f"This is longer than {_LONGEST:,} characters.")
    try:
        tree = ast.parse(_dedented(text))
    except (ValueError, RecursionError, MemoryError) as problem:
        raise SyntaxError(str(problem)) from None
    known: dict[str, ast.expr] = {}
    last: ast.expr | None = None
    for statement in _statements(tree.body):
        value = _value_of(statement)
        if value is None:
            continue
        last = value
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                if isinstance(target, ast.Name):
                    known[target.id] = value
    if last is None:
        raise SyntaxError("there is no value in it")
    return _Reader(known).value(last, 0)


def _dedented(text: str) -> str:
    import textwrap

    return textwrap.dedent(text).strip()


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements in the order of the text, those of functions and classes too."""
    found: list[ast.stmt] = []
    for statement in body:
        found.append(statement)
        for name in ("body", "orelse", "finalbody"):
            found += _statements(getattr(statement, name, None) or [])
    return found


def _value_of(statement: ast.stmt) -> ast.expr | None:
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return) else None
    while isinstance(value, ast.Yield | ast.Await | ast.YieldFrom):
        value = value.value
    if isinstance(statement, ast.Expr) and isinstance(value, ast.Constant):
        return None  # a docstring
    return value


class _Reader:
    def __init__(self, known: dict[str, ast.expr]) -> None:
        self._known = known

    def value(self, node: ast.expr, depth: int) -> Any:
        if depth > _DEEPEST:
            raise NotComputed(f"Line {node.lineno}: this is nested too deeply.")
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                return node.value
            case ast.List() | ast.Tuple() | ast.Set():
                return [self.value(element, depth + 1) for element in node.elts if not isinstance(element, ast.Starred)]
            case ast.Dict():
                return self._dict(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.JoinedStr():
                return "".join(self._piece(piece) for piece in node.values)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
                number: Any = self.value(node.operand, depth + 1)
                return -number if isinstance(node.op, ast.USub) else number
            case ast.BinOp(op=ast.Add()):
                left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
                if isinstance(left, str) and isinstance(right, str):
                    return left + right
                if isinstance(left, list) and isinstance(right, list):
                    return left + right
            case ast.Name() if node.id in self._known and node.id not in self._open:
                self._open.append(node.id)
                try:
                    return self.value(self._known[node.id], depth + 1)
                finally:
                    self._open.pop()
            case ast.Name():
                raise NotComputed(f"Line {node.lineno}: `{node.id}` has its value elsewhere.")
            case ast.Attribute():
                raise NotComputed(f"Line {node.lineno}: `{ast.unparse(node)}` has its value elsewhere.")
        raise NotComputed(f"Line {node.lineno}: `{ast.unparse(node)[:60]}` would have to be run.")

    @property
    def _open(self) -> list[str]:
        names: list[str] = self.__dict__.setdefault("_names", [])
        return names

    def _dict(self, node: ast.Dict, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.value(value, depth + 1)
                found.update(inner if isinstance(inner, dict) else {})
            else:
                found[str(self.value(key, depth + 1))] = self.value(value, depth + 1)
        return found

    def _piece(self, piece: ast.expr) -> str:
        """A part of an f-string: what is computed stands as it was written."""
        if isinstance(piece, ast.Constant):
            return str(piece.value)
        return "{" + ast.unparse(piece.value) + "}" if isinstance(piece, ast.FormattedValue) else ""

    def _call(self, node: ast.Call, depth: int) -> Any:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("datetime", "date"):
            return self._time(node)
        if name in ("model_validate", "WidgetRoot", "cast", "TypeAdapter") and node.args:
            return self.value(node.args[-1], depth + 1)
        if name in ("now", "utcnow", "uuid4", "str", "len") or not (name[:1].isupper() or name in ("dict", "create")):
            raise NotComputed(f"Line {node.lineno}: `{ast.unparse(node)[:60]}` would have to be run.")
        if node.args:
            raise NotComputed(f"Line {node.lineno}: {name} takes its props by name.")
        found: dict[str, Any] = {} if name in _untyped() else {"type": _types().get(name, name)}
        for keyword in node.keywords:
            value = self.value(keyword.value, depth + 1)
            if keyword.arg is None:
                found.update(value if isinstance(value, dict) else {})
            elif value is not None:  # as the SDK's events leave it out
                found[keyword.arg] = value
        return found

    def _time(self, node: ast.Call) -> str:
        from datetime import datetime

        numbers = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if len(numbers) != len(node.args) or not all(isinstance(number, int) for number in numbers):
            raise NotComputed(f"Line {node.lineno}: this time would have to be computed.")
        try:
            return datetime(*numbers).isoformat()  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise NotComputed(f"Line {node.lineno}: there is no such time.") from None
