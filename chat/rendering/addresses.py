"""Which addresses a backend's text may link to, and which images may be loaded.

Everything here judges strings that a stranger chose. An address is accepted by a strict pattern, never by
searching for what is bad: what a pattern does not know is shown as text.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from .context import ImagePolicy

__all__ = ["LINK_ATTRIBUTES", "deeplink", "host_of", "image_source", "is_external_image", "link_target"]

# Every link leaves the page and tells the other side nothing about it.
LINK_ATTRIBUTES = {"target": "_blank", "rel": "noopener noreferrer nofollow"}

_MAX_ADDRESS = 8_192
_WEB = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?)"
    r"(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_DEEPLINK = re.compile(
    r"chatkit-link://(?P<name>[\w.~%-]{1,200})(?:/[^?#\s]*)?(?:\?(?P<query>[^#\s]*))?(?:#\S*)?",
    re.IGNORECASE | re.ASCII,
)
_CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
_MAIL_OR_PHONE = re.compile(r"(?:mailto:[^\s<>\"'`\\]+|tel:[+0-9().;=\-a-z]+)", re.IGNORECASE)
_DATA_IMAGE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}",
    re.IGNORECASE,
)
# An SVG is often sent as it is written. In an `<img>` it runs no script and loads nothing; elsewhere it never goes.
_DATA_SVG = re.compile(r"data:image/svg\+xml(?:;(?:charset=)?[a-z0-9-]{1,20})?,[^\x00-\x08\x0e-\x1f]+", re.IGNORECASE)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def _web(address: str) -> re.Match[str] | None:
    """The parts of a web address that every browser reads as we do (no user names, backslashes, blanks)."""
    if len(address) > _MAX_ADDRESS or _CONTROL_OR_SPACE.search(address):
        return None
    return _WEB.fullmatch(address)


def link_target(address: str) -> str | None:
    """The address when it may be followed (http, https, mailto, tel), else None."""
    if _web(address):
        return address
    return address if len(address) <= _MAX_ADDRESS and _MAIL_OR_PHONE.fullmatch(address) else None


def deeplink(address: str) -> tuple[str, dict[str, str]] | None:
    """
    What a `chatkit-link://name?key=value` tells the page around the widget: a name and data. None for other addresses.

    The name is what stands in a host's place; a path is lost: `chatkit-link://orders/42` is called "orders".
    """
    match = _DEEPLINK.fullmatch(address) if len(address) <= _MAX_ADDRESS else None
    if match is None:
        return None
    return match["name"], dict(parse_qsl(match["query"] or "", keep_blank_values=True))


def host_of(address: str) -> str:
    """The host a web address leads to, lower case, for people to read; "" when it is no web address."""
    match = _web(address)
    return match["host"].lower().rstrip(".") if match else ""


def _origin(match: re.Match[str]) -> str:
    scheme, host, port = match["scheme"].lower(), match["host"].lower().rstrip("."), match["port"]
    return f"{scheme}://{host}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _allowed(match: re.Match[str], policy: ImagePolicy) -> bool:
    if match.string in policy.urls:
        return True
    host, origin = match["host"].lower().rstrip("."), _origin(match)
    for entry in policy.origins:
        entry = entry.strip().lower().rstrip("/.")
        if "://" in entry:
            known = _web(entry)
            if known and _origin(known) == origin:
                return True
        elif entry.startswith("*."):
            if host.endswith(entry[1:]) and len(entry) > 3:
                return True
        elif entry and entry in (host, f"{host}:{match['port'] or _DEFAULT_PORTS[match['scheme'].lower()]}"):
            return True
    return False


def image_source(address: str, policy: ImagePolicy) -> str | None:
    """
    The address when the image may be loaded now, by an `<img>`: an image's data, SVG too, or a web address which the
    policy allows.
    """
    if address[:5].lower() == "data:":
        return address if _DATA_IMAGE.fullmatch(address) or _DATA_SVG.fullmatch(address) else None
    match = _web(address)
    return address if match and _allowed(match, policy) else None


def is_external_image(address: str) -> bool:
    """Whether the reader could allow this image: it has an ordinary web address."""
    return _web(address) is not None
