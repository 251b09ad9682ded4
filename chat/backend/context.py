"""Who is asking: what every store and server method is told about the request it serves."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOCAL_USER", "RequestContext"]

LOCAL_USER = "local"
"""The one user there is when no authentication is configured."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request's caller: the store scopes every query by ``user_id``.

    ``base_url`` is the origin the client reached us by (``http://127.0.0.1:8080``, no trailing slash): upload and
    preview URLs are made from it. ``locale`` is the request's ``Accept-Language``.
    """

    user_id: str = LOCAL_USER
    base_url: str = "http://127.0.0.1:8080"
    locale: str = "en"
