"""Secrets by name and by shape, in headers, URLs and bodies."""

import pytest

from chat.exchanges.redaction import (
    is_secret_name,
    mask,
    redact_body,
    redact_header,
    redact_text,
    redact_url,
    redact_value,
)
from tests.work import ends

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.dBjftJeZ4CVPmB92K27uhbUJU1p1rabcd"
SECRETS = [
    JWT,
    "sk-proj-abcdefghijklmnopqrst1234",
    "sk_live_abcdefghijklmnop1234",
    "ek_abcdefghijklmnopqrst1234",
    "ghp_abcdefghijklmnopqrst1234",
    "github_pat_11ABCDEFG0abcdefghijkl",
    "glpat-abcdefghijklmnopqrst",
    "hf_abcdefghijklmnopqrstuv",
    "AIzaSyabcdefghijklmnopqrstuvwxyz0123456",
    "AKIAABCDEFGHIJKLMNOP",
    "xoxb-1234567890-abcdefghij",
    "Bearer abcdefgh-12345678",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC\n-----END RSA PRIVATE KEY-----",
]


def test_the_hint_is_the_end_of_what_is_long_enough() -> None:
    assert mask("0123456789abcdef") == "••••cdef"
    assert mask("short") == "••••"
    assert mask("") == ""


def test_two_tokens_can_be_told_apart() -> None:
    assert redact_text(JWT) != redact_text(JWT[:-4] + "wxyz")


@pytest.mark.parametrize("secret", SECRETS)
def test_shapes_are_masked_in_text_and_in_bodies(secret: str) -> None:
    text = f'before "{secret}" after'
    masked = redact_text(text)
    assert secret not in masked
    assert masked.startswith('before "')
    assert masked.endswith('" after')
    body = text.encode()
    masked_body = redact_body(body)
    assert secret.encode() not in masked_body
    assert len(masked_body) == len(body), "offsets stay"
    assert masked_body.startswith(b'before "')
    assert masked_body.endswith(b'" after')


@pytest.mark.parametrize("secret", SECRETS)
def test_masking_twice_is_masking_once(secret: str) -> None:
    once = redact_text(secret)
    assert redact_text(once) == once
    once_body = redact_body(secret.encode())
    assert redact_body(once_body) == once_body


@pytest.mark.parametrize(
    "text",
    [
        "the bearer of this letter",
        "Bearer documentation",
        "task-management-for-everyone",
        "disk-encryption-and-more-words",
        "msg_0123456789abcdef0123456789",
        "thr_0123456789abcdef",
        "ghost stories",
        '{"type":"thread.item.done","item":{"id":"msg_1"}}',
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact_text(text) == text
    assert redact_body(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {JWT}", "Bearer ••••abcd"),
        ("authorization", "Bearer short", "Bearer ••••"),
        ("Authorization", "opaque", "••••"),
        ("Authorization", "Basic YWRhOmxvbmctcGFzc3dvcmQtaGVyZQ==", "Basic ••••"),
        ("Proxy-Authorization", "Basic YWRhOmxvbmctcGFzc3dvcmQ=", "Basic ••••"),
        ("X-Api-Key", "0123456789abcdef", "••••cdef"),
        ("apikey", "0123456789abcdef", "••••cdef"),
        ("X-Amz-Security-Token", "0123456789abcdef", "••••cdef"),
        ("Cookie", "sid=0123456789abcdef; theme=dark", "sid=••••cdef; theme=••••"),
        ("Set-Cookie", "sid=0123456789abcdef; Path=/; HttpOnly", "sid=••••cdef; Path=/; HttpOnly"),
        ("X-Anything", f"token is {JWT}", "token is ••••abcd"),
        ("Location", "https://u:p@host/?code=0123456789abcdef", "https://u:••••@host/?code=••••cdef"),
        ("Content-Type", "text/event-stream", "text/event-stream"),
        ("X-Request-Id", "0123456789abcdef0123", "0123456789abcdef0123"),
        ("Access-Control-Allow-Credentials", "true", "true"),
        ("Access-Control-Allow-Headers", "authorization, x-token", "authorization, x-token"),
        ("WWW-Authenticate", 'Bearer realm="x"', 'Bearer realm="x"'),
        ("Author", "Ada", "Ada"),
    ],
)
def test_headers(name: str, value: str, shown: str) -> None:
    assert redact_header(name, value) == shown
    assert redact_header(name, shown) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/chatkit", "https://host/chatkit"),
        ("https://ada:secret@host/x", "https://ada:••••@host/x"),
        ("https://0123456789abcdef@host/x", "https://••••cdef@host/x"),
        ("https://host/x?a=1&token=0123456789abcdef&b=2", "https://host/x?a=1&token=••••cdef&b=2"),
        ("https://host/x?api%5Fkey=secret", "https://host/x?api%5Fkey=••••"),
        ("https://host/x?X-Amz-Signature=0123456789abcdef", "https://host/x?X-Amz-Signature=••••cdef"),
        ("https://host/x#access_token=0123456789abcdef", "https://host/x#access_token=••••cdef"),
        (f"https://host/x?v={JWT}", "https://host/x?v=••••abcd"),
        (f"https://host/{JWT}/x", "https://host/••••abcd/x"),
        ("https://host/x?cursor=abc&limit=3", "https://host/x?cursor=abc&limit=3"),
        ("not a url", "not a url"),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert redact_url(url) == shown
    assert redact_url(shown) == shown


def test_names() -> None:
    assert is_secret_name("OPENAI_API_KEY")
    assert is_secret_name("accessToken")
    assert not is_secret_name("keyboard")
    assert not is_secret_name("Idempotency-Key")


@pytest.mark.parametrize(
    "hostile",
    [
        "eyJ" * 200_000,
        "sk-" * 200_000,
        "Bearer " * 100_000,
        "bearer" + " " * 500_000,
        "bearer aaaaaaaaaaaaaaaa" * 30_000,
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "http://" + "a@" * 200_000,
        "?" + "a" * 500_000,
        "?" + "a=&" * 200_000,
    ],
)
def test_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    with ends():  # the square of it takes an hour
        redact_url(hostile)
        redact_body(hostile.encode())


def test_a_json_value_loses_what_has_the_shape_of_a_secret_and_keeps_its_lengths() -> None:
    shown = redact_value({"text": f"see {JWT}", "list": [JWT, 1, None, "plain"]})
    assert JWT not in str(shown)
    assert len(shown["text"]) == len(f"see {JWT}")
    assert shown["list"][1:] == [1, None, "plain"]
