"""Cookies that a backend sets come back to it, as browsers have it, and are seen by nobody."""

import httpx
import pytest

from chat.client import ChatKitClient, Connection, CookieJar
from chat.exchanges import Exchange
from tests.client.conftest import Call, StartBackend

URL = "https://backend.example/api/chatkit"


def given(*cookies: str, url: str = URL) -> CookieJar:
    jar = CookieJar()
    jar.take(httpx.Request("POST", url), 200, [(b"Set-Cookie", cookie.encode()) for cookie in cookies])
    return jar


def sent(jar: CookieJar, url: str = URL, *own: str) -> str:
    request = httpx.Request("POST", url, headers=[("Cookie", value) for value in own])
    jar.put_into(request)
    return str(request.headers.get("cookie", ""))


@pytest.mark.parametrize(
    ("cookie", "url", "comes_back"),
    [
        ("sid=1", URL, True),
        ("sid=1; Path=/api", URL, True),
        ("sid=1; Path=/other", URL, False),
        ("sid=1; Domain=elsewhere.example", URL, False),
        ("sid=1", "http://backend.example/api/chatkit", True),
        ("sid=1; Secure", "http://backend.example/api/chatkit", False),
        ("sid=1; Secure", "http://127.0.0.1:8000/chatkit", True),
        ("sid=1; Secure", "http://localhost:8000/chatkit", True),
        ("sid=1; Max-Age=0", URL, False),
        ("sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", URL, False),
        ("sid=ß", URL, False),
        (f"sid={'x' * 5000}", URL, False),
    ],
)
def test_a_cookie_comes_back_where_a_browser_would_send_it(cookie: str, url: str, comes_back: bool) -> None:
    assert bool(sent(given(cookie, url=url), url)) == comes_back


def test_a_cookie_goes_to_no_other_host() -> None:
    assert sent(given("sid=1"), "https://elsewhere.example/api/chatkit") == ""


def test_what_was_set_last_counts_and_own_cookies_of_other_names_stay() -> None:
    jar = given("sid=new", "theme=dark")
    assert sent(jar, URL, "sid=old; tenant=acme") == "tenant=acme; sid=new; theme=dark"
    jar.clear()
    assert sent(jar, URL, "sid=old") == "sid=old"


def test_a_backend_cannot_fill_the_jar() -> None:
    jar = given(*(f"name{number}=1" for number in range(300)))
    assert len(jar) == 50


@pytest.mark.parametrize(
    ("cookie", "secret"),
    [
        ("session=abcdefgh1234", "abcdefgh1234"),
        ("id=abcdefgh1234; HttpOnly", "abcdefgh1234"),
        ("id=abcdefgh1234567890", "abcdefgh1234567890"),
        ("lang=en-GB-and-more", None),
        ("last_thread=thr_0123456789abcdef", None),
    ],
)
def test_the_values_of_cookies_are_secrets_when_they_look_like_it(cookie: str, secret: str | None) -> None:
    jar = given(cookie)
    assert jar.secrets.values == ((secret,) if secret else ())
    assert str(secret) not in repr(jar)


def test_a_value_that_changes_with_each_answer_costs_no_more_and_keeps_the_numbers_of_the_others() -> None:
    jar = given("session=this-one-stays-here")
    for number in range(200):
        jar.take(httpx.Request("POST", URL), 200, [(b"Set-Cookie", f"csrf=value-number-{number}".encode())])
    assert len(jar.secrets.values) <= 20
    assert jar.secrets.values[0] == "this-one-stays-here"
    assert "value-number-199" in jar.secrets.values


async def test_over_http_the_cookie_comes_back_and_is_masked_everywhere(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        value = "abcdefgh-of-this-session"
        await call.head_of("200 OK", f"Set-Cookie: sid={value}; HttpOnly", kind="application/json")
        await call.write(b'{"data": [], "has_more": false, "you": "%s"}' % value.encode())

    server = await backend(answer)
    exchanges: list[Exchange] = []
    client = ChatKitClient(Connection(server.url, cookies=CookieJar()), exchanges.append)
    await client.list_threads()
    await client.list_threads()
    assert [call.header("Cookie") for call in server.calls] == [[], ["sid=abcdefgh-of-this-session"]]
    for exchange in exchanges:
        assert "of-this-session" not in repr((exchange.headers, exchange.request.headers, exchange.body))
    assert any(name == "Cookie" and value.startswith("sid=") for name, value in exchanges[1].request.headers)


async def test_without_a_jar_no_cookie_is_kept(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Set-Cookie: sid=1", kind="application/json")
        await call.write(b'{"data": [], "has_more": false}')

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    await client.list_threads()
    await client.list_threads()
    assert [call.header("Cookie") for call in server.calls] == [[], []]
