"""HTML of the conversation's entries that are no items: pending messages, failures, effects, the line at the end.

Pure functions. Every text that comes from a backend or a person is escaped here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from chat.checks import Finding
from chat.errors import AnswerError, WorkbenchError
from chat.rendering import bubble, chosen, user_content
from chat.rendering.html import shortened, tag
from chat.rendering.icons import chatkit_icon, icon

from .blank import finding_button, prose
from .drafts import Draft

__all__ = [
    "client_action_html",
    "effect_html",
    "failure_html",
    "pending_html",
    "progress_html",
    "quiet_html",
    "remark_html",
    "typing_html",
]

SHOWN = 4000
"""Characters of foreign text that one field of a report shows."""


def pending_html(draft: Draft) -> str:
    """The user's message as it was sent, before the backend has sent it back."""
    quote = Markup('<blockquote class="user-quote">{}</blockquote>').format(draft.quoted) if draft.quoted else Markup()
    files = Markup("").join(
        Markup('<span class="file-chip">{}{}</span>').format(icon("paperclip", 14), name)
        for _, name in draft.attachments
    )
    chips = Markup('<div class="user-files">{}</div>').format(files) if files else Markup()
    said = bubble(user_content(draft.content), draft.said) if draft.content else Markup()
    return str(quote + chips + said + chosen(draft.tool, draft.model))


def failure_html(error: WorkbenchError, finding: Finding | None = None) -> str:
    """What failed, whose fault it is, what was expected, what came, and what to do.

    `finding`: what the inspector has of it, which says some of this as well (class `inspected`).
    """
    said = error.said if isinstance(error, AnswerError) else ""
    facts = [
        ("Expected", error.expected, finding is not None),
        ("Got", error.got, finding is not None),
        ("It said", said if said not in error.got and said not in str(error) else "", False),
        ("What to do", error.advice, False),
    ]
    rows = [
        tag(name, content, class_="inspected" if inspected else None)
        for title, text, inspected in facts
        if text
        for name, content in (("dt", title), ("dd", prose(shortened(text, SHOWN))))
    ]
    button = finding_button(error.exchange.id, finding) if finding and error.exchange else None
    return str(
        tag(
            "div",
            icon("circle-alert", 18),
            tag(
                "div",
                tag("p", tag("strong", prose(shortened(str(error), SHOWN))), class_="report-head"),
                tag("dl", tag("dt", "Whose side"), tag("dd", error.whose), *rows, class_="report-facts"),
                button,
                class_="report-body",
            ),
            class_="report is-danger",
            role="alert",
        )
    )


def remark_html(text: str, icon_name: str = "info") -> str:
    """One quiet line."""
    return str(Markup('<div class="remark">{}<span>{}</span></div>').format(icon(icon_name, 14), text))


def effect_html(name: str, data: Mapping[str, Any]) -> str:
    """A client effect: the page around the official widget would get it; here it is only shown."""
    return _with_json(Markup("Client effect <code>{}</code>").format(name), data, "zap")


def client_action_html(action: Mapping[str, Any]) -> str:
    """A widget action with `handler: client`: it goes to the host page, never to the backend."""
    kind = action.get("type")
    return _with_json(
        Markup("Action <code>{}</code> for the host page (<code>handler: client</code>)").format(kind),
        action.get("payload"),
        "mouse-pointer-click",
    )


def progress_html(text: str, icon_name: str | None) -> str:
    """The progress line: the latest one shows until the stream ends."""
    mark = chatkit_icon(icon_name, 15) if icon_name else Markup()
    return str(
        Markup('<div class="progress-line" data-testid="progress">{}<span class="shimmer">{}</span></div>').format(
            mark, shortened(text, SHOWN)
        )
    )


def typing_html() -> str:
    """Shown while the backend works and nothing streams."""
    return (
        '<div class="typing" data-testid="typing"><span class="visually-hidden">The backend is working</span>'
        "<i></i><i></i><i></i></div>"
    )


def quiet_html(seconds: float, *, comments: bool = False) -> str:
    """
    Shown when nothing has come for a while, or nothing but `comments`, and the backend has not allowed to stop: a way
    out all the same.
    """
    what = "Nothing but comments has come" if comments else "Nothing has come"
    return str(
        Markup(
            '<div class="quiet" data-testid="quiet">{}<span>{} for {} seconds.</span>'
            '<button type="button" class="link-btn" data-action="{}">Give up waiting</button></div>'
        ).format(icon("hourglass", 15), what, int(seconds), json.dumps({"do": "abandon"}))
    )


def _with_json(title: Markup, data: Any, icon_name: str) -> str:
    if data in (None, {}, []):
        return str(Markup('<div class="remark">{}<span>{}</span></div>').format(icon(icon_name, 14), title))
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    return str(
        Markup(
            '<details class="remark-details"><summary class="remark">{}<span>{}</span></summary><pre>{}</pre></details>'
        ).format(icon(icon_name, 14), title, shortened(text, 20_000))
    )
