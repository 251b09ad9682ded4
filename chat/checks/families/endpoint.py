"""Rules about what stands at an address that is no ChatKit endpoint."""

from __future__ import annotations

import re

from chat.checks.case import Case
from chat.checks.findings import Hit, Level, excerpt
from chat.checks.rules import END, rule
from chat.exchanges.exchange import FOLLOWED_AS_GET, FOLLOWED_AS_IT_IS
from chat.exchanges.page_requests import is_hosted

_ROUTE = (
    '@app.post("/chatkit")\n'
    "async def chatkit(request: Request):\n"
    "    result = await server.process(await request.body(), context)\n"
    "    if isinstance(result, StreamingResult):\n"
    '        return StreamingResponse(result, media_type="text/event-stream")\n'
    '    return Response(result.json, media_type="application/json")'
)

_ADDRESS = (
    "# use the address of your ChatKit route, most often /chatkit or /api/chatkit, of the server and not of the page:\n"
    "# python app.py check http://localhost:8000/chatkit"
)


_HOSTED = (
    "# the backend is OpenAI's: there is no route of yours to change. Look at the workflow (is it published, is its\n"
    "# id right?), at the project's quota, and at the session's `client_secret`, which expires"
)


def hosted(case: Case) -> bool:
    """Whether the backend that answered is OpenAI's."""
    return is_hosted(case.exchange.request.url)


def hosted_fix(case: Case) -> str:
    """What somebody can do about an answer of OpenAI's."""
    from chat.exchanges import request_id  # brings the SDK's types, which the catalogue alone does not need

    request = request_id(case.exchange)
    return _HOSTED + (f";\n# what support asks for: {request}" if request else "")


@rule(
    "endpoint/hosted",
    level=Level.NOTE,
    on=END,
    title="This is ChatKit hosted by OpenAI",
    expected="nothing else, if the page gives the widget `api.getClientSecret`",
    why="What goes wrong here goes wrong in the workflow, its quota or its session, and not in a backend of your own.",
    fix=_HOSTED,
    widget="Talks to OpenAI with the session's client secret.",
)
def is_openai(case: Case) -> Hit | None:
    if hosted(case):
        answered = f"{case.exchange.status or 'no status'} {case.exchange.reason}".strip()
        return Hit(f"{case.exchange.request.url}: {answered}", case.place(), fix=hosted_fix(case))
    if _is_session(case.document) and not _asked(case):
        return Hit("a `client_secret` of a session", case.place(), fix=hosted_fix(case))
    return None


def _asked(case: Case) -> bool:
    """Whether somebody took the address for ChatKit's, as far as that is known."""
    return bool(case.operation) or not case.exchange.request.url


def _is_session(document: object) -> bool:
    return isinstance(document, dict) and isinstance(document.get("client_secret"), str)


@rule(
    "endpoint/not-chatkit",
    level=Level.ERROR,
    on=END,
    title="This address is not a ChatKit endpoint",
    expected="a route that takes ChatKit's POST and answers with events or with JSON",
    why="No request of the widget reaches your ChatKit server: the page stays blank.",
    fix=_ROUTE,
    widget="Gets none of what it asks for: on a 4xx silence, on a page of HTML the same POST six times, then silence.",
)
def not_chatkit(case: Case) -> Hit | None:
    where = case.exchange.request.url
    status = case.exchange.status
    if status is not None and 300 <= status < 400 and not case.events and not hosted(case):
        return _redirected(case, f"`{where}`" if where else "What was asked", status)
    met = _met(case)
    if not met:
        return None
    return Hit(
        met[0],
        case.whole(),
        f"{f'`{where}`' if where else 'What was asked'} is not a ChatKit endpoint: {met[1]}",
        fix=met[2],
    )


def _redirected(case: Case, where: str, status: int) -> Hit:
    """An address that leads elsewhere: a 307 or 308 takes the POST along, so that the widget may do well there."""
    exchange = case.exchange
    location = exchange.header("location")
    to = f" to `{location}`" if location else ""
    got = f"{status} {exchange.reason}".strip() + to
    fix = f"# use the address itself, in `api.url` too: {location}" if location else ""
    if status in FOLLOWED_AS_IT_IS and location:
        return Hit(
            got,
            case.whole(),
            f"{where} answers nothing itself: it redirects{to}",
            expected="the address that answers",
            fix=fix,
            why="Browsers follow it with the same POST, so this alone blanks no page. The workbench does not follow: "
            "nothing is known yet of what answers there.",
            widget=f"Follows the {status} with the same POST: the user sees what the new place answers.",
            level=Level.WARNING,
        )
    followed = f"Follows the {status} with a GET, as browsers do, and finds no ChatKit endpoint there, most likely."
    return Hit(
        got,
        case.whole(),
        f"{where} is not a ChatKit endpoint: it redirects{to}",
        fix=fix,
        widget=followed if status in FOLLOWED_AS_GET else "",
    )


def _met(case: Case) -> tuple[str, str, str] | None:
    """What stands there: as it came, in words, and what to do; None when it may be a ChatKit endpoint."""
    exchange = case.exchange
    status = exchange.status
    if status is None or case.events or hosted(case) or (status == 400 and case.malformed):
        return None
    came = f"{status} {exchange.reason}".strip()
    text = exchange.beginning(2_000).lstrip().lower()
    # a 502 of a proxy says nothing of the address, and a 403 that something stands there
    if text.startswith((b"<!doctype html", b"<html")) and (status < 400 or status in _NOTHING_THERE):
        kind = f"{came}, {exchange.content_type or 'HTML'}"
        return kind, "a page of HTML stands there", _ADDRESS
    document = case.document
    if _is_session(document):
        if not _asked(case):
            return None  # endpoint/hosted
        return (
            "a `client_secret`",
            "it makes sessions for ChatKit hosted by OpenAI",
            "# this address belongs into `api.getClientSecret`; then there is no `api.url`, OpenAI is the backend.\n"
            "# A backend of your own has another address, in `api.url`, and no client secret",
        )
    if status == 405:
        allowed = exchange.header("allow")
        return came + (f", allow: {allowed}" if allowed else ""), "it takes no POST", _ROUTE
    if status == 404 and (case.operation in _NAMES_NOTHING or _is_of_a_router(document, case.text(200))):
        return came + _said(document), "nothing stands there", _ADDRESS
    if status == 403 and isinstance(document, dict) and document.get("message") == "Missing Authentication Token":
        return came, "nothing stands there, which API Gateway calls a missing token", _ADDRESS
    if status == 422 and (field := _missing_field(document)):
        return (
            f"{came}: {field}",
            f"the route there wants a body of its own (`{field}`)",
            "# take the body as it is, without a model of your own in the route's arguments\n" + _ROUTE,
        )
    return None


def _said(document: object) -> str:
    message = document.get("message") if isinstance(document, dict) else None
    return f": {excerpt(message, 100)}" if isinstance(message, str) and message else ""


def _is_of_a_router(document: object, text: str) -> bool:
    """Whether a 404 is a router's own, and no ChatKit server's that does not know a thread."""
    if isinstance(document, dict):
        words = (document.get(key) for key in ("detail", "message", "error"))
        by_words = any(isinstance(one, str) and _ROUTERS_WORDS.fullmatch(one.strip()) for one in words)
        return by_words or document == {"detail": "Not Found"}
    return excerpt(text, 40).lower() in ("not found", "404 page not found", "")


_NOTHING_THERE = (404, 405, 410)
_NAMES_NOTHING = ("threads.create", "threads.list", "attachments.create", "input.transcribe")
"""What these ask for cannot be missing: they name nothing that was there before."""
_ROUTERS_WORDS = re.compile(
    r"Cannot POST .*|(?:The )?route .* (?:not found|could not be found)\.?|No route .*|"
    r"The requested webhook .* is not registered\.?|No static resource .*",
    re.IGNORECASE | re.DOTALL,
)


def _missing_field(document: object) -> str:
    """The field of its own that FastAPI's validation misses, like `body.message`; "" when it misses none."""
    details = document.get("detail") if isinstance(document, dict) else None
    for detail in details if isinstance(details, list) else ():
        place = detail.get("loc") if isinstance(detail, dict) else None
        if isinstance(place, list) and place and place[0] in ("body", "query"):
            return ".".join(map(str, place))
    return ""
