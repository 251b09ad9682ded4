"""The browser's modules find each other: NiceGUI knows every file that a component imports, by one name each."""

import re
from collections import Counter
from pathlib import Path

import pytest
from nicegui.element import Element

from assets import ASSETS
from chat.ui import page as page
from chat.ui.bridge import LiveElement

IMPORT = re.compile(r'^import .*?from "([^"]+)";$', re.MULTILINE)
STAGE = ASSETS / "stage" / "stage.js"
"""Is written into a page of its own, on another origin."""
MODULES = {path.stem: path for path in ASSETS.rglob("*/*.js") if path != STAGE}


def components() -> list[type[Element]]:
    found = [kind for kind in (*Element.__subclasses__(), *LiveElement.__subclasses__()) if kind.component]
    return [kind for kind in found if ASSETS in kind.component.path.parents]  # type: ignore[union-attr]


def imported(path: Path) -> set[Path]:
    """Every module that a file needs, also by way of others."""
    needed: set[Path] = set()
    waiting = [path]
    while waiting:
        for name in IMPORT.findall(waiting.pop().read_text("utf-8")):
            assert name in MODULES, f"{path.name} needs {name!r}, which no file in a folder of assets is called"
            if MODULES[name] not in needed:
                needed.add(MODULES[name])
                waiting.append(MODULES[name])
    return needed


def test_a_name_belongs_to_one_file() -> None:
    assert [name for name, count in Counter(path.stem for path in ASSETS.rglob("*.js")).items() if count > 1] == []


@pytest.mark.parametrize("kind", components(), ids=lambda kind: kind.__name__)
def test_a_component_is_registered_with_all_that_it_imports(kind: type[Element]) -> None:
    assert kind.component
    known = {library.path for library in kind.exposed_libraries}
    assert imported(kind.component.path) - known == set()


def test_every_module_is_imported_by_a_component() -> None:
    used = {path for kind in components() if kind.component for path in imported(kind.component.path)}
    assert set(MODULES.values()) - used == set()
