"""All that is kept of a token is when it expires."""

from datetime import UTC, datetime

import jwt
import pytest

from chat.exchanges import Exchange, Request, read, write
from chat.exchanges.tokens import expiry_of

KEY = "a key of at least thirty-two bytes, so that nobody warns"


def bearer(**claims: object) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {jwt.encode(claims, KEY, algorithm='HS256')}"),)


def test_the_expiry_of_a_json_web_token_is_read_without_its_key():
    assert expiry_of(bearer(exp=1_790_000_000)) == datetime.fromtimestamp(1_790_000_000, UTC)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        bearer(sub="u"),
        (("Authorization", "Bearer sk-not-a-jwt"),),
        (("Authorization", "Bearer a.b.c"),),
        (("Authorization", "Bearer a." + "W10" + ".c"),),
        bearer(exp=10**30),
    ],
)
def test_other_credentials_tell_nothing(headers):
    assert expiry_of(headers) is None


def test_the_expiry_survives_a_recording(tmp_path):
    expires = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    exchange = Exchange(Request("POST", "http://127.0.0.1/chatkit", (), token_expires_at=expires))
    write(exchange, tmp_path / "one.jsonl")
    assert read(tmp_path / "one.jsonl").request.token_expires_at == expires
