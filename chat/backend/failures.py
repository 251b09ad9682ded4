"""What a user is told when an answer fails."""

from __future__ import annotations

from chatkit.errors import BaseStreamError, CustomStreamError
from openai import APIConnectionError, APIStatusError, APITimeoutError

__all__ = ["shown_to_user"]


def shown_to_user(problem: Exception) -> Exception:
    """The exception to raise in `problem`'s place: the SDK shows the message of its own kind only.

    The Runner wraps what a tool raises, so causes are looked through. What nobody foresaw is returned as it is, and
    becomes the general error.
    """
    cause: BaseException | None = problem
    seen = 0
    while cause is not None and seen < 10:
        if isinstance(cause, BaseStreamError):
            return cause
        if isinstance(cause, APITimeoutError):
            return CustomStreamError("The model did not answer in time.", allow_retry=True)
        if isinstance(cause, APIConnectionError):
            return CustomStreamError("The model's server cannot be reached (OPENAI_BASE_URL).", allow_retry=True)
        if isinstance(cause, APIStatusError):
            advice = {401: " Check OPENAI_API_KEY.", 404: " Check OPENAI_MODEL and OPENAI_BASE_URL."}
            text = f"The model's server answered with status {cause.status_code}.{advice.get(cause.status_code, '')}"
            return CustomStreamError(text, allow_retry=cause.status_code >= 429)
        cause, seen = cause.__cause__, seen + 1
    return problem
