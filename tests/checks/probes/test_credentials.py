"""A mangled token keeps its shape, and no server that verifies it takes it."""

import base64
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.checks.probes.credentials import Jars, connection_of, mangled
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.sdk import Code, served

KEY = "a-key-of-at-least-thirty-two-bytes-length"


@given(st.dictionaries(st.sampled_from(["sub", "name", "aud"]), st.text(max_size=20)))
def test_a_json_web_token_keeps_its_claims_and_loses_its_signature(claims: Any) -> None:
    token = jwt.encode(claims, KEY, algorithm="HS256")
    header = mangled(f"Bearer {token}")
    scheme, _, other = header.partition(" ")
    assert scheme == "Bearer"
    assert other.rpartition(".")[0] == token.rpartition(".")[0]
    assert len(other) == len(token)
    assert jwt.decode(other, options={"verify_signature": False}) == claims
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(other, KEY, algorithms=["HS256"], options={"verify_aud": False, "verify_sub": False})


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
def test_any_other_secret_becomes_another_of_the_same_shape(secret: str) -> None:
    other = mangled(secret)
    assert other != secret
    assert len(other) == len(secret)
    assert [c.isdigit() for c in other] == [c.isdigit() for c in secret]


def test_basic_credentials_keep_the_name_and_change_the_password() -> None:
    value = "Basic " + base64.b64encode(b"ada:correct horse").decode()
    name, _, password = base64.b64decode(mangled(value).split()[1]).decode().partition(":")
    assert name == "ada"
    assert password != "correct horse"


def test_a_cookie_keeps_its_name() -> None:
    assert mangled("session=0123456789").startswith("session=")
    assert mangled("session=0123456789") != "session=0123456789"


def test_user_and_password_of_the_address_are_credentials_like_a_header() -> None:
    plan = Plan(Connection("http://ada:lovelace@127.0.0.1/chatkit"))
    own, wrong, nobody = (connection_of(plan, one, Jars()) for one in ("own", "mangled", "nobody"))
    ((_, given),), ((name, other),) = own.own_headers(), wrong.own_headers()
    assert name == "Authorization"
    assert (other != given, len(other)) == (True, len(given))
    assert nobody.own_headers() == []


async def test_whoever_gives_them_in_the_address_is_told_whether_they_are_asked_for() -> None:
    async with served(Code()) as url:
        guarded = url.replace("http://", "http://ada:lovelace@")
        report = await check(Plan(Connection(guarded), timeout=5, rule_ids=frozenset({"auth/open"})))
    assert [one.id for one in report.by_status("failed")] == ["auth/open"]
