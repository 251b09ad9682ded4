"""One page with everything the renderers draw, in light and dark, and pictures of it.

python -m tests.rendering.gallery [FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from markupsafe import escape

from assets import ASSETS
from chat.backend.specimens import SPECIMENS
from chat.rendering import RenderContext, render_error, render_item, render_notice
from tests.rendering import specimens

__all__ = ["page"]

SHEETS = ("workbench", "conversation", "content", "citations", "widgets")
CONTEXT = RenderContext(thread_id="thr_1")


def _entries() -> Iterator[tuple[str, str, str]]:
    for label, item in specimens.items():
        yield label, item.type, render_item(item, CONTEXT)
    for one in SPECIMENS.values():
        made = one.make()
        fields = {"widget": made} if one.item == "widget" else made
        yield one.name, one.item, render_item(specimens.state({"type": one.item, "id": one.name, **fields}), CONTEXT)
    for label, root in specimens.widgets():
        yield f"widget: {label}", "widget", render_item(specimens.widget(root), CONTEXT)
    yield (
        "notice",
        "notice",
        render_notice("info", "Nearly there", "You have used 90 of 100 messages. [Upgrade](https://example.com)"),
    )
    yield "notice", "notice", render_notice("warning", None, "The **index** is an hour old.")
    yield "notice", "notice", render_notice("danger", "Closed", "This thread will be deleted.")
    yield "error", "error", render_error("The model is overloaded.", "custom", True)
    yield "error", "error", render_error(None, "stream.error", False)


def page(dark: bool) -> str:
    """The page's HTML, which needs no server."""
    css = "\n".join(
        (ASSETS / f"{name}.css").read_text("utf-8")
        for name in ("workbench", "conversation", "content", "citations", "widgets")
    )
    css = css.replace("/workbench/assets/", ASSETS.as_uri() + "/")
    entries = "".join(
        f'<p class="gallery-label">{escape(label)}</p><article class="entry entry-{escape(kind)}">'
        f'<div class="entry-body">{html}</div></article>'
        for label, kind, html in _entries()
    )
    return (
        f'<!doctype html><meta charset="utf-8"><title>Gallery</title><style>{css}\n'
        "html,body{height:auto;overflow:auto} .gallery-label{margin:34px 0 4px;font-size:11px;color:var(--text-faint)}"
        f'</style><body class="body--{"dark" if dark else "light"}"><div class="conversation-column">{entries}</div>'
    )


def main(folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM_FLAGS, find_chromium

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for dark in (False, True):
            name = "dark" if dark else "light"
            file = folder / f"gallery-{name}.html"
            file.write_text(page(dark), "utf-8")
            tab = browser.new_page(viewport={"width": 860, "height": 1100})
            tab.goto(file.as_uri())
            height = tab.evaluate("document.documentElement.scrollHeight")
            for number, top in enumerate(range(0, height, 1400), 1):
                tab.screenshot(
                    path=folder / f"gallery-{name}-{number}.png",
                    clip={"x": 0, "y": top, "width": 860, "height": min(1400, height - top)},
                    full_page=True,
                )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery"))
