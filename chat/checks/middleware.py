"""What lets pages of other origins in: what to type against CORS."""

from __future__ import annotations

import json

__all__ = ["MIDDLEWARE", "middleware_for"]

_SITE = "https://your-site.example"
MIDDLEWARE = f"""app = CORSMiddleware(
    app,  # around all of it: app.add_middleware() leaves out the answers to exceptions
    allow_origins=["{_SITE}"],
    allow_methods=["*"],
    allow_headers=["*"],
)"""


def middleware_for(origin: str = "") -> str:
    """The middleware for pages of this origin."""
    return MIDDLEWARE.replace(json.dumps(_SITE), json.dumps(origin)) if origin else MIDDLEWARE
