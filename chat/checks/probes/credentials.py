"""Credentials that must not work."""

from __future__ import annotations

import base64
import binascii

__all__ = ["mangled"]

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
