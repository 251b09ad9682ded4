"""Who answers in place of a backend: known by words that only it says, and not taken for the backend's own."""

import pytest

from chat.checks import Finding, Level, examine
from chat.exchanges import Exchange
from tests.checks.streams import exchange

NGINX = (
    b"<html>\r\n<head><title>%b</title></head>\r\n<body><center>x</center>\r\n<hr><center>nginx</center></body></html>"
)
PAGE = b"<!doctype html><html><head><title>Error</title></head><body>%b</body></html>"


def failing(body: bytes, status: int, operation: str = "threads.create", **headers: str) -> Exchange:
    kind = "text/html" if body.startswith(b"<") else "application/json" if body.startswith(b"{") else "text/plain"
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return exchange(body, operation, status=status, reason="", content_type=kind, headers=named)


def headline(one: Exchange) -> Finding:
    examined = examine(one)
    assert not examined.could_not_run
    return examined.findings[0]


@pytest.mark.parametrize("operation", ["threads.create", "threads.list", "threads.get_by_id"])
@pytest.mark.parametrize(
    ("body", "status", "headers", "words", "typed"),
    [
        (
            NGINX % b"502 Bad Gateway",
            502,
            {},
            "nginx answers in place of your backend, which it did not",
            "is your server",
        ),
        (NGINX % b"504 Gateway Time-out", 504, {}, "nginx answers in place of your backend, for which", "proxy_read"),
        (PAGE % b"Cloudflare Ray ID: 1", 524, {}, "Cloudflare answers in place of your backend, for which", "Progress"),
        (b"error code: 521", 521, {}, "Cloudflare answers in place of your backend, which", "is your server"),
        (b"An error occurred\n\nFUNCTION_INVOCATION_TIMEOUT\n", 504, {}, "Vercel answers", "maxDuration"),
        (b"A server error has occurred\n\nFUNCTION_INVOCATION_FAILED\n", 500, {}, "Vercel answers", "function's log"),
        (b'{"message": "Internal server error"}', 502, {"x_amzn_errortype": "X"}, "AWS answers", "function's log"),
        (
            b'{"message": "Endpoint request timed out"}',
            504,
            {},
            "AWS answers in place of your backend, for which",
            "Pro",
        ),
        (b'{"message":"failure to get a peer from the ring-balancer"}', 503, {}, "Kong answers", "is your server"),
        (b"upstream connect error or disconnect/reset before headers", 503, {}, "Envoy answers", "is your server"),
        (b"Proxy error: Could not proxy request /chatkit", 500, {}, "the development server answers", "is your server"),
        (PAGE % b"ngrok: ERR_NGROK_8012", 502, {}, "ngrok answers", "is your server"),
        (b"You have APPEND_SLASH set.".replace(b"You", b"you"), 500, {}, "lacks the slash", "urlpatterns"),
    ],
)
def test_who_answers_in_place_of_the_backend_is_named(
    operation: str, body: bytes, status: int, headers: dict[str, str], words: str, typed: str
) -> None:
    finding = headline(failing(body, status, operation, **headers))
    assert words in finding.headline
    assert "likely" not in finding.fix
    assert typed in finding.fix


@pytest.mark.parametrize("body", [b"", b"Bad Gateway", PAGE % b"Bad Gateway"])
def test_a_proxy_that_does_not_say_who_it_is_is_likely(body: bytes) -> None:
    finding = headline(failing(body, 502))
    assert finding.fix.startswith("# likely: a proxy answers in place of your backend")
    assert "proxy" not in finding.headline


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"detail": "The model provider did not answer."}', 502),
        (b'{"message": "OpenAI request timed out"}', 504),
        (b'{"message": "The upstream request timeout was reached"}', 500),
        (b'{"detail": "nginx said: <center>nginx</center>"}', 502),
        (b"Internal Server Error", 500),
        (b"Request timed out", 500),
        (b"Service Unavailable", 503),
        (b"Traceback (most recent call last):\n  httpx.ConnectError: All connection attempts failed", 500),
    ],
)
def test_what_a_backend_says_itself_is_not_put_down_to_a_proxy(body: bytes, status: int) -> None:
    finding = headline(failing(body, status))
    assert "in place of" not in finding.headline + finding.fix


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (PAGE % b"CSRF verification failed. Request aborted.", 403, "forged requests"),
        (b'{"message": "CSRF token mismatch."}', 419, "forged requests"),
        (NGINX % b"413 Request Entity Too Large", 413, "larger than is let through"),
        (b"<html><head><title>Just a moment...</title></head></html>", 403, "Cloudflare asks for a proof"),
        (b"Invalid host header", 400, "does not answer for the host name"),
        (NGINX % b"400 The plain HTTP request was sent to HTTPS port", 400, "spoken to a port of https"),
    ],
)
def test_a_guard_that_refuses_is_named_and_the_address_is_not_blamed(body: bytes, status: int, words: str) -> None:
    finding = headline(failing(body, status))
    assert finding.rule_id == "transport/status"
    assert words in finding.headline


def test_the_warning_page_of_ngrok_is_called_so() -> None:
    finding = headline(failing(PAGE % b"You are about to visit: ERR_NGROK_6024", 200))
    assert finding.rule_id == "endpoint/not-chatkit"
    assert "warning page" in finding.headline
    assert "ngrok-skip-browser-warning" in finding.fix


@pytest.mark.parametrize(
    "one",
    [
        exchange(b"", status=302, reason="Found", content_type="", headers=(("location", "/login?next=/chatkit"),)),
        failing(PAGE.replace(b"Error", b"Sign in to Shop") % b"<form></form>", 200, "threads.list"),
    ],
)
def test_a_login_is_called_a_login(one: Exchange) -> None:
    finding = headline(one)
    assert finding.headline.endswith("it wants a login")
    assert "credentials: 'include'" in finding.fix
    assert "/login" not in finding.fix


@pytest.mark.parametrize(("status", "words"), [(401, "sign in"), (404, "does not exist"), (429, "wait a moment")])
def test_a_refusal_says_what_it_is(status: int, words: str) -> None:
    assert words in headline(failing(b'{"message": "No."}', status, "threads.add_user_message")).fix


@pytest.mark.parametrize("operation", ["threads.delete", "items.feedback", "attachments.delete"])
def test_nothing_where_an_empty_object_belongs_is_a_note(operation: str) -> None:
    finding = headline(exchange(b"", operation))
    assert (finding.rule_id, finding.level) == ("transport/json-body", Level.NOTE)
