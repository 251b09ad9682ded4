"""All that is kept of a token is when it expires."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.checks import examine
from chat.exchanges import Exchange, Request, read, write
from chat.exchanges.tokens import expiry_of

KEY = "a key of at least thirty-two bytes, so that nobody warns"


def bearer(**claims: object) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {jwt.encode(claims, KEY, algorithm='HS256')}"),)


def claiming(claims: str) -> tuple[tuple[str, str], ...]:
    """A token with these claims, which need not be JSON."""
    encoded = base64.urlsafe_b64encode(claims.encode()).rstrip(b"=").decode()
    return (("Authorization", f"Bearer a.{encoded}.c"),)


def test_the_expiry_of_a_json_web_token_is_read_without_its_key() -> None:
    assert expiry_of(bearer(exp=1_790_000_000)) == datetime.fromtimestamp(1_790_000_000, UTC)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        bearer(sub="u"),
        (("Authorization", "Bearer sk-not-a-jwt"),),
        (("Authorization", "Bearer a.b.c"),),
        (("Authorization", "Bearer a." + "W10" + ".c"),),
        *(bearer(exp=exp) for exp in (10**30, -(10**30), 1e300, True, "1790000000", [1_790_000_000], {"at": 1}, None)),
        claiming('{"exp": NaN}'),
        claiming('{"exp": Infinity}'),
        claiming('{"exp": ' + "9" * 5000 + "}"),
        claiming("[" * 9000),
    ],
)
def test_other_credentials_tell_nothing(headers: Any) -> None:
    assert expiry_of(headers) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.just("exp"), inner, max_size=3)
    ),
)


@given(JSON | JSON.map(lambda value: {"exp": value}) | st.integers().map(lambda value: {"exp": value}))
def test_whatever_a_token_says_the_rule_about_expiry_has_a_verdict(claims: Any) -> None:
    expires = expiry_of(claiming(json.dumps(claims)))
    asked = Request("POST", "http://127.0.0.1/chatkit", (), token_expires_at=expires)
    examined = examine(Exchange(asked, started_at=datetime(2026, 11, 20, tzinfo=UTC)))
    assert not examined.could_not_run


def test_the_expiry_survives_a_recording(tmp_path: Path) -> None:
    expires = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    exchange = Exchange(Request("POST", "http://127.0.0.1/chatkit", (), token_expires_at=expires))
    write(exchange, tmp_path / "one.jsonl")
    assert read(tmp_path / "one.jsonl").request.token_expires_at == expires
