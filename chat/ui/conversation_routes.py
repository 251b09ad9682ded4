"""JSON routes of the conversation: older items, sends, uploads."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from .conversation import Conversation

__all__ = ["conversation_routes"]


def conversation_routes(find: Callable[[str], Conversation | None], token: Callable[[], str]) -> APIRouter:
    """Routes under /workbench; `find` gives the live conversation of an id, `token` the launch token they require."""
    return APIRouter(prefix="/workbench")
