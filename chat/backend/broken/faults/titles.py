"""Threads without names."""

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Thread


@broken("title/never-set", "Threads never get a title")
class NeverSet(GoodBackend):
    def name(self, thread: Thread) -> bool:
        return False
