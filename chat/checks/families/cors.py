"""What a browser on another origin needs. The browser's own question is in its HAR file; for the rest `check` asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chat.checks.case import Case
from chat.checks.findings import Hit, Level
from chat.checks.middleware import MIDDLEWARE, middleware_for
from chat.checks.rules import PREFLIGHT, active, rule
from chat.exchanges import Exchange

_NEVER_BY_WILDCARD = "authorization"


@rule(
    "cors/preflight",
    level=Level.ERROR,
    kind="both",
    on=PREFLIGHT,
    title="The browser's preflight request is refused",
    expected="2xx for OPTIONS, with the origin, POST and the headers in use allowed",
    why="Not one request reaches you: the page says “Failed to fetch” and your logs are empty.",
    fix=middleware_for(),
    widget="Its requests fail in the browser before they are sent.",
)
def preflight(case: Case) -> Hit | None:
    exchange = case.exchange
    if exchange.status is None:
        return None
    asked = {name.lower(): value for name, value in exchange.request.headers}
    wanted = asked.get("access-control-request-headers", "").split(",")
    names = sorted({name.strip().lower() for name in wanted} - {""})
    origin = asked.get("origin", "")
    got = "; ".join(preflight_faults(exchange, origin, names))
    if not got:
        return None
    fix = middleware_for(origin)
    return Hit(got, case.place(text=got), f"The browser's preflight request is refused: {got}", fix=fix)


def preflight_faults(exchange: Exchange, origin: str, names: Iterable[str], cookies: bool = False) -> Iterator[str]:
    """What keeps a browser from sending a POST with these headers after this answer to its OPTIONS."""
    status = exchange.status or 0
    if not 200 <= status < 300:
        yield f"OPTIONS answers {status} {exchange.reason}".strip()
        return
    allowed = exchange.header("access-control-allow-origin")
    if allowed is None or (origin and allowed != origin and (allowed != "*" or cookies)):
        yield f"Access-Control-Allow-Origin: {allowed or 'nothing'}" + (f", for the origin {origin}" if origin else "")
    listed = {name.strip().lower() for name in (exchange.header("access-control-allow-headers") or "").split(",")}
    missing = [
        name for name in names if name not in listed and ("*" not in listed or cookies or name == _NEVER_BY_WILDCARD)
    ]
    if missing:
        yield f"Access-Control-Allow-Headers lacks {', '.join(missing)}"


response = active(
    "cors/response",
    level=Level.ERROR,
    title="Answers carry no Access-Control-Allow-Origin",
    expected="the header on every answer, streams and errors included",
    why="The browser throws the answer away, although your logs say 200.",
    fix=MIDDLEWARE,
    widget="Sends one POST, is told by the browser that it failed, and shows an error.",
)
wildcard_credentials = active(
    "cors/wildcard-credentials",
    level=Level.WARNING,
    title="Any origin is allowed, with credentials",
    expected="the origins by name when credentials are allowed",
    why="Browsers refuse the combination as soon as cookies are sent; and any site may act for your users.",
    fix=MIDDLEWARE.replace("allow_methods", "allow_credentials=True,\n    allow_methods"),
    widget="Works until cookies are sent.",
)
