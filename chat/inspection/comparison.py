"""Three things side by side: what the official widget shows, what the backend meant, what to send instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from chat.checks import Translation, translate
from chat.conversation.blank import prose, widget_does
from chat.conversation.diagnosis import Diagnosis
from chat.exchanges import Exchange
from chat.protocol import ItemState, ThreadState, end_stream, fold
from chat.rendering import RenderContext, render_item
from chat.rendering.code import code_block
from chat.rendering.html import join, tag
from chat.rendering.icons import icon

__all__ = ["comparison_html"]

_LONGEST: Final = 200_000
"""Characters of code in one block."""
_MOST_ITEMS: Final = 60
_SAMPLE: Final = b"Hello! This is the text of your answer."


def comparison_html(diagnosis: Diagnosis) -> str:
    """The three columns. Where nothing can be read from the stream, the last is a healthy answer to its request."""
    meant = diagnosis.translation
    sent = meant or _sample(diagnosis.exchange)
    return str(
        tag(
            "div",
            _column("The official widget shows", "eye", _shown(diagnosis), "side-widget"),
            _column("The backend meant", "message-square-text", _meant(meant), "side-meant"),
            _column("Send this instead", "send", _instead(sent, sample=meant is None), "side-events"),
            class_="sides",
        )
    )


def _column(title: str, icon_name: str, content: Markup, test_id: str) -> Markup:
    head = tag("h3", icon(icon_name, 15), title)
    return tag("section", head, content, class_="side", data_testid=test_id)


def _shown(diagnosis: Diagnosis) -> Markup:
    state = ThreadState()
    for event in diagnosis.events:
        if event.terminated:
            fold(state, event)
    end_stream(state)
    view = diagnosis.view
    crashed = view.screen is not None and view.screen.crashed
    read = view.events_read and view.requests_sent == 1 and not (view.blank or crashed)
    items = _items(state) if read else Markup()
    seen = view.shows or "nothing"
    sees = tag("p", prose(f"{seen[0].upper()}{seen[1:]}."), class_="side-empty")
    return join([tag("p", prose(widget_does(view)), class_="side-note"), items or sees])


def _meant(meant: Translation | None) -> Markup:
    if meant is None:
        return tag("p", "The answer says nothing that could be understood.", class_="side-empty")
    assumed = [tag("li", prose(words)) for words in meant.assumed]
    return join(
        [
            tag("p", f"Read as {meant.language}.", class_="side-note"),
            _items(meant.state) or tag("p", "No words of a conversation.", class_="side-empty"),
            tag("div", tag("p", "Assumed"), tag("ul", *assumed), class_="side-assumed") if assumed else None,
        ]
    )


def _instead(sent: Translation | None, *, sample: bool) -> Markup:
    if sent is None:
        return tag("p", "This operation answers with JSON, not with events.", class_="side-empty")
    words = "A healthy answer to the same request." if sample else "The same conversation in ChatKit's events."
    python = sent.brief or sent.python
    return join(
        [
            tag("p", words, class_="side-note"),
            tag("h4", "As Python, with openai-chatkit"),
            _code(python, "python"),
            tag("h4", "As JSON, one event in a line"),
            _code(sent.json, "json"),
        ]
    )


def _code(text: str, language: str) -> Markup:
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "\n… shortened"
    return Markup(code_block(shown, language, highlight=True))


def _items(state: ThreadState) -> Markup:
    context = RenderContext(thread_id=state.id or "", interactive=False)
    return join(_item(item, context) for item in state.visible_items()[:_MOST_ITEMS])


def _item(item: ItemState, context: RenderContext) -> Markup:
    item.status = "done"  # nothing more comes: the text stands in the HTML and is not patched in
    html = Markup(render_item(item, context))
    body = tag("div", html, class_="entry-body") if html else Markup()
    names: dict[str, Any] = {"class_": f"entry entry-{item.type}", "data_testid": "meant-item"}
    return tag("article", body, data_item_type=item.type, **names) if html else Markup()


def _sample(exchange: Exchange) -> Translation | None:
    """A healthy answer to the same request."""
    if not exchange.expects_stream:
        return None
    healthy = Exchange(replace(exchange.request), status=200, headers=(("content-type", "text/plain"),))
    healthy.add(0, _SAMPLE)
    healthy.end("complete")
    return translate(healthy, [])
