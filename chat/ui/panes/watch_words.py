"""What is said about a session of the relay: its state, its front ends, and what a relay hides."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from chat.conversation.blank import prose
from chat.relay.session import FrontEnd, RelaySession
from chat.rendering.code import code_block
from chat.rendering.html import action, join, tag

__all__ = ["address_html", "front_end_name", "hidden_html", "nothing_html", "snippets_html", "state_of"]

_SHORT_ID: Final = 8

_HIDDEN: Final = (
    (
        "CORS",
        "The relay answers preflights itself and lets every page read. Your backend's own CORS headers are not tried: "
        "`python app.py check URL --origin http://localhost:3000` tries them.",
    ),
    (
        "The domain key",
        "Likely: with an `api.url` on this machine the widget takes any `domainKey`, so nothing shows whether yours is "
        "registered for your domain.",
    ),
    (
        "Proxies",
        "Requests go straight from this machine. A proxy that holds events back or cuts them off is not tried.",
    ),
    (
        "Cookies",
        "They are passed in neither direction: those of this machine are shared by all its ports. A backend that knows "
        "its users by a cookie takes everyone here for new; give the connection a header instead.",
    ),
    (
        "Metadata",
        "Headers of the connection and of a profile go along with what passes. `metadata` does not: the body is your "
        "front end's, and is passed on as it is.",
    ),
    ("Redirects", "Their status is passed on, where they lead to is not: your front end cannot follow."),
    (
        "Uploads",
        "A file's bytes go where `upload_descriptor` says, straight to the backend's storage. They do not pass here; "
        "`attachments.create` does.",
    ),
)


def state_of(session: RelaySession) -> str:
    """What came last, in one line."""
    if not session.exchanges:
        return "Nothing came yet"
    last = session.exchanges[-1]
    what = last.request.operation or last.request.method
    if last.running:
        said = "streaming" if last.status is not None else "waiting for the answer"
    else:
        said = str(last.status) if last.outcome == "complete" else last.outcome
    return f"{what} at {last.started_at.astimezone():%H:%M:%S}: {said}"


def front_end_name(front_end: FrontEnd | None) -> str:
    """Who it is, as far as the requests say."""
    if front_end is None:
        return "any front end"
    origin = front_end.origin if front_end.origin != "null" else "a page without an origin"
    page = origin or front_end.agent.partition(" ")[0] or "a program that does not say who it is"
    return f"{page} · frame {front_end.frame_id[:_SHORT_ID]}" if front_end.frame_id else page


def nothing_html(address: str) -> str:
    """What to do, in place of a conversation that has not begun."""
    return str(
        tag(
            "section",
            tag("h3", "Nothing came yet", class_="blank-headline"),
            tag(
                "p", prose("Put this address into `api.url` of your front end, and load its page."), class_="blank-why"
            ),
            _to_copy(address),
            class_="blank watch-nothing",
        )
    )


def address_html(address: str) -> str:
    """The address, to be copied."""
    return str(_to_copy(address, "relay-address"))


def _to_copy(address: str, test_id: str = "") -> Markup:
    copy = tag("button", "Copy", type="button", class_="btn", data_action=action("copy-code"))
    return tag("div", tag("pre", address, data_testid=test_id), copy, class_="code relay-address")


def snippets_html(address: str) -> str:
    """Where the address goes: for the element and for React."""
    api = f'{{\n  api: {{\n    url: "{address}",\n    domainKey: "local-dev",\n  }},\n}}'
    element, react = f"chat.setOptions({api});", f"useChatKit({api});"
    return str(
        join(
            (
                tag("h4", "<openai-chatkit>"),
                Markup(code_block(element, "javascript", highlight=True)),
                tag("h4", "React"),
                Markup(code_block(react, "jsx", highlight=True)),
            )
        )
    )


def hidden_html() -> str:
    """What cannot be seen with a relay in between."""
    rows = join(tag("dt", name) + tag("dd", prose(words)) for name, words in _HIDDEN)
    return str(tag("dl", rows, class_="relay-hides"))
