"""Why the official widget does not come up, as far as the page around it can know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

__all__ = ["READY_WITHIN", "Trouble", "troubles"]

READY_WITHIN: Final = 15
"""Seconds until the widget says that its composer is ready; after that something is wrong."""
_CDN: Final = "cdn.platform.openai.com"
_LONGEST: Final = 300

Cause = Literal["cdn", "options", "content-security", "domain", "backend", "widget"]
Grade = Literal["seen", "likely", "unknown"]


class Trouble(NamedTuple):
    """One cause: whose it is, how sure that is, and what to do."""

    cause: Cause
    grade: Grade
    sentence: str
    advice: str


def troubles(facts: Mapping[str, Any], *, waiting_for: str = "") -> list[Trouble]:
    """
    What `facts` say, which the stage tells of itself: nothing while all is well or it is too early to say.

    `waiting_for`: operation of a request that the backend has not answered, "" when there is none.
    """
    found = list(_seen(facts))
    if not found and facts.get("waited") and not facts.get("ready"):
        found.append(_silence(facts, waiting_for))
    return found


def _seen(facts: Mapping[str, Any]) -> Iterator[Trouble]:
    blocked = list(_violations(facts))
    yield from blocked
    if facts.get("script") == "failed" and not any(_CDN in trouble.sentence for trouble in blocked):
        yield Trouble(
            "cdn",
            "seen",
            f"The browser could not load the widget's script from {_CDN}.",
            "Is this computer on the network, and does a proxy, a firewall or a browser extension block that host? "
            "Reload when it can be reached; our side, the recordings and the checks work without it.",
        )
    if facts.get("script") == "loaded" and not facts.get("defined") and facts.get("waited"):
        yield Trouble(
            "cdn",
            "seen",
            f"What came from {_CDN} is not the widget: no element of the name `openai-chatkit` was defined.",
            "A proxy may answer in its place. Open the script's address in a tab and look at what comes.",
        )
    if (error := str(facts.get("error") or "")) and not facts.get("ready"):
        said = error[:_LONGEST]
        yield Trouble(
            "options",
            "likely",
            f"The widget gave up before it was ready, and said: “{said}”",
            "When that names an option: correct it under Options, where each is checked as it is declared, and apply.",
        )
    frame = facts.get("frame")
    if isinstance(frame, Mapping) and not frame.get("there") and not error:
        yield Trouble(
            "domain",
            "likely",
            "The widget has taken its own frame out of the page.",
            "It does so when the domain is refused. On a loopback address with a port of its own any domain key will "
            "do: open the workbench as http://127.0.0.1 or http://localhost, and leave `api.domainKey` out.",
        )


def _violations(facts: Mapping[str, Any]) -> Iterator[Trouble]:
    told: set[tuple[str, str]] = set()
    for violation in facts.get("violations") or ():
        if not isinstance(violation, Mapping):
            continue
        directive, blocked = str(violation.get("directive"))[:60], str(violation.get("blocked"))[:_LONGEST]
        place = urlsplit(blocked).netloc or blocked
        if (directive, place) in told:
            continue
        told.add((directive, place))
        yield Trouble(
            "content-security",
            "seen",
            f"The content security policy of the stage ({directive}) has blocked {place}.",
            "An upload goes to a host of its own: an attachment can be sent from the stage to the backend's host only. "
            "In a page of your own, add it to `connect-src`."
            if directive == "connect-src"
            else "The stage lets the widget in as its build of mid-2026 needed it. A newer one may need more: "
            "report it, with this sentence.",
        )


def _silence(facts: Mapping[str, Any], waiting_for: str) -> Trouble:
    if waiting_for:
        return Trouble(
            "backend",
            "likely",
            f"The widget is not ready after {READY_WITHIN} s, and the backend has not answered `{waiting_for}` yet.",
            "Look at that exchange below.",
        )
    if facts.get("script") == "loading":
        return Trouble(
            "cdn",
            "likely",
            f"After {READY_WITHIN} s the widget's script has not come from {_CDN}.",
            "The network or a proxy is slow, or swallows the request. Open its address in a tab.",
        )
    return Trouble(
        "widget",
        "unknown",
        f"The widget has not said within {READY_WITHIN} s that it is ready, and neither why.",
        "Look at the timeline below, and at the browser's own console: what happens inside the frame cannot be seen "
        "from here.",
    )
