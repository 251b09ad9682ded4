"""What a browser asks and reads when the page is on another origin. Only with `--origin`."""

from __future__ import annotations

from chat.checks.families.cors import preflight_faults
from chat.checks.findings import Evidence, Hit, excerpt
from chat.checks.probes.answer import Answer
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable, Sightings
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit
from chat.client.requests import FRAME_HEADER
from chat.exchanges import STREAMING_OPERATIONS, Exchange

_NO_ORIGIN = "no page was named: give its origin with --origin https://your-site.example"
_ELSEWHERE = "https://somewhere-else.example"
_NEED_NO_LEAVE = frozenset(("accept", "accept-language", "content-language"))
"""Headers that a browser sends to any origin unasked."""


@probe("cors/preflight")
async def the_browser_asks_first(visit: Visit) -> Sightings:
    """The widget's headers and those given. Afterwards every request carries the `Origin` header, as in a browser."""
    origin = _origin(visit)
    own = (name.lower() for name, _ in visit.plan.connection.headers)
    names = sorted({"content-type", FRAME_HEADER, *own} - _NEED_NO_LEAVE)
    answer = await _preflight(visit, origin, names)
    if not answer.whole:
        raise CouldNotRun(f"OPTIONS was not answered: {answer.words}")
    cookies = any(name.lower() == "cookie" for name, _ in visit.plan.connection.headers)
    faults = list(preflight_faults(answer.exchange, origin, names, cookies))
    for got in faults:
        yield Found("cors/preflight", Hit(got, _head(answer.exchange, got)))
    visit.origin_sent = not faults


@probe("cors/wildcard-credentials")
async def anybody_with_cookies(visit: Visit) -> Sightings:
    """A page of an origin that nobody can have listed asks for leave."""
    _origin(visit)
    answer = await _preflight(visit, _ELSEWHERE, ["content-type"])
    if not answer.whole:
        raise CouldNotRun(f"OPTIONS was not answered: {answer.words}")
    for exchange in (answer.exchange, *visit.notes.exchanges):
        allowed = exchange.header("access-control-allow-origin")
        if (exchange.header("access-control-allow-credentials") or "").strip().lower() != "true":
            continue
        if allowed == "*" or (exchange is answer.exchange and allowed == _ELSEWHERE):
            got = f"Access-Control-Allow-Origin: {allowed}, with Access-Control-Allow-Credentials: true"
            if allowed == _ELSEWHERE:
                got += ": any origin that asks is allowed"
            yield Found("cors/wildcard-credentials", Hit(got, _head(exchange, got)))
            return


@probe("cors/response")
async def answers_may_be_read(visit: Visit) -> Sightings:
    """Looks at what every other probe was answered: streams, JSON, errors."""
    origin = _origin(visit)
    if not visit.origin_sent:
        raise CouldNotRun("the browser would not get that far: see cors/preflight")
    await main_thread(visit)
    for exchange in visit.notes.exchanges:
        if exchange.request.method != "POST" or exchange.status is None or not exchange.request.operation:
            continue
        if not any(name.lower() == "origin" for name, _ in exchange.request.headers):
            continue  # sent before the origin was known to be allowed: no browser asked
        allowed = exchange.header("access-control-allow-origin")
        if allowed in ("*", origin):
            continue
        kind = "stream" if exchange.request.operation in STREAMING_OPERATIONS else "JSON"
        what = f"{exchange.status} to `{exchange.request.operation}`" if exchange.status >= 400 else f"{kind} answers"
        got = f"{what} with {'no Access-Control-Allow-Origin' if allowed is None else repr(allowed)[:80]}"
        yield Found("cors/response", Hit(got, _head(exchange, got)))


async def _preflight(visit: Visit, origin: str, names: list[str]) -> Answer:
    headers = (
        ("Origin", origin),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", ",".join(names)),
    )
    # Browsers never send credentials with it.
    return await visit.send(b"", method="OPTIONS", identity="nobody", headers=headers, judged="nonsense")


def _head(exchange: Exchange, text: str) -> Evidence:
    return Evidence(excerpt(text), exchange_id=exchange.id)


def _origin(visit: Visit) -> str:
    if not visit.plan.origin:
        raise NotApplicable(_NO_ORIGIN)
    return visit.plan.origin
