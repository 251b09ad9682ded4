"""Refusals that are crashes."""

from typing import Any

from starlette.requests import Request

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Refusal, Thread

_CRASH = "Internal Server Error"


@broken("errors/operation-fails", "Loading a thread is a crash")
class OperationFails(GoodBackend):
    def answer_to(self, asked: Any, user: str, request: Request) -> Json:
        if asked.type == "threads.get_by_id":
            raise Refusal(500, _CRASH)
        return super().answer_to(asked, user, request)


@broken("errors/unknown-thread", "An unknown thread is a crash")
class UnknownThread(GoodBackend):
    def find(self, thread_id: str, user: str) -> Thread:
        try:
            return super().find(thread_id, user)
        except Refusal:
            raise Refusal(500, _CRASH) from None


@broken("errors/bad-request", "A malformed request is a crash")
class BadRequest(GoodBackend):
    def parse(self, body: bytes) -> Any:
        try:
            return super().parse(body)
        except Refusal:
            raise Refusal(500, _CRASH) from None


@broken("errors/unsupported", "Feedback and dictation are not implemented, and crash")
class Unsupported(GoodBackend):
    def answer_to(self, asked: Any, user: str, request: Request) -> Json:
        if asked.type in ("items.feedback", "input.transcribe"):
            raise Refusal(500, _CRASH)
        return super().answer_to(asked, user, request)
