"""Packages whose names bring their modules when they are asked for: every name does, and is what type checkers read."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "chat").rglob("__init__.py")
    if "on_demand(" in path.read_text("utf-8")
)


def declared(package: str) -> dict[str, str]:
    """The names that type checkers read, and the module of each."""
    tree = ast.parse((ROOT / Path(*package.split(".")) / "__init__.py").read_text("utf-8"))
    found: dict[str, str] = {}
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING":
            for one in block.body:
                assert isinstance(one, ast.ImportFrom)
                module = f"{package}.{one.module}" if one.level else str(one.module)
                found |= {alias.name: module for alias in one.names}
    return found


def test_there_are_such_packages() -> None:
    assert {"chat.protocol", "chat.exchanges", "chat.checks", "chat.client"} <= set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_comes_from_the_module_that_type_checkers_read(package: str) -> None:
    offered, names = import_module(package), declared(package)
    assert names
    for name in offered.__all__:
        if name in names:
            assert offered.__getattr__(name) is getattr(import_module(names[name]), name), name
        assert hasattr(offered, name), name
    assert names.keys() <= set(offered.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_name_is_that_of_a_module_which_would_take_its_place(package: str) -> None:
    folder = ROOT / Path(*package.split("."))
    assert not declared(package).keys() & {path.stem for path in folder.iterdir()}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_alone_brings_none_of_what_it_offers(package: str) -> None:
    code = f"import sys, {package}; print(*sorted(set(sys.modules) & set({sorted(set(declared(package).values()))})))"
    # what one module of its own needs for a name that is there at once, like `curl`, may come along
    brought = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(brought.split()) <= {"chat.exchanges.exchange", "chat.exchanges.redaction"}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'chat\.exchanges' has no attribute 'nonsense'"):
        import_module("chat.exchanges").nonsense  # noqa: B018
