import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chat.backend.auth import JwtSettings, Unauthorized, authenticate, jwt_settings

SECRET = "a secret of at least thirty-two bytes"


@cache
def rsa_key(name: str = "") -> rsa.RSAPrivateKey:
    """The key of this name, made when a test asks for it: that takes a while, and each process collects all tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key: Any) -> str:
    return str(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def private_pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def token(key: Any = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    content = {"sub": "ann", "exp": int(time.time()) + 600, **claims}
    return jwt.encode({name: value for name, value in content.items() if value is not None}, key, algorithm)


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def user(token: str, settings: JwtSettings | None = None) -> str:
    return authenticate([f"Bearer {token}"], settings or jwt_settings(SECRET))


class TestWithoutAKey:
    @pytest.mark.parametrize("headers", [[], ["Bearer nonsense"], ["Basic YTpi"], ["a", "b"]])
    def test_everyone_is_the_one_local_user(self, headers: list[str]) -> None:
        assert authenticate(headers, None) == "local"


class TestGoodTokens:
    def test_the_subject_of_an_hs256_token_is_the_user(self) -> None:
        assert user(token()) == "ann"

    def test_the_subject_of_an_rs256_token_is_the_user(self) -> None:
        assert user(token(rsa_key(), "RS256"), jwt_settings(public_pem(rsa_key()))) == "ann"

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
    def test_the_scheme_is_read_as_http_says(self, scheme: str) -> None:
        assert authenticate([f"{scheme} {token()}"], jwt_settings(SECRET)) == "ann"

    def test_clocks_may_differ_by_seconds(self) -> None:
        now = int(time.time())
        assert user(token(exp=now - 10)) == "ann"
        assert user(token(nbf=now + 10, iat=now + 10)) == "ann"

    def test_an_audience_nobody_configured_is_ignored_and_a_configured_one_is_required(self) -> None:
        assert user(token(aud="widgets")) == "ann"
        settings = jwt_settings(SECRET, audience="widgets", issuer="https://id.example.org")
        assert user(token(aud="widgets", iss="https://id.example.org"), settings) == "ann"
        for claims in ({"iss": "https://id.example.org"}, {"aud": "widgets"}, {"aud": "widgets", "iss": "other"}):
            with pytest.raises(Unauthorized):
                user(token(**claims), settings)


class TestBadTokens:
    @pytest.mark.parametrize(
        ("headers", "words"),
        [
            ([], "No token"),
            (["Bearer"], 'not "Bearer <JWT>"'),
            (["Basic YTpi"], 'not "Bearer <JWT>"'),
            (["Bearer abc"], "not a JWT"),
            (["Bearer a.b.c"], "not a JWT"),
            (["Bearer \u00fc.\u00fc.\u00fc"], "not"),
            (["Bearer x", "Bearer y"], "More than one"),
        ],
    )
    def test_what_is_no_token_is_refused_in_words(self, headers: list[str], words: str) -> None:
        with pytest.raises(Unauthorized, match=words):
            authenticate(headers, jwt_settings(SECRET))

    @pytest.mark.parametrize(
        ("claims", "words"),
        [
            ({"exp": 1_700_000_000}, r"expired \(at 2023-11-14 22:13:20 UTC\)"),
            ({"exp": None}, 'no "exp"'),
            ({"sub": None}, 'no "sub"'),
            ({"sub": ""}, "printable"),
            ({"sub": "a\nb"}, "printable"),
            ({"sub": "\ud800"}, "printable"),
            ({"sub": "x" * 256}, "255"),
            ({"nbf": 4_000_000_000}, r"not valid yet \(at 2096"),
            ({"iat": 4_000_000_000}, "not valid"),
        ],
    )
    def test_a_signed_token_with_bad_claims_is_refused_in_words(self, claims: dict[str, Any], words: str) -> None:
        with pytest.raises(Unauthorized, match=words):
            user(token(**claims))

    @pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
    @pytest.mark.parametrize(
        "time_",
        [
            *(10**30, 1e300, 253_402_300_800, -1, -(10**30), float("inf"), float("-inf"), float("nan")),
            *(True, "soon", "4000000000", "1e400", "9" * 5000, [], [4_000_000_000], {}, {"exp": 4_000_000_000}),
        ],
    )
    def test_an_impossible_time_is_refused_in_words(self, claim: str, time_: Any) -> None:
        claims = json.dumps({"sub": "ann", "exp": 4_000_000_000, claim: time_}).encode()
        with pytest.raises(Unauthorized, match=f'"{claim}" claim is not a time'):
            user(jwt.PyJWS().encode(claims, SECRET, "HS256"))

    def test_a_time_may_have_fractions(self) -> None:
        assert user(token(exp=time.time() + 600.5, nbf=time.time() - 1.5)) == "ann"

    def test_a_time_of_an_unsigned_token_is_not_even_looked_at(self) -> None:
        with pytest.raises(Unauthorized, match="signature does not match"):
            user(token("another secret of thirty-two bytes or more", exp=10**30))

    @pytest.mark.parametrize("place", ["header", "claims"])
    def test_nesting_without_end_is_refused_in_words(self, place: str) -> None:
        deep = b"[" * 40_000
        if place == "claims":
            nested = jwt.PyJWS().encode(deep, SECRET, "HS256")
        else:
            nested = f"{unpadded(deep)}.{unpadded(b'{}')}.{unpadded(b'x')}"
        with pytest.raises(Unauthorized, match="not a JWT"):
            user(nested)

    def test_another_key_is_refused(self) -> None:
        with pytest.raises(Unauthorized, match="signature does not match"):
            user(token("another secret of thirty-two bytes or more"))
        with pytest.raises(Unauthorized, match="signature does not match"):
            user(token(rsa_key("another"), "RS256"), jwt_settings(public_pem(rsa_key())))

    def test_an_unsigned_token_is_refused(self) -> None:
        unsigned = jwt.encode({"sub": "ann", "exp": int(time.time()) + 600}, "", "none")
        with pytest.raises(Unauthorized, match="HS256"):
            user(unsigned)

    def test_changed_claims_are_refused(self) -> None:
        header, _, signature = token().split(".")
        _, claims, _ = token(sub="bob").split(".")
        with pytest.raises(Unauthorized, match="signature"):
            user(f"{header}.{claims}.{signature}")

    def test_the_public_key_used_as_a_secret_is_refused(self) -> None:
        # The classic: a token that says HS256, signed with the RSA key that everybody knows.
        public = public_pem(rsa_key())
        signing = jwt.encode({"sub": "ann"}, SECRET, "HS256").split(".")[0]
        claims = unpadded(json.dumps({"sub": "ann", "exp": 4_000_000_000}).encode())
        mac = hmac.digest(public.encode(), f"{signing}.{claims}".encode(), hashlib.sha256)
        forged = f"{signing}.{claims}.{unpadded(mac)}"
        with pytest.raises(Unauthorized, match="RS256"):
            user(forged, jwt_settings(public))

    def test_an_rs256_token_is_refused_where_a_secret_is_configured(self) -> None:
        with pytest.raises(Unauthorized, match="HS256"):
            user(token(rsa_key(), "RS256"))


class TestTheChallenge:
    def test_without_a_token_it_only_names_the_scheme(self) -> None:
        with pytest.raises(Unauthorized) as caught:
            authenticate([], jwt_settings(SECRET))
        assert caught.value.challenge == 'Bearer realm="chatkit"'

    def test_with_a_bad_token_it_says_why_in_ascii_without_quotes(self) -> None:
        error = Unauthorized('The "ü" claim\\')
        assert error.challenge == (
            'Bearer realm="chatkit", error="invalid_token", error_description="The \'?\' claim/"'
        )


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "words"),
        [
            (lambda: "", "32 bytes"),
            (lambda: "short", "secrets.token_urlsafe"),
            (lambda: private_pem(rsa_key()), "private key"),
            (lambda: public_pem(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
            (lambda: public_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "2048"),
            (lambda: "-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----", "no public key"),
        ],
    )
    def test_a_key_that_cannot_do_is_refused_at_the_start(self, key: Callable[[], str], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            jwt_settings(key())

    def test_the_kind_of_key_decides_the_algorithm(self) -> None:
        assert jwt_settings(SECRET).algorithm == "HS256"
        assert jwt_settings(f"\n{public_pem(rsa_key())}\n").algorithm == "RS256"

    def test_a_secret_is_not_shown_in_logs(self) -> None:
        assert SECRET not in repr(jwt_settings(SECRET))
