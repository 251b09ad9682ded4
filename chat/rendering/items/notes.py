"""`error` and `notice` events, as entries of the conversation."""

from __future__ import annotations

from markupsafe import Markup

from chat.rendering.icons import icon

from ..context import NO_IMAGES
from ..html import tag, text_of
from ..markdown import markdown_beside

__all__ = ["render_error", "render_notice"]

_SENTENCES = {
    "stream.error": "The backend failed while it was answering.",
    "rate_limit_exceeded": "Too many requests: wait a moment and try again.",
}
_ICONS = {"info": "info", "warning": "triangle-alert", "danger": "octagon-alert"}


def render_error(message: str | None, code: str | None, allow_retry: bool) -> str:
    """An `error` event: its message, or a general sentence for a bare code (protocol facts, 3.14)."""
    code = text_of(code, 200)
    said = text_of(message, 4_000) or _SENTENCES.get(code) or "The backend reported an error without saying which."
    facts = [f"error event, code {code or 'custom'}", "may be retried" if allow_retry else "no retry offered"]
    body = tag("div", tag("p", said, class_="notice-text"), tag("p", " · ".join(facts), class_="notice-facts"))
    return str(tag("div", icon("circle-alert", 18), body, class_="notice notice-danger", role="alert"))


def render_notice(level: str, title: str | None, message: str) -> str:
    """A `notice` event; its message is Markdown."""
    level = level if level in _ICONS else "info"
    body = tag(
        "div",
        tag("p", text_of(title, 500), class_="notice-title") if title else None,
        tag("div", Markup(markdown_beside(text_of(message), NO_IMAGES)), class_="markdown"),
    )
    return str(tag("div", icon(_ICONS[level], 18), body, class_=f"notice notice-{level}", role="status"))
