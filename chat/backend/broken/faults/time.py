"""Clocks."""

from datetime import datetime, timedelta

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend


@broken("time/naive", "Timestamps without a time zone")
class Naive(GoodBackend):
    def now(self) -> datetime:
        return super().now().replace(tzinfo=None)


@broken("time/skew", "A clock that is two hours slow")
class Skew(GoodBackend):
    def now(self) -> datetime:
        return super().now() - timedelta(hours=2)
