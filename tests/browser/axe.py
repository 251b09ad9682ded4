"""axe-core on a page: what keeps people from using it, in lines that can be read."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

__all__ = ["OF_COLOUR", "set_theme", "violations"]

OF_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules whose verdict a theme changes; the others read names, roles, order and size."""

# The rules that axe runs when it is asked for none, but for those whose violations are moderate or minor.
LOOK = """
async ({ within, rules }) => {
    const grave = axe._audit.rules.filter(({ enabled, impact, tags }) =>
        enabled && ["serious", "critical"].includes(impact) && !tags.includes("experimental"));
    const runOnly = rules.length ? rules : grave.map(({ id }) => id);
    const options = { resultTypes: ["violations"], elementRef: false, runOnly };
    const found = await axe.run(document.querySelector(within) ?? document, options);
    return found.violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, impact, nodes }) => nodes.map(({ target, html, failureSummary }) =>
            ({ id, impact, target: target.flat().join(" "), html: html.slice(0, 200), why: failureSummary })));
}
"""
STILL = """
*, *::before, *::after { transition: none !important; animation: none !important; }
.conversation * { content-visibility: visible !important; }
"""
"""What fades in has no contrast while it does, and what is not drawn has none at all."""

WEAR = """
(css) => {
    const sheet = new CSSStyleSheet(); // which no policy of the page forbids
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
}
"""


def violations(page: Page, within: str = "html", *rules: str) -> list[str]:
    """The serious and critical violations of the page as it now is, or of a part of it, or of these rules alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(WEAR, STILL)
    found: list[dict[str, Any]] = page.evaluate(LOOK, {"within": within, "rules": rules})
    return [f"{one['impact']} {one['id']}: {one['target']}\n    {one['html']}\n    {one['why']}" for one in found]


def set_theme(page: Page, dark: bool) -> None:
    """Show the page light or dark, as a system that turns dark in the evening does."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.wait_for_function(f"document.body.classList.contains('body--dark') === {str(dark).lower()}")
    editor = page.locator(".cm-editor")  # which has its theme from the server
    if editor.count():
        background = "getComputedStyle(document.querySelector('.cm-editor')).backgroundColor"
        page.wait_for_function(f"({background} === 'rgb(255, 255, 255)') !== {str(dark).lower()}")
