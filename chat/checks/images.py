"""Which addresses of images a browser draws inside the official widget: a page under https, on a host of its own."""

from __future__ import annotations

import re

__all__ = ["ONLY_UNDER_HTTPS", "unseen"]

ONLY_UNDER_HTTPS = "it shows only where its host answers under https, too"
"""What is said of an image under http: browsers ask for it under https, when they ask at all. That is likely; that one
from a loopback address is broken was seen."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LOOPBACK = re.compile(r"//(?:localhost|[^/?#:@]*\.localhost|127(?:\.\d+){1,3}|\[::1\])(?=[:/?#]|$)", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"data:([^;,]*)", re.IGNORECASE)
_NOT_DRAWN = ("image/tiff", "image/heic", "image/heif")
_TEMPLATE = re.compile(r"\s*\{\{")


def unseen(address: str) -> str:
    """Why an image at this address does not show, in words; "" when it may. Empty ones are left to other rules."""
    if not address.strip() or _TEMPLATE.match(address):
        return ""
    scheme = _SCHEME.match(address)
    if scheme is None:
        return "" if address.startswith("//") else "a path without a host leads to the widget's own"
    match scheme[1].lower():
        case "https" | "blob":
            return ""
        case "http":
            here = _LOOPBACK.match(address, scheme.end())
            return "a page under https does not load it from this machine under http" if here else ONLY_UNDER_HTTPS
        case "data":
            return _of_data(address)
    return f"a browser loads no image from `{scheme[1]}:`"


def _of_data(address: str) -> str:
    found = _MEDIA_TYPE.match(address)
    kind = (found[1] if found else "").strip().lower()
    if not kind.startswith("image/"):
        return f"its bytes are said to be `{kind or 'text/plain'}`"
    return f"browsers draw no `{kind}`" if kind in _NOT_DRAWN else ""
