"""An answer in JSON that no browser keeps."""

import json
from typing import Any

from fastapi import Response

__all__ = ["NoStore"]


class NoStore(Response):
    """JSON, written without spaces; never kept by a browser."""

    media_type = "application/json"

    def __init__(self, content: Any, status: int = 200) -> None:
        text = json.dumps(content, separators=(",", ":"))
        super().__init__(text, status, headers={"Cache-Control": "no-store"})
