"""What the widget's messages in a browser's console mean, and what to type.

Those of its options, and of events that it cannot read, were seen in the genuine widget and in public reports.
What a browser says of CORS and content security is the browser's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat.checks.browser_messages import BROWSERS, CDN_REFUSED, GENERAL, Explain
from chat.checks.findings import Level
from chat.checks.middleware import middleware_for

__all__ = ["Meaning", "meanings"]

_API = (
    "# in the page, a backend of your own:\n"
    '# api: { url: "https://your-server.example/chatkit", domainKey: "domain_pk_…" }\n'
    "# or ChatKit hosted by OpenAI, and then neither `url` nor `domainKey`:\n"
    "# api: { getClientSecret: async () => (await askYourServer()).client_secret }"
)
_TOOL = (
    "# in the page's options of ChatKit:\n"
    "# onClientTool: async ({ name, params }) => {\n"
    '#   if (name === "get_selection") return { text: String(getSelection()) };\n'
    "#   throw new Error(`There is no tool ${name}`);\n"
    "# }"
)
_ONE_OBJECT = 'yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"  # one JSON object in each event'
_BARE = "async for chunk in result:  # of server.process(): its pieces begin with `data: ` already\n    yield chunk"
_JSON = 'return Response(content=result.json, media_type="application/json")'
_LOOK = (
    "# save the network tab as a HAR file with content, and have it explained: it names the event and the field\n"
    "# python app.py explain page.har"
)
_THREAD = (
    "# begin with no thread when the stored one is gone: initialThread: null\n"
    "# and let the backend answer for one that it does not know:\n"
    'return JSONResponse({"message": "This conversation does not exist."}, status_code=404)'
)
_DOMAIN = (
    "# add the page's domain to the allow-list of your OpenAI organisation, and give the widget its key:\n"
    "# api: { url: '…', domainKey: 'domain_pk_…' }"
)
_CDN = (
    "# a content security policy of the page has to allow the CDN:\n"
    "# script-src https://cdn.platform.openai.com/deployments/chatkit/;\n"
    "# frame-src https://cdn.platform.openai.com/deployments/chatkit/"
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means."""

    start: int
    end: int
    """Its place in the text, in characters."""
    headline: str
    expected: str
    fix: str
    key: str
    level: Level | None = None


_KEY = re.compile(r"Unrecognized keys?:? *(.+)")


def _option(said: re.Match[str]) -> tuple[str, str, str]:
    what, path = " ".join(said[1].split()), said[2]
    key = _KEY.search(what)
    if path == "api" and key is None:
        return (
            "The widget's option `api` is neither of the two that there are: often `domainKey` is missing, or `url` is "
            "mixed with `getClientSecret`",
            "`url` and `domainKey`, or `getClientSecret` alone",
            _API,
        )
    if key is not None:
        return _unknown(key[1], path)
    return (
        f"The widget's option `{path}` is not valid: {what[:120]}",
        "the options of `ChatKitOptions`, each of its type",
        f"# mend `{path}` in the page's options of ChatKit: {what[:120]}",
    )


def _unknown(key: str, path: str) -> tuple[str, str, str]:
    name = key.strip().rstrip(".").replace('"', "").replace("'", "").split(" in object")[0][:80]
    where = f"option `{path}` has" if path else "options have"
    return (
        f"The widget's {where} a key that it does not know: `{name}`",
        "only what `ChatKitOptions` has: one unknown key, and there is no widget",
        f"# remove `{name}` from {f'`{path}` in ' if path else ''}the page's options of ChatKit, or mend its spelling",
    )


def _unread(said: re.Match[str]) -> tuple[str, str, str]:
    text = said[1] or ""
    fix = _BARE if text.startswith("data:") else _ONE_OBJECT
    why = (
        "`data:` stands in it twice"
        if text.startswith("data:")
        else "`[DONE]` is no event of ChatKit's, and does no harm at the end"
        if text.startswith("[DONE")
        else f"it begins with “{text[:40]}”"
        if text
        else "it is no JSON"
    )
    return f"The widget could not read an event: {why}", "one JSON object after each `data:`", fix


def _blocked(said: re.Match[str]) -> tuple[str, str, str]:
    origin, because = said[1] or "", " ".join(said[2].split())
    return (
        f"The browser keeps the backend's answer from the page: {because[:160] or 'blocked by CORS policy'}",
        f"CORS headers for {f'`{origin}`' if origin else 'the origin of the page'} on every answer, to OPTIONS too",
        middleware_for(origin),
    )


def _fixed(headline: str, expected: str, fix: str) -> Explain:
    return lambda said: (headline, expected, fix)


_KNOWN: tuple[tuple[str, re.Pattern[str], Explain], ...] = (
    (
        "option",
        re.compile(r"(?:^|[✖×:] ?)([A-Z][^\n→✖×]{2,200}?)\s{0,40}(?:→|->) at ([\w.\[\]]{1,80})", re.MULTILINE),
        _option,
    ),
    (
        "key",
        re.compile(r"Unrecognized keys?:? *([^\n→]{1,200})(?=\n|\Z)(?!\s{0,40}(?:→|->) at)"),
        lambda said: _unknown(said[1], ""),
    ),
    (
        "unread",
        re.compile(
            r"(?:StreamEventParsingError[: ]*)?Failed to parse stream event"
            r"(?:[^\n]{0,80}?, \"(.{0,60}?)\"?\.{0,3} is not)?"
            r"|StreamEventParsingError"
        ),
        _unread,
    ),
    (
        "client tool",
        re.compile(r"No handler for client tool calls"),
        _fixed(
            "The backend calls a client tool, and the page has no `onClientTool`",
            "a handler for the tools that the backend calls",
            _TOOL,
        ),
    ),
    (
        "no data",
        re.compile(
            r"Cannot read properties of (?:undefined|null) \(reading 'data'\)"
            r"|can't access property \"data\", [^\n]{1,60} is (?:undefined|null)"
            r"|(?:undefined|null) is not an object \(evaluating '[^'\n]{1,60}\.data'\)"
        ),
        _fixed(
            "The widget found no `data` in an answer: its body was no JSON, or had another shape",
            'a page as {"data": […], "has_more": false}',
            _JSON,
        ),
    ),
    (
        "event",
        re.compile(
            r"Error handling thread event(?! TypeError: Cannot read properties of undefined \(reading 'data'\))"
        ),
        _fixed("The widget tripped over an event and went on with the next", "events of `chatkit.types`", _LOOK),
    ),
    (
        "thread",
        re.compile(r"InitialThreadLoadError"),
        _fixed(
            "The thread that the page begins with could not be loaded",
            "200 and the thread from `threads.get_by_id` and `items.list`",
            _THREAD,
        ),
    ),
    (
        "cors",
        re.compile(
            r"(?:from origin '([^'\n]{1,200})' has been )?blocked by CORS policy:? ?"
            r"(?![^\n]*address space)([^\n]{0,400})"
        ),
        _blocked,
    ),
    (
        "domain",
        re.compile(
            r"Domain verification failed|domain_keys/verify\w*[^\n]{0,60}\b40[13]\b|\b40[13]\b[^\n]{0,60}domain_keys"
        ),
        _fixed(
            "The domain of the page was refused: it is not on the allow-list",
            "the page's domain on the allow-list of the organisation that the domain key belongs to",
            _DOMAIN,
        ),
    ),
    (
        "cdn",
        re.compile(CDN_REFUSED),
        _fixed(
            "The browser does not load the widget's script or frame",
            "200 from cdn.platform.openai.com, which neither a policy nor an extension keeps back",
            _CDN,
        ),
    ),
    (
        "turn",
        re.compile(r"There was an error while generating the assistant's response"),
        _fixed(
            "A turn ended in an error without a message of its own: an exception in `respond()`, or a broken stream",
            "an answer that is completed, or an `error` event with a `message`",
            "# your server's log has the traceback of this turn; to tell the user something, raise this in respond():\n"
            'raise CustomStreamError("The search is not available right now.", allow_retry=True)',
        ),
    ),
    *BROWSERS,
    (
        "options",
        re.compile(r"InvalidFrameParams\w*|Invalid frame params"),
        _fixed("The widget refuses its options", "the options of `ChatKitOptions`, each of its type", _API),
    ),
)


_KNOWN = (*_KNOWN, *GENERAL)
_GENERAL = frozenset(kind for kind, _, _ in GENERAL)


def meanings(text: str) -> Iterator[Meaning]:
    """What the messages in this text mean, in their order within each kind."""
    found: set[str] = set()
    for kind, pattern, explain in _KNOWN:
        if kind == "options" and found & {"option", "key"}:
            continue  # which of them was said
        if kind in _GENERAL and found:
            continue
        for said in pattern.finditer(text):
            found.add(kind)
            headline, expected, fix = explain(said)
            harmless = kind == "unread" and (said[1] or "").startswith("[DONE")
            level = Level.NOTE if harmless else None
            yield Meaning(said.start(), said.end(), headline, expected, fix, json.dumps([kind, headline]), level)
