"""What is imported is declared: nothing may work only because another package happens to bring it along."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OURS = {"app", "assets", "chat", "storage", "tests"}
SOURCES = [ROOT / "app.py", *(ROOT / "chat").rglob("*.py"), *(ROOT / "storage").rglob("*.py")]
PLUGIN = ROOT / "chat" / "package" / "pytest_plugin.py"
"""Imported by pytest alone, where it is installed."""
POSTGRES = sorted((ROOT / "storage").glob("postgres*.py"))
"""Imported by whoever names a PostgreSQL."""
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NOT_IMPORTED = {"python-multipart"}
"""What others import for us: Starlette reads forms with it."""


def declared(requirements: list[str]) -> set[str]:
    """The names of distributions, normalised."""
    return {normal(re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0]) for line in requirements}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def imported(path: Path) -> frozenset[str]:
    """The top-level names that a module imports, wherever in it, but for the standard library's and ours."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in OURS:
                found.add(top)
    return frozenset(found)


installed = cache(packages_distributions)


def distributions(paths: list[Path]) -> dict[str, set[str]]:
    """The distributions that the modules import from, each with the names imported."""
    known = installed()
    found: dict[str, set[str]] = {}
    for name in sorted({name for path in paths for name in imported(path)}):
        assert name in known, f"{name} is imported and not installed"
        for distribution in known[name]:
            found.setdefault(normal(distribution), set()).add(name)
    return found


@pytest.mark.parametrize(
    ("paths", "requirements"),
    [
        ([path for path in SOURCES if path != PLUGIN and path not in POSTGRES], PROJECT["dependencies"]),
        (POSTGRES, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["postgres"]),
        ([PLUGIN], [*PROJECT["dependencies"], "pytest"]),
        (TESTS, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]),
    ],
    ids=["the program", "PostgreSQL", "the pytest plugin", "the tests"],
)
def test_what_is_imported_is_declared(paths: list[Path], requirements: list[str]) -> None:
    missing = set(distributions(paths)) - declared(requirements)
    assert not missing, f"imported, and not declared in pyproject.toml: {', '.join(sorted(missing))}"


def test_what_is_declared_is_imported() -> None:
    idle = declared(PROJECT["dependencies"]) - set(distributions(SOURCES)) - NOT_IMPORTED
    assert not idle, f"declared in pyproject.toml, and not imported: {', '.join(sorted(idle))}"


BEHIND_THE_PAGE = [
    path for path in SOURCES if path.is_relative_to(ROOT / "chat" / "backend") or "storage" in path.parts
]


def private_names(path: Path) -> Iterator[str]:
    """What begins with one underscore and is not of the class that it is used in, with its line."""
    tree = ast.parse(path.read_text("utf-8"))
    own: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            own.add(node.attr)
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            own |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            on_itself = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not on_itself or node.attr not in own:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"


@pytest.mark.parametrize("path", BEHIND_THE_PAGE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_backend_and_its_storage_use_no_private_names_of_others(path: Path) -> None:
    """What a library keeps to itself may change with any version of it; a public way has been found for all so far."""
    assert list(private_names(path)) == []


def private_imports(tree: ast.Module) -> Iterator[str]:
    """What a module imports from another package that begins with one underscore, in its name or its module's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in found:
            top, *rest = name.split(".")
            if top not in OURS and any(part.startswith("_") and not part.startswith("__") for part in rest):
                yield name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_private_names_of_libraries_are_imported_by_private_doors_alone(path: Path) -> None:
    """docs/architecture.md lists the doors; each has one module, a reason, and a test that says when it has moved."""
    tree = ast.parse(path.read_text("utf-8"))
    if "private door" not in (ast.get_docstring(tree) or "").lower():
        assert list(private_imports(tree)) == []
