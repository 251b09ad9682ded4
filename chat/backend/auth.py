"""Who the caller is: one local user, or the `sub` of a JWT when a key is configured."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.exceptions import InvalidSubjectError

from chat.backend.context import LOCAL_USER

__all__ = ["JwtSettings", "Unauthorized", "authenticate", "jwt_settings"]

LEEWAY_S = 30.0
"""How far, in seconds, the clocks of whoever signs and of this machine may differ."""

_YEAR_10000 = 253_402_300_800
_CLAIMS = ("exp", "nbf", "iat", "aud", "iss", "sub")
_SIGNATURE_ONLY: Any = {f"verify_{claim}": False for claim in _CLAIMS}
_MIN_SECRET_BYTES = 32  # RFC 7518, 3.2: at least as long as the hash
_MIN_RSA_BITS = 2048
_MAX_USER_LENGTH = 255


class Unauthorized(Exception):
    """The request says not, or not credibly, whose it is. The message says why, in words for the one who sent it."""

    def __init__(self, message: str, error: Literal["invalid_request", "invalid_token", ""] = "invalid_token") -> None:
        super().__init__(message)
        self.error = error

    @property
    def challenge(self) -> str:
        """The value of the answer's `WWW-Authenticate` header."""
        if not self.error:
            return 'Bearer realm="chatkit"'
        described = str(self).encode("ascii", "replace").decode().replace("\\", "/").replace('"', "'")
        return f'Bearer realm="chatkit", error="{self.error}", error_description="{described}"'


@dataclass(frozen=True)
class JwtSettings:
    """What tokens must be signed with. Made by `jwt_settings`, which checks the key."""

    key: str | RSAPublicKey
    algorithm: Literal["HS256", "RS256"]
    audience: str | None = None
    issuer: str | None = None

    def __repr__(self) -> str:
        return f"JwtSettings(algorithm={self.algorithm!r}, audience={self.audience!r}, issuer={self.issuer!r})"


def jwt_settings(key: str, audience: str | None = None, issuer: str | None = None) -> JwtSettings:
    """Settings for a key: a PEM public key makes it RS256, anything else is the shared secret of HS256.

    The algorithm comes from the key and never from a token: else a forger could sign with the public key as a secret.

    Raises:
        ValueError: the key is too weak, or of a kind that cannot verify these tokens.
    """
    key = key.strip()
    if not key.startswith("-----BEGIN"):
        if len(key.encode()) < _MIN_SECRET_BYTES:
            raise ValueError(
                f"The JWT secret has fewer than {_MIN_SECRET_BYTES} bytes and could be guessed. Make one with: "
                'python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        return JwtSettings(key, "HS256", audience, issuer)
    if "PRIVATE KEY" in key.partition("\n")[0]:
        raise ValueError("This is a private key. Tokens are verified with the public one: give that.")
    try:
        public = load_pem_public_key(key.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"The JWT key looks like PEM but is no public key that can be read: {error}") from error
    if not isinstance(public, RSAPublicKey) or public.key_size < _MIN_RSA_BITS:
        raise ValueError(f"The JWT key is not an RSA key of {_MIN_RSA_BITS} bits or more, which RS256 needs.")
    return JwtSettings(public, "RS256", audience, issuer)


def authenticate(authorization: list[str], settings: JwtSettings | None) -> str:
    """The id of the user who sent a request with these `Authorization` headers.

    Without settings it is always the one local user, whatever was sent.

    Raises:
        Unauthorized: there is no token, or it is not to be trusted.
    """
    if settings is None:
        return LOCAL_USER
    if not authorization:
        raise Unauthorized("No token: send the header Authorization: Bearer <JWT>.", "")
    if len(authorization) > 1:
        raise Unauthorized("More than one Authorization header.", "invalid_request")
    scheme, _, token = authorization[0].strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized('The Authorization header is not "Bearer <JWT>".', "invalid_request")
    return _user(_claims(token, settings))


def _claims(token: str, settings: JwtSettings) -> dict[str, Any]:
    try:
        # PyJWT takes any number for a time, and text with digits in it: looked at first, once the signature is good.
        signed = jwt.decode(token, settings.key, algorithms=[settings.algorithm], options=_SIGNATURE_ONLY)
        for claim in ("exp", "nbf", "iat"):
            _check_time(claim, signed.get(claim))
        return jwt.decode(
            token,
            settings.key,
            algorithms=[settings.algorithm],
            leeway=LEEWAY_S,
            audience=settings.audience,
            issuer=settings.issuer,
            # Without a configured audience the token's own is none of our business; PyJWT would refuse it.
            options={"require": ["exp", "sub"], "verify_aud": settings.audience is not None},
        )
    except jwt.ExpiredSignatureError:
        raise Unauthorized(f"The token has expired{_when(token, 'exp')}. Get a new one.") from None
    except jwt.ImmatureSignatureError:
        raise Unauthorized(f"The token is not valid yet{_when(token, 'nbf')}. Check both clocks.") from None
    except jwt.InvalidSignatureError:
        raise Unauthorized("The token's signature does not match the key configured here.") from None
    except jwt.InvalidAlgorithmError:
        raise Unauthorized(f"The token is not signed with {settings.algorithm}, which this server wants.") from None
    except jwt.MissingRequiredClaimError as error:
        raise Unauthorized(f'The token has no "{error.claim}" claim.') from None
    except jwt.InvalidAudienceError:
        raise Unauthorized(f'The token is not for this audience ("{settings.audience}").') from None
    except jwt.InvalidIssuerError:
        raise Unauthorized(f'The token is not from this issuer ("{settings.issuer}").') from None
    except InvalidSubjectError:
        raise Unauthorized('The token\'s "sub" claim is not a string.') from None
    except (jwt.DecodeError, RecursionError):
        raise Unauthorized("The token is not a JWT: three base64url parts with dots between them.") from None
    except jwt.InvalidTokenError as error:
        raise Unauthorized(f"The token is not valid: {error}.") from None
    except (ValueError, OverflowError):
        # PyJWT gives some malformed claims to int() as they are.
        raise Unauthorized("The token is not valid: a claim has an impossible value.") from None


def _check_time(claim: str, value: Any) -> None:
    if value is None:
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < _YEAR_10000:  # NaN is in no range
        raise Unauthorized(
            f'The token\'s "{claim}" claim is not a time: a number of seconds since 1970, as of RFC 7519.'
        )


def _user(claims: dict[str, Any]) -> str:
    user = claims["sub"]
    if not isinstance(user, str) or not user or len(user) > _MAX_USER_LENGTH or not user.isprintable():
        raise Unauthorized(f'The token\'s "sub" claim is not a name of 1 to {_MAX_USER_LENGTH} printable characters.')
    return user


def _when(token: str, claim: str) -> str:
    """ " (at …)" for a claim of a token whose signature was found good; "" when it has no time in it."""
    try:
        seconds = int(jwt.decode(token, options={"verify_signature": False})[claim])
        return f" (at {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC)"
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError, OSError):
        return ""
