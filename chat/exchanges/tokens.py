"""What may be kept of a token: when it expires."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import UTC, datetime

__all__ = ["expiry_of"]

_LONGEST = 16_384


def expiry_of(headers: Iterable[tuple[str, str]]) -> datetime | None:
    """When the JSON web token in the Authorization header expires (its `exp`, read without verifying), else None."""
    value = next((value for name, value in headers if name.lower() == "authorization"), "")
    token = value.rpartition(" ")[2]
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST:
        return None
    try:
        expires = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))["exp"]
        return None if isinstance(expires, bool) else datetime.fromtimestamp(expires, UTC)
    except (binascii.Error, ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None
