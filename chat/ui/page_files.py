"""
The page's one script and one style sheet, put together from the files in `assets` when the workbench starts.

Eighty files cost more to send and to fetch than to run: each is a request, and a module is asked for only when the one
that imports it has come. So the modules go out as one script, each as a function of its own that returns what it
exports. That needs no reading of JavaScript, because our modules keep to few forms, one to a line:

    import name from "module";    import { one, another } from "module";
    export default {…             export const, export class, export function, export async function

`one_script` refuses everything else. Modules import each other by their files' names, which therefore occur once in all
of `assets`. Those that lie in `assets` itself are components: Vue knows what they export by default, by `tag_of`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import Request, Response
from nicegui import app, ui

from assets import ASSETS

__all__ = ["STYLE_SHEETS", "add_page_files", "modules", "mount_page_files", "one_script", "tag_of"]

STYLE_SHEETS = (
    "workbench.css",
    "content.css",
    "citations.css",
    "widgets.css",
    "conversation.css",
    "composer.css",
    "host.css",
    "inspector.css",
    "findings.css",
    "recordings.css",
    "diff.css",
    "palette.css",
    "threads.css",
    "host_events.css",
    "start.css",
    "raw_request.css",
)
"""In the order in which one may overrule the other."""

_PLACE = "/workbench/assets"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The address of what is kept so long has a digest of it."""
_APART = frozenset({ASSETS / "stage" / "stage.js", ASSETS / "report.js"})
"""Are written into pages of their own: the one of the second origin, and reports."""
_KNOWN_TO_VUE = """
    for (const [tag, component] of Object.entries(window.workbenchComponents ?? {})) app.component(tag, component);
"""

_IMPORT = re.compile(r'^import (?:(?P<all>\w+)|\{ (?P<names>\w+(?:, \w+)*) \}) from "(?P<module>\w+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default (?=\{)|(?:async )?(?:const|class|function) (?P<name>\w+))", re.MULTILINE)
_NEITHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def tag_of(component: Path) -> str:
    """What an element is called that the component in this file draws."""
    return f"workbench-{component.stem.replace('_', '-')}"


def modules() -> dict[str, Path]:
    """The page's modules by their names, components among them. Raises `ValueError` when two have one name."""
    found: dict[str, Path] = {}
    for path in sorted(ASSETS.rglob("*.js")):
        if path in _APART:
            continue
        if path.stem in found:
            raise ValueError(f"{path} and {found[path.stem]} have one name, by which modules are imported.")
        found[path.stem] = path
    return found


def one_script(sources: Mapping[str, str], components: Mapping[str, str]) -> str:
    """
    The modules `sources` in one script, each behind those that it imports; `components` are tags and their modules.

    Raises `ValueError` for an import or export in another form, of an unknown module, and for modules in a circle.
    """
    written: dict[str, str] = {}
    begun: list[str] = []

    def write(name: str) -> None:
        if name in written:
            return
        if name in begun:
            raise ValueError(f"Modules import each other in a circle: {' → '.join([*begun, name])}.")
        if name not in sources:
            raise ValueError(f"{begun[-1]} imports {name!r}, which no file in assets is called.")
        begun.append(name)
        for found in _IMPORT.finditer(sources[name]):
            write(found["module"])
        begun.pop()
        written[name] = _as_function(name, sources[name])

    for name in sources:
        write(name)
    known = ", ".join(f'"{tag}": ${module}.default' for tag, module in components.items())
    return f'(() => {{\n"use strict";\n{"".join(written.values())}window.workbenchComponents = {{ {known} }};\n}})();\n'


def _as_function(name: str, source: str) -> str:
    exported: list[str] = []

    def imported(found: re.Match[str]) -> str:
        if found["all"]:
            return f"const {found['all']} = ${found['module']}.default;"
        return f"const {{ {found['names']} }} = ${found['module']};"

    def kept(found: re.Match[str]) -> str:
        exported.append(found["name"] or "default: $default")
        return found[0].removeprefix("export ") if found["name"] else "const $default = "

    body = _EXPORT.sub(kept, _IMPORT.sub(imported, source))
    if other := _NEITHER.search(body):
        raise ValueError(f"{name} has an import or export in a form that is not put together here: {other[0]}")
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();\n"


@dataclass(frozen=True)
class _PageFile:
    """What goes out under one address, which has a digest of it."""

    name: str
    media_type: str
    content: bytes

    @property
    def address(self) -> str:
        return f"{_PLACE}/{self.name}?v={sha256(self.content).hexdigest()[:16]}"

    def answer(self, request: Request) -> Response:
        """The file, to be kept by the browser."""
        return Response(self.content, media_type=self.media_type, headers=_FOR_EVER)


@cache
def _script() -> _PageFile:
    known = modules()
    sources = {name: path.read_text("utf-8") for name, path in known.items()}
    components = {tag_of(path): name for name, path in known.items() if path.parent == ASSETS}
    return _PageFile("page.js", "text/javascript", one_script(sources, components).encode())


@cache
def _sheet() -> _PageFile:
    sheets = [(ASSETS / name).read_text("utf-8") for name in STYLE_SHEETS]
    return _PageFile("page.css", "text/css", "\n".join(sheets).encode())


def mount_page_files() -> None:
    """Register script, style sheets, fonts and icons on NiceGUI's app, and our components in each of its pages."""
    for file in (_script(), _sheet()):
        app.add_route(f"{_PLACE}/{file.name}", file.answer, include_in_schema=False)
    app.add_static_files(_PLACE, ASSETS, max_cache_age=3600)
    app.config.vue_config_script += _KNOWN_TO_VUE


def add_page_files(*more_sheets: str) -> None:
    """Give the page that is being built our script and style sheet, and sheets that it has for itself."""
    ui.add_head_html(f'<link rel="stylesheet" href="{_sheet().address}">')
    for name in more_sheets:
        version = int((ASSETS / name).stat().st_mtime)
        ui.add_head_html(f'<link rel="stylesheet" href="{_PLACE}/{name}?v={version}">')
    ui.add_head_html(f'<script defer src="{_script().address}"></script>')
