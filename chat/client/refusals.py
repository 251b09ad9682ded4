"""Statuses of HTTP that are no success, turned into words: what happened, whose fault it is, what to try."""

from __future__ import annotations

from typing import Literal

from chat.errors import AnswerError, Failed, Redirected, Refused, Rejected
from chat.exchanges import Exchange, message_of
from chat.exchanges.redaction import redact_url
from chat.own_failures import FAILURE_HEADER, said_by_itself

__all__ = ["Upload", "answer_error"]

Upload = Literal["bytes", "form"]
"""A file on its way: as it is, to where a descriptor says, or in a form, to where the host page says."""

_WHO = {None: "The backend", "bytes": "The file store", "form": "The upload's address"}


def answer_error(exchange: Exchange, upload: Upload | None = None) -> AnswerError | None:
    """
    The error for an answered exchange whose status is not success; None when it is.

    Files do not go to the ChatKit endpoint: `upload` says what was sent to wherever they go.
    """
    status = exchange.status
    if status is None or 200 <= status < 300:
        return None
    said = message_of(exchange)
    line = f"{status} {exchange.reason}".strip()
    who = _WHO[upload]
    if 300 <= status < 400:
        location = redact_url(exchange.header("location") or "")
        return Redirected(
            f"{who} redirects to {location or 'another address'} ({line}).",
            status=status,
            said=said,
            location=location,
            expected="an answer at this URL",
            got=f"{line}, Location: {location}",
            advice="Use that address in the connection: redirects are not followed, because the credentials "
            "would go along." + _slash_advice(exchange.request.url, location),
            exchange=exchange,
        )
    if status in (401, 403):
        kind: type[AnswerError] = Refused
        what = "does not let this request in"
    elif 400 <= status < 500:
        kind, what = Rejected, "rejects the request"
    elif said_by_itself(exchange.header(FAILURE_HEADER)):
        return Failed(
            f"The embedded backend could not use its store: {said or line}",
            status=status,
            said=said,
            whose="the workbench",
            expected="200 OK",
            got=line,
            advice="Its files are in the workbench's data folder.",
            exchange=exchange,
        )
    else:
        kind, what = Failed, "failed"
    return kind(
        f"{who} {what}: {line}" + (f" – {said}" if said else "."),
        status=status,
        said=said,
        expected="200 OK",
        got=line,
        advice=(upload and _upload_advice(upload, status)) or _status_advice(exchange, status),
        exchange=exchange,
    )


def _upload_advice(upload: Upload, status: int) -> str:
    """What is different where a file was sent; "" where it is as everywhere."""
    match status:
        case 401 | 403 if upload == "bytes":
            return (
                "The method and the headers of upload_descriptor were sent as they are. A signed URL expires, and is "
                "signed for one method and one content type."
            )
        case 404:
            where = "upload_descriptor.url" if upload == "bytes" else "uploadStrategy.uploadUrl"
            return f"Nothing takes files there: is {where} right?"
        case 405 if upload == "bytes":
            return "Something answers there, but not to this method: is upload_descriptor.method right?"
        case 400 | 415 | 422:
            sent = "the file's bytes, with its own type" if upload == "bytes" else "a form with the field `file`"
            return f"Read the body of the answer: it usually says what is wrong. It was sent {sent}."
        case _ if status >= 500:
            return "Look at the log of whatever answers there."
    return ""


def _status_advice(exchange: Exchange, status: int) -> str:
    has_credentials = any(name.lower() in ("authorization", "cookie") for name, _ in exchange.request.headers)
    match status:
        case 401 if has_credentials:
            return "The credentials sent are not accepted: is the token expired, or for another environment?"
        case 401:
            return "Add the header that your page sends, like Authorization: Bearer …"
        case 403:
            return "The backend knows who asks and says no, or checks Origin, Host or a CSRF token: add those headers."
        case 404:
            return "Is the path right? ChatKit backends usually answer at /chatkit. It may also not know the thread."
        case 405:
            return "Something answers at this URL, but not to POST: is it the right path?"
        case 413:
            return "The body is larger than the server, or a proxy in front of it, allows."
        case 415 | 422 | 400:
            return (
                "Read the body of the answer: it usually says which field is wrong. Pass the request's raw body to "
                "ChatKitServer.process()."
            )
        case 429:
            return "Too many requests: wait, or raise the limit."
        case 501:
            return "The backend does not implement this operation."
        case 502 | 503 | 504:
            return "A proxy in front of the backend answers in its place: is the backend itself running?"
        case _ if status >= 500:
            return "Look at the backend's log for the exception."
    return ""


def _slash_advice(url: str, location: str) -> str:
    path, other = url.partition("?")[0], location.partition("?")[0]
    if path.rstrip("/").endswith(other.rstrip("/")) and path.endswith("/") != other.endswith("/"):
        return " Only the slash at the end differs."
    return ""
