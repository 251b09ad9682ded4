"""
What stands between a page and its backend, and answers in its place: proxies, gateways, hosts, guards of a framework.

Each is known by words that only it says. An answer without any is a proxy's most likely where its status is one that
proxies give, and its body none that a backend would have written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from chat.checks.case import Case
from chat.checks.known_cause import KnownCause

__all__ = ["answered_in_place"]

_LOOKED_AT: Final = 8_000
_SHORTEST_WORDS: Final = 60
_TOO_LATE: Final = (504, 524)
_NOT_REACHED: Final = (502, 503, 520, 521, 522, 523, 525, 526)

_WHO: Final = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("ngrok", r"ERR_NGROK_\d+"),
        ("Cloudflare", r"cf-error|Cloudflare Ray ID|<center>cloudflare|error code: 5\d\d"),
        ("Vercel", r"x-vercel-error|FUNCTION_INVOCATION_|NO_RESPONSE_FROM_FUNCTION"),
        ("Heroku", r"herokucdn\.com/error-pages|no-such-app\.html|x-heroku|heroku-error"),
        ("AWS", r"x-amzn-errortype|awselb|Endpoint request timed out"),
        ("Envoy", r"upstream connect error or disconnect|no healthy upstream|upstream request timeout"),
        ("Cloud Run", r"The request failed because either the HTTP response was malformed"),
        (
            "Kong",
            r"An invalid response was received from the upstream server|upstream server is timing out|ring-balancer",
        ),
        ("the development server", r"Could not proxy request|Error occurred while trying to proxy|http proxy error"),
        ("Apache", r"received an invalid\s+response from an upstream server|<address>Apache"),
        ("IIS", r"while acting as a gateway or proxy server"),
        ("nginx", r"<center>(?:nginx|openresty)"),
    )
)

_GATEWAYS_MESSAGES: Final = (
    "Endpoint request timed out",
    "An invalid response was received from the upstream server",
    "The upstream server is timing out",
    "failure to get a peer from the ring-balancer",
)
"""What gateways that answer in JSON say, to the letter."""

_UNREACHED: Final = KnownCause(
    (),
    "{who} answers in place of your backend, which it did not reach",
    "# is your server up, and at the address that the request is passed on to? Ask it without what stands between:\n"
    "# python app.py check http://127.0.0.1:8000/chatkit",
)
_WAITED: Final = KnownCause(
    (),
    "{who} answers in place of your backend, for which it would not wait any longer",
    'yield ProgressUpdateEvent(text="Thinking…")  # early in respond(), and again: silence is what is not waited for\n'
    "# and let it wait longer: nginx: proxy_read_timeout 300s; proxy_buffering off\n"
    "# Vercel: export const maxDuration = 300, gunicorn: --timeout 300",
)
_FUNCTION: Final = KnownCause(
    (),
    "{who} answers in place of your function, which failed or answered in another shape than is wanted of it",
    "# the function's log says what was raised; a stream also has to be switched on for it: Lambda wants response\n"
    "# streaming (a function URL with InvokeMode RESPONSE_STREAM), an API Gateway of REST holds it back",
)
_CSRF: Final = KnownCause(
    (),
    "a guard against forged requests wants a token that the widget does not send",
    "from django.views.decorators.csrf import csrf_exempt\n\n\n"
    "@csrf_exempt  # check the user's own credentials instead\n"
    "async def chatkit(request):\n    ...",
)

_LOGIN: Final = KnownCause(
    (),
    "it wants a login",
    "# the widget's requests have to carry what the login gave; in the page's options of ChatKit:\n"
    "# api: { url, domainKey, fetch: (url, options) => fetch(url, { ...options, credentials: 'include' }) }\n"
    "# or, with a token: headers: { ...options.headers, Authorization: `Bearer ${token}` }",
)

_GUARDS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), cause)
    for pattern, cause in (
        (r"CSRF verification failed|CSRF token (?:missing|mismatch|is)|InvalidAuthenticityToken|invalid csrf", _CSRF),
        (
            r"you have APPEND_SLASH set",
            KnownCause(
                (),
                "the address lacks the slash at its end that Django's route has",
                'urlpatterns = [path("chatkit", chatkit)]  # without a slash at the end, or put one into `api.url`',
            ),
        ),
        (
            r"cf-mitigated: challenge|<title>Just a moment\.\.\.",
            KnownCause(
                (),
                "Cloudflare asks for a proof that a person is there, which a request of the widget's cannot give",
                "# in Cloudflare, Security > WAF > Custom rules: skip the challenge for POST to ChatKit",
            ),
        ),
        (
            r"Request Entity Too Large|PayloadTooLargeError|request entity too large|Payload Too Large",
            KnownCause(
                (),
                "the request is larger than is let through",
                "# nginx: client_max_body_size 20m;  Express: express.json({ limit: '20mb' })",
            ),
        ),
        (
            r"plain HTTP request was sent to HTTPS port|Client sent an HTTP request to an HTTPS server",
            KnownCause(
                (), "http was spoken to a port of https", '# api: { url: "https://your-server.example/chatkit" }'
            ),
        ),
        (
            r"Invalid host header|DisallowedHost|Invalid HTTP_HOST header|This host \(.{1,200}?\) is not allowed",
            KnownCause(
                (),
                "the server does not answer for the host name in the address",
                "# add the host: TrustedHostMiddleware(allowed_hosts=[…]), ALLOWED_HOSTS in Django,\n"
                "# server.allowedHosts in Vite",
            ),
        ),
        (
            r"ERR_NGROK_6024",
            KnownCause(
                (),
                "ngrok shows its warning page in place of the answer",
                "# in the page's options of ChatKit, so that ngrok lets requests through:\n"
                "# api: { url, domainKey, fetch: (url, options) => fetch(url, { ...options,\n"
                "#   headers: { ...options.headers, 'ngrok-skip-browser-warning': '1' } }) }",
            ),
        ),
        (r"(?m)^location: \S*(?:log-?in|sign-?in|/auth\b|/sso\b|oauth2?/)|<title>[^<]{0,80}(?:sign|log) ?in\b", _LOGIN),
        (
            r"<title>Authentication Required</title>[\s\S]*vercel|vercel\.com/sso-api",
            KnownCause(
                (),
                "Vercel's deployment protection wants a login",
                "# in Vercel: Settings > Deployment Protection, for this deployment; or use the production address",
            ),
        ),
    )
)


def answered_in_place(case: Case) -> KnownCause | None:
    """Who answered in place of the backend, and why; None where it was the backend, as far as can be told."""
    status = case.exchange.status or 0
    if status < 300 and not (case.accepted and not case.events):
        return None
    head = "\n".join(f"{name}: {value}" for name, value in case.exchange.headers)
    text = f"{head}\n{case.text(_LOOKED_AT)}"
    for sign, guard in _GUARDS:
        if sign.search(text):
            return guard
    if status < 500 and "ERR_NGROK_" not in text:
        return None
    if isinstance(case.document, dict):  # what a backend writes itself may speak of proxies, too
        said = str(case.document.get("message"))
        text = "\n".join((head, said if said in _GATEWAYS_MESSAGES else ""))
    who = next((name for name, sign in _WHO if sign.search(text)), "")
    cause = _of_a_failure(status, text, who)
    if cause is None or not (who or (status in (502, *_TOO_LATE) and _has_no_words_of_its_own(case))):
        return None
    sure = "" if who else "likely"
    return replace(cause, words=cause.words.format(who=who or "a proxy"), sure=sure)


def _of_a_failure(status: int, text: str, who: str) -> KnownCause | None:
    if status in _TOO_LATE or re.search(r"_TIMEOUT\b|request timeout|timed out|timing out", text):
        return _WAITED
    if who in ("AWS", "Vercel"):
        return _FUNCTION
    return _UNREACHED if who or status in _NOT_REACHED else None


def _has_no_words_of_its_own(case: Case) -> bool:
    """Whether the body is what a proxy sends: a page, a few words, nothing. What a backend says of itself is JSON."""
    body = case.exchange.beginning(_LOOKED_AT).strip()
    html = body[:15].lower().startswith((b"<html", b"<!doctype", b"<head"))
    return html or (len(body) < _SHORTEST_WORDS and not body.startswith((b"{", b"[")))
