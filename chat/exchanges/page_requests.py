"""Requests of the page around the official widget that are not ChatKit's: its script, its frame, its domain."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

__all__ = ["PageRequest", "is_hosted", "page_request"]

_OWN_SESSION = re.compile(
    r"chatkit[/_-](?:create[_-]?)?(?:sessions?|client[_-]?secret)/?$|create[_-]chatkit[_-]session/?$", re.IGNORECASE
)
"""A route of the page's own server that asks OpenAI for a session."""

PageRequest = Literal["domain", "session", "loader", "frame", ""]


def page_request(url: str) -> PageRequest:
    """What the page asks for at this address; "" when it is none of its own requests."""
    try:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return ""
    if host == "api.openai.com":
        if "/domain_keys/" in path:
            return "domain"
        return "session" if path.endswith("/chatkit/sessions") else ""
    if host == "cdn.platform.openai.com" and "/chatkit/" in path:
        return "loader" if path.endswith("/chatkit.js") else "frame" if path.endswith((".html", "/")) else ""
    return "session" if _OWN_SESSION.search(path) else ""


def is_hosted(url: str) -> bool:
    """Whether ChatKit hosted by OpenAI answers at this address: its sessions included, the check of domains not."""
    try:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return False
    return host == "api.openai.com" and "/chatkit/" in path and "/domain_keys/" not in path
