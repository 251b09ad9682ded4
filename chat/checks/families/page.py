"""Rules about the page around the widget: what it asks for by itself, in a HAR file, and what its console says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chat.checks.case import Case
from chat.checks.console_messages import meanings
from chat.checks.findings import Hit, Level, excerpt
from chat.checks.rules import CONSOLE_TEXT, END, rule
from chat.exchanges.page_requests import PageRequest, is_hosted, page_request

_LOOKED_AT = 500_000
"""Bytes of a console that are looked at."""
_CONTENT_SECURITY = (
    "# a content security policy of the page has to allow the CDN:\n"
    "# script-src https://cdn.platform.openai.com/deployments/chatkit/;\n"
    "# frame-src https://cdn.platform.openai.com/deployments/chatkit/"
)


def _failed(case: Case, wanted: PageRequest) -> str:
    """How a request of this kind failed; "" when this is none, or went well."""
    exchange = case.exchange
    if page_request(exchange.request.url) != wanted:
        return ""
    if exchange.status is None:
        return exchange.failure or "no answer"
    return f"{exchange.status} {exchange.reason}".strip() if exchange.status >= 400 else ""


def _hit(case: Case, wanted: PageRequest, headline: str) -> Hit | None:
    failure = _failed(case, wanted)
    if not failure:
        return None
    return Hit(f"{case.exchange.request.url}: {failure}", case.whole(), headline)


@rule(
    "page/domain",
    level=Level.ERROR,
    on=END,
    title="The domain of the page was refused",
    expected="the page's domain on the allow-list of the organisation that the domain key belongs to",
    why="The widget's frame is taken out of the page: it stays blank, and not one request reaches your backend.",
    fix="# add the page's domain to the allow-list of your OpenAI organisation, and give the widget its key:\n"
    "# api: { url: '…', domainKey: 'domain_pk_…' }\n"
    "# (localhost, loopback addresses, *.local and pages with a port of their own need no entry)",
    widget="Takes its frame out of the page, most likely: this was read in its code, not watched.",
)
def domain(case: Case) -> Hit | None:
    return _hit(case, "domain", "The domain of the page was refused: it is not on the allow-list")


_OWN_ROUTE = (
    "# its log says why: most often OPENAI_API_KEY is missing or of another project, or the workflow's id is wrong\n"
    'session = client.beta.chatkit.sessions.create(user=user_id, workflow={"id": "wf_…"})\n'
    'return {"client_secret": session.client_secret}'
)


@rule(
    "page/session",
    level=Level.ERROR,
    on=END,
    title="The session for ChatKit hosted by OpenAI could not be made",
    expected="a `client_secret`",
    why="Without a session the hosted widget has nothing to talk to: the page stays blank.",
    fix="# the workflow's id, the API key's project and its quota decide;\n"
    "# the answer's x-request-id is what support asks for",
    widget="Waits for a secret that does not come, most likely.",
)
def session(case: Case) -> Hit | None:
    if is_hosted(case.exchange.request.url):
        return _hit(case, "session", "ChatKit hosted by OpenAI refused to make a session")
    hit = _hit(case, "session", "The page's own route that makes sessions for ChatKit hosted by OpenAI fails")
    return hit and replace(hit, fix=_OWN_ROUTE)


@rule(
    "page/loader",
    level=Level.ERROR,
    on=END,
    title="The widget's script did not load",
    expected="200 for chatkit.js from cdn.platform.openai.com",
    why="There is no widget in the page at all.",
    fix=_CONTENT_SECURITY,
    widget="Is not there.",
)
def loader(case: Case) -> Hit | None:
    return _hit(case, "loader", "The widget's script did not load")


@rule(
    "page/frame",
    level=Level.ERROR,
    on=END,
    title="The widget's frame did not load",
    expected="200 for the frame from cdn.platform.openai.com",
    why="The element is there and stays empty.",
    fix=_CONTENT_SECURITY,
    widget="Stays empty.",
)
def frame(case: Case) -> Hit | None:
    return _hit(case, "frame", "The widget's frame did not load")


@rule(
    "page/console",
    level=Level.ERROR,
    on=CONSOLE_TEXT,
    title="The widget or the browser complains in the console",
    expected="a console without such messages",
    why="What stands there is all that is said of it: the user reads nothing, or a general sentence.",
    fix="# save the network tab as a HAR file with content, and have it explained:\n# python app.py explain page.har",
    widget="Says this in the console, or the browser does, where no user looks.",
)
def console(case: Case) -> Iterator[Hit]:
    text = case.text(_LOOKED_AT)
    place, at = 0, 0
    for meaning in sorted(meanings(text), key=lambda one: one.start):
        place, at = place + len(text[at : meaning.start].encode("utf-8", "replace")), meaning.start
        said = text[meaning.start : meaning.end]
        yield Hit(
            excerpt(said, 160),
            case.place(place, place + len(said.encode("utf-8", "replace")), said),
            meaning.headline,
            expected=meaning.expected,
            fix=meaning.fix,
            key=meaning.key,
            level=meaning.level,
        )
