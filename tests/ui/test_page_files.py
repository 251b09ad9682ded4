"""One script holds all of the browser's modules, each behind what it imports, and the page asks for little else."""

import re
from importlib.metadata import version

import pytest
from nicegui.element import Element
from playwright.sync_api import BrowserContext, expect

from assets import ASSETS
from chat.ui.bridge import DrawnElement
from chat.ui.compare import page as compare  # noqa: F401 - the elements of all pages are there when the pages are
from chat.ui.gallery import page as gallery  # noqa: F401
from chat.ui.page_files import STYLE_SHEETS, modules, one_script, tag_of
from tests.conftest import Running

IMPORT = re.compile(r'from "(\w+)";$', re.MULTILINE)


def kinds(of: type[Element] = DrawnElement) -> set[type[Element]]:
    return {kind for one in of.__subclasses__() for kind in (one, *kinds(one))}


def components() -> set[str]:
    return {name for name, path in modules().items() if path.parent == ASSETS}


def test_every_component_is_an_elements_and_every_element_of_ours_has_one() -> None:
    drawn = {getattr(kind, "_tag", None) for kind in kinds() if kind.__module__.startswith("chat.")} - {None}
    assert drawn == {tag_of(modules()[name]) for name in components()}


def test_every_module_is_imported_by_a_component() -> None:
    used, waiting = components(), list(components())
    while waiting:
        for name in IMPORT.findall(modules()[waiting.pop()].read_text("utf-8")):
            if name not in used:
                used.add(name)
                waiting.append(name)
    assert used == modules().keys()


def test_every_style_sheet_is_a_page_s() -> None:
    of_one_page = {"compare.css", "playground.css"}
    of_reports = {"report.css"}
    assert {path.name for path in ASSETS.glob("*.css")} == {*STYLE_SHEETS, *of_one_page, *of_reports}


def test_a_module_stands_behind_what_it_imports_and_gives_what_it_exports() -> None:
    sources = {
        "drawn": 'import part from "part";\nimport { one, two } from "numbers";\nexport default { part, one, two };\n',
        "part": "export default { deep: true };\n",
        "numbers": "export const one = 1;\nexport async function two() {}\nexport class Three {}\n",
    }
    script = one_script(sources, {"workbench-drawn": "drawn"})
    assert re.findall(r"const \$(\w+) = \(", script) == ["part", "numbers", "drawn"]
    assert "return { default: $default };" in script
    assert "return { one, two, Three };" in script
    assert "const part = $part.default;" in script
    assert "const { one, two } = $numbers;" in script
    assert '"workbench-drawn": $drawn.default' in script
    assert "import" not in script
    assert "export" not in script


@pytest.mark.parametrize(
    ("source", "why"),
    {
        'import { a as b } from "other";': "in a form",
        'import * as all from "other";': "in a form",
        'export { a } from "other";': "in a form",
        "export default function () {}": "in a form",
        "export let counted = 0;": "in a form",
        'import { a } from "nowhere";': "imports 'nowhere'",
        'import { a } from "circle";': "circle → circle",
    }.items(),
)
def test_what_cannot_be_put_together_is_refused(source: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        one_script({"circle": source, "other": ""}, {})


@pytest.mark.browser
def test_the_page_fetches_few_files_and_vue_knows_every_component(context: BrowserContext, workbench: Running) -> None:
    opened = context.new_page()
    fetched: list[str] = []
    opened.on("request", lambda request: fetched.append(request.url))
    opened.goto(workbench.url)
    expect(opened.get_by_test_id("composer")).to_be_visible()
    own = [url for url in fetched if "/workbench/assets/" in url and "/fonts/" not in url]
    assert len(own) == 2
    known = opened.evaluate("Object.keys(app._context.components)")
    changed = f"NiceGUI {version('nicegui')} runs `app.config.vue_config_script` no more where Vue's `app` is there"
    assert {tag_of(modules()[name]) for name in components()} <= set(known), changed
