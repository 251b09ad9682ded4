"""HTML of the conversation's entries that are no items: pending messages, failures, effects, the line at the end.

Pure functions. Every text that comes from a backend or a person is escaped here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from chat.errors import AnswerError, WorkbenchError
from chat.rendering import bubble, chosen, user_content
from chat.rendering.icons import chatkit_icon, icon

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


def failure_html(error: WorkbenchError) -> str:
    """What failed, whose fault it is, what was expected, what came, and what to do."""
    said = error.said if isinstance(error, AnswerError) else ""
    facts = [
        ("Expected", error.expected),
        ("Got", error.got),
        ("It said", said if said not in error.got else ""),
        ("What to do", error.advice),
    ]
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, _shortened(text)) for name, text in facts if text
    )
    return str(
        Markup(
            '<div class="report is-danger" role="alert">{icon}<div class="report-body">'
            '<p class="report-head"><strong>{message}</strong></p>'
            '<dl class="report-facts"><dt>Whose side</dt><dd>{whose}</dd>{rows}</dl></div></div>'
        ).format(icon=icon("circle-alert", 18), message=_shortened(str(error)), whose=error.whose, rows=rows)
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
            mark, _shortened(text)
        )
    )


def typing_html() -> str:
    """Shown while the backend works and nothing streams."""
    return (
        '<div class="typing" data-testid="typing"><span class="visually-hidden">The backend is working</span>'
        "<i></i><i></i><i></i></div>"
    )


def quiet_html(seconds: float) -> str:
    """Shown when nothing has come for a while and the backend has not allowed to stop: a way out all the same."""
    return str(
        Markup(
            '<div class="quiet" data-testid="quiet">{}<span>Nothing has come for {} seconds.</span>'
            '<button type="button" class="link-btn" data-action="{}">Give up waiting</button></div>'
        ).format(icon("hourglass", 15), int(seconds), json.dumps({"do": "abandon"}))
    )


def _with_json(title: Markup, data: Any, icon_name: str) -> str:
    if data in (None, {}, []):
        return str(Markup('<div class="remark">{}<span>{}</span></div>').format(icon(icon_name, 14), title))
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    return str(
        Markup(
            '<details class="remark-details"><summary class="remark">{}<span>{}</span></summary><pre>{}</pre></details>'
        ).format(icon(icon_name, 14), title, _shortened(text, 20_000))
    )


def _shortened(text: str, limit: int = SHOWN) -> Markup:
    return escape(text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)")
