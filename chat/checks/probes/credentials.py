"""Whose credentials go along with a request, those that must not work included."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field, replace
from typing import Literal

from chat.checks.probes.plan import Plan
from chat.client import Connection, CookieJar
from chat.exchanges.redaction import is_secret_name
from chat.exchanges.secrets import Secrets

__all__ = ["Identity", "Jars", "connection_of", "mangled"]

Identity = Literal["own", "second", "mangled", "nobody"]
"""Whose credentials go along: those given, another user's, the given ones with a wrong signature, or none."""

_CONNECT_SECONDS = 10.0
_QUIET_TIMEOUTS = 2
"""How many times the plan's timeout a stream may consist of comments."""
_MOST_BYTES_OF_ONE_ANSWER = 16 * 2**20


@dataclass(frozen=True)
class Jars:
    """The cookies of a run, set by the backend: one jar for each user. Who must not get in has none."""

    own: CookieJar = field(default_factory=CookieJar)
    second: CookieJar = field(default_factory=CookieJar)

    @property
    def secrets(self) -> Secrets:
        """Of both."""
        return self.own.secrets | self.second.secrets


def connection_of(plan: Plan, identity: Identity, jars: Jars) -> Connection:
    """The connection with somebody's credentials."""
    connection = replace(
        plan.connection,
        connect_timeout=min(_CONNECT_SECONDS, plan.timeout),
        read_timeout=plan.timeout,
        quiet_timeout=plan.timeout * _QUIET_TIMEOUTS,
        body_limit=min(_MOST_BYTES_OF_ONE_ANSWER, plan.connection.body_limit),
        also_secret=plan.secrets,
        cookies=jars.own,
    )
    if identity == "own":
        return connection
    connection = replace(
        connection,
        also_secret=plan.secrets | jars.own.secrets,
        cookies=jars.second if identity == "second" else None,
        computed=None,
    )
    others = tuple(pair for pair in connection.headers if not is_secret_name(pair[0]))
    if identity == "second":
        names = {name.lower() for name, _ in plan.second_headers}
        others = tuple(pair for pair in others if pair[0].lower() not in names) + plan.second_headers
    elif identity == "mangled":
        own = connection.own_headers()
        others = tuple((name, mangled(value) if is_secret_name(name) else value) for name, value in own)
    return replace(connection, headers=others, url=str(connection.bare_url()))


_SIGNS = str.maketrans("-_+/", "_-/+")
"""A signature may have three of base64's signs in its middle."""


def mangled(value: str) -> str:
    """A header's value of the same shape with a wrong signature, or simply another value.

    A JSON web token keeps its header and its claims; other secrets are changed in their middle. The last character of
    base64 is left alone: it has bits that mean nothing.
    """
    scheme, space, secret = value.rpartition(" ")
    if scheme.lower() == "basic":
        return f"{scheme}{space}{_basic(secret)}"
    head, dot, signature = secret.rpartition(".")
    if dot and "." in head and len(signature) > 2:
        return f"{scheme}{space}{head}.{_flipped(signature)}"
    name, equals, token = secret.partition("=")
    if equals and token and name.isidentifier():  # a cookie, or a parameter of a scheme
        return f"{scheme}{space}{name}={_flipped(token)}"
    return f"{scheme}{space}{_flipped(secret)}"


def _flipped(text: str) -> str:
    """The text with the characters around its middle replaced by others of the same kind."""
    middle = max(0, (len(text) - 1) // 2)
    start = max(0, middle - 2)
    return text[:start] + "".join(map(_other, text[start : middle + 1])) + text[middle + 1 :]


def _other(character: str) -> str:
    if character.isdigit():
        return str((int(character) + 5) % 10)
    if character.isascii() and character.isalpha():
        first = "a" if character.islower() else "A"
        return chr(ord(first) + (ord(character) - ord(first) + 13) % 26)
    return character.translate(_SIGNS)


def _basic(secret: str) -> str:
    try:
        user, colon, password = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return _flipped(secret)
    return base64.b64encode(f"{user}{colon}{_flipped(password) or 'x'}".encode()).decode()
