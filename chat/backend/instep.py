"""Tools that start when what the model said before is out."""

from __future__ import annotations

import asyncio
from typing import Any

from agents import Agent, ModelResponse, RunContextWrapper, RunHooks

from chat.backend.stage import Stage

__all__ = ["InStep"]


class InStep(RunHooks[Stage]):
    """Holds the Runner back at the end of each of the model's responses until all of it has been read.

    The Runner calls tools as soon as the model is done, while the reader may still be at the first word: what the
    tools stream would come in the middle of what was said before, and a tool that fails would cut the rest of it off.
    """

    def __init__(self) -> None:
        self._ended = 0
        self._read = 0
        self._news = asyncio.Event()

    def response_read(self) -> None:
        """The reader has had the last event of a response."""
        self._read += 1
        self._news.set()

    async def on_llm_end(self, context: RunContextWrapper[Stage], agent: Agent[Any], response: ModelResponse) -> None:
        """Called by the Runner between a response and the tools it asks for."""
        self._ended += 1
        while self._read < self._ended:
            self._news.clear()
            await self._news.wait()
