"""What lets pages of other origins in: what to type against CORS."""

from __future__ import annotations

import json

__all__ = ["MIDDLEWARE", "middleware_for"]

_SITE = "https://your-site.example"
MIDDLEWARE = f"""app.add_middleware(
    CORSMiddleware,
    allow_origins=["{_SITE}"],
    allow_methods=["*"],
    allow_headers=["*"],
)"""


def middleware_for(origin: str = "") -> str:
    """The middleware for pages of this origin, before whatever refuses strangers."""
    typed = MIDDLEWARE.replace(json.dumps(_SITE), json.dumps(origin)) if origin else MIDDLEWARE
    return typed + "  # added last, so that it runs before authentication"
