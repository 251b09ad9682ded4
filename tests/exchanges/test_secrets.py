"""What is a secret of a connection, and how it is found wherever it stands."""

import base64
import html
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.exchanges.secrets import Secrets

TOKEN = "opaque-credential-77"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLTEyMzQ"


def values(*headers: tuple[str, str], url: str = "", metadata: object = None) -> tuple[str, ...]:
    return Secrets.of(headers, url, metadata).values


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        (("Authorization", f"Bearer {TOKEN}"), TOKEN),
        (("Authorization", TOKEN), TOKEN),
        (("X-Api-Key", TOKEN), TOKEN),
        (("X-Custom", TOKEN), TOKEN),
        (("X-Custom", "correct horse battery"), "correct horse battery"),
        (("Cookie", f'theme=dark; sid="{TOKEN}"'), TOKEN),
        (("Cookie", "sid=opaque%2Fcredential"), "opaque/credential"),
        (("Authorization", "Basic " + base64.b64encode(b"ada:hunter2-hunter2").decode()), "hunter2-hunter2"),
        (("Authorization", f'Signature keyId="me", signature="{TOKEN}"'), TOKEN),
        (("Referer", f"https://shop.example/?code={TOKEN}"), TOKEN),
        (("X-Context", f'{{"tenant":"acme","key":"{TOKEN}"}}'), TOKEN),
    ],
)
def test_a_header_that_the_user_set_holds_a_secret(header: Any, secret: str) -> None:
    assert secret in values(header)


@pytest.mark.parametrize(
    "header",
    [
        ("Accept-Language", "pt-BR-x-private"),
        ("Content-Type", "application/json"),
        ("Origin", "https://shop.example"),
        ("User-Agent", "curl/8.5.0-and-more"),
        ("Sec-Fetch-Site", "cross-site"),
        ("OpenAI-Version", "2020-10-01"),
        ("X-Debug", "1"),
        ("X-Debug", "true"),
        ("X-Lang", "en"),
        ("X-Format", "application/json"),
        ("X-Environment", "production"),
        ("X-Site", "https://shop.example"),
        ("Authorization", "Bearer short"),
    ],
)
def test_what_is_short_or_common_is_not_masked_wherever_it_stands(header: Any) -> None:
    assert values(header) == ()


def test_the_query_and_the_userinfo_of_the_address_are_secrets() -> None:
    url = "https://ada:hunter2-hunter2@host.example/chatkit?tenant=acme%20%26%20sons&v=2#access_token=0123456789"
    assert values(url=url) == ("hunter2-hunter2", "acme & sons", "0123456789")


def test_metadata_is_secret_by_its_names_and_by_its_shapes() -> None:
    metadata = {"api_key": TOKEN, "user": {"password": "hunter2-hunter2", "name": "Ada Lovelace"}, "context": [JWT]}
    assert values(metadata=metadata) == (TOKEN, "hunter2-hunter2", JWT)


def spellings(secret: str) -> list[str]:
    inside_json = json.dumps(secret)[1:-1]
    return [
        secret,
        inside_json,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(inside_json)[1:-1],
        inside_json.replace("/", "\\/"),
        quote(secret),
        quote(secret, safe=""),
        quote(secret, safe="").lower() if "%" in quote(secret, safe="") and secret.islower() else quote(secret),
        quote_plus(secret),
        quote(quote(secret, safe=""), safe=""),
        html.escape(secret),
    ]


secrets_of_all_kinds = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_characters='"'), min_size=8
).filter(
    lambda text: any(map(str.isalpha, text)) and text.strip() == text and not text.startswith(("http://", "https://"))
)


@given(secret=secrets_of_all_kinds, data=st.data())
def test_a_secret_is_masked_in_every_spelling_and_nothing_moves(secret: str, data: Any) -> None:
    secrets = Secrets.of([("X-Custom", secret)])
    if not secrets or secrets.values[0] != secret:  # its scheme was taken off
        return
    spelled = data.draw(st.sampled_from(spellings(secret)))
    before, after = data.draw(st.tuples(st.text(" \n", max_size=9), st.text(" \n", max_size=9)))
    body = (before + spelled + after).encode()
    masked = secrets.mask(body)
    assert spelled.encode() not in masked
    assert len(masked) == len(body)
    assert masked.startswith(before.encode())
    assert masked.endswith(after.encode())
    assert b"masked01" in masked or b"hid01" in masked


@given(secret=st.text("abcXYZ019-_.~/+=", min_size=8), before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_a_secret_inside_base64_is_masked_wherever_its_bytes_fall(secret: str, before: bytes, after: bytes) -> None:
    secrets = Secrets.of([("X-Api-Key", "x" + secret)])
    if not secrets:
        return
    secret = secrets.values[0]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(before + secret.encode() + after)
        masked = secrets.mask(encoded)
        assert len(masked) == len(encoded)
        assert secret.encode() not in base64.b64decode(
            masked + b"==", altchars=b"-_" if encode is not base64.b64encode else None
        )


def test_json_stays_json_with_the_same_shape() -> None:
    secrets = Secrets.of(
        [("X-Account", "1712345678"), ("X-Key", 'a"b\\c/d-0123456789')], metadata={"key": 'q"uo"ted-value'}
    )
    document = {
        "created_at": 1712345678,
        "more": [1712345678.5, -1712345678, 17123456789],
        "text": 'account 1712345678, a"b\\c/d-0123456789 and q"uo"ted-value',
    }
    for text in (json.dumps(document), json.dumps(document, indent=1)):
        masked = secrets.mask(text.encode()).decode()
        assert "1712345678," not in masked
        assert "d-0123456789" not in masked
        assert "ted-value" not in masked
        assert json.loads(masked)["more"][2] == 17123456789
        assert isinstance(json.loads(masked)["created_at"], int)


def test_the_same_secret_has_the_same_mask_and_another_one_another() -> None:
    secrets = Secrets.of([("Authorization", f"Bearer {TOKEN}"), ("X-Other", "another-credential-1")])
    assert secrets.text(f"{TOKEN} another-credential-1 {TOKEN}") == (
        "opmasked01xxxxxxxxxx anmasked02xxxxxxxxxx opmasked01xxxxxxxxxx"
    )


@given(st.lists(st.text("abcXYZ019-_", min_size=8), min_size=1, max_size=9))
def test_what_was_masked_can_be_given_back(tokens: Any) -> None:
    secrets = Secrets.of([("X-Custom", f"{token}-{number}a") for number, token in enumerate(tokens)])
    document = {"thread_id": [f"thr_{value}_1" for value in secrets.values]}
    masked = secrets.value(document)
    assert all(value not in json.dumps(masked) for value in secrets.values)
    assert secrets.restored(masked) == document


def test_in_a_url_and_in_headers_the_marker_stands_that_copies_know() -> None:
    secrets = Secrets.of([("X-Custom", "abc")], url="https://host.example/chatkit?tenant=acme-and-sons")
    assert (
        secrets.url("https://host.example/chatkit?tenant=acme-and-sons&v=2")
        == "https://host.example/chatkit?tenant=••••&v=2"
    )
    assert secrets.headers([("X-Custom", "abc"), ("X-Other", "abc")], own=["x-custom"]) == (
        ("X-Custom", "••••"),
        ("X-Other", "abc"),
    )


def test_a_lone_surrogate_harms_nobody() -> None:
    secrets = Secrets.of([], metadata={"api_key": "\ud800-a-broken-text"})
    assert "broken" not in secrets.text("it is \ud800-a-broken-text")
