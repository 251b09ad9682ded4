"""What a form shows of a profile, whose secrets stay on the server, and what it takes back of it."""

import re
from typing import Any

from chat.exchanges.redaction import MASK, is_secret_name, mask, redact_text

from .profiles import Profile

__all__ = ["shown_metadata", "typed_metadata", "typed_url", "untyped_problem"]

_PARTS = re.compile(r"[?#&;]")


def typed_url(profile: Profile, text: str) -> str:
    """An address as it stands in a form that showed `profile.shown_url`: what is still masked there is as it was."""
    for real, shown in zip(_PARTS.split(profile.url), _PARTS.split(profile.shown_url), strict=False):
        if real != shown:
            text = text.replace(shown, real)
    return text


def untyped_problem(text: str) -> str | None:
    """Why a text that was typed cannot be used; None when nothing in it is masked."""
    return f"Type the value that stands behind {MASK}: it is not known any more." if MASK in text else None


def shown_metadata(value: Any, secret: bool = False) -> Any:
    """Request metadata with everything masked that has a secret's name or shape."""
    if isinstance(value, dict):
        return {name: shown_metadata(entry, secret or is_secret_name(str(name))) for name, entry in value.items()}
    if isinstance(value, list):
        return [shown_metadata(entry, secret) for entry in value]
    if isinstance(value, str):
        return mask(value) if secret else redact_text(value)
    return MASK if secret and isinstance(value, int | float) and not isinstance(value, bool) else value


def typed_metadata(typed: Any, real: Any, secret: bool = False) -> Any:
    """Metadata as it stands in a form that showed `shown_metadata(real)`: what is still masked there is as it was."""
    if typed == shown_metadata(real, secret):
        return real
    if isinstance(typed, dict) and isinstance(real, dict):
        return {
            name: typed_metadata(entry, real.get(name), secret or is_secret_name(str(name)))
            for name, entry in typed.items()
        }
    if isinstance(typed, list) and isinstance(real, list) and len(typed) == len(real):
        return [typed_metadata(one, other, secret) for one, other in zip(typed, real, strict=True)]
    return typed
