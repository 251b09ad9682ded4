"""Exceptions of the network, turned into words: what happened, whose fault it is, what to try."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from chat.client.bad_heads import bad_head
from chat.client.connection import Connection, origin_of
from chat.client.inflating import CutInflation
from chat.client.network import SILENT_TLS, AddressRefused
from chat.client.uploads import no_file_store
from chat.errors import (
    BadConnection,
    BrokenStream,
    OversizedBody,
    StalledStream,
    Unanswered,
    Unreachable,
    WorkbenchError,
)
from chat.exchanges import Exchange, Outcome
from chat.exchanges.exchange import is_event_stream
from chat.hosts import is_this_machine

__all__ = ["failure_of", "oversized", "says_nothing"]

_LOOK_AT_THE_LOG = "Look at the backend's log: an exception after the status line is the usual cause."


def failure_of(
    error: Exception, exchange: Exchange, connection: Connection, url: httpx.URL, proxy: httpx.Proxy | None
) -> tuple[Outcome, WorkbenchError]:
    """The outcome of an exchange that ended with this exception, and the error to report."""
    outcome, failure = _failure_of(error, exchange, connection, url, proxy)
    failure.exchange = exchange
    failure.__cause__ = error
    return outcome, failure


def _words(error: BaseException, connection: Connection, longest: int = 300) -> str:
    """What an exception says, which may quote the request or its answer."""
    return connection.secrets.text(str(error))[:longest]


def _failure_of(
    error: Exception, exchange: Exchange, connection: Connection, url: httpx.URL, proxy: httpx.Proxy | None
) -> tuple[Outcome, WorkbenchError]:
    match error:
        case AddressRefused() if origin_of(url) == connection.origin:
            return "unreachable", _off_limits(url)
        case AddressRefused():
            return "unreachable", no_file_store(connection, url)
        case httpx.ConnectTimeout() | httpx.ConnectError() | httpx.ProxyError() | ImportError():
            return "unreachable", _unreachable(error, connection, url, proxy)
        case httpx.LocalProtocolError() | httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return "unreachable", BadConnection(f"This request cannot be sent: {_words(error, connection)}")
        case httpx.TransportError() if exchange.headers_at_ns is None:
            return _unanswered(error, connection, url)
        case httpx.TransportError() | httpx.DecodingError():
            return _broken(error, exchange, connection)
    kind: Outcome = "unanswered" if exchange.headers_at_ns is None else "truncated"
    return kind, WorkbenchError(
        f"The workbench failed while it was reading: {type(error).__name__}: {_words(error, connection)}",
        advice="This is a mistake in the workbench, not in your backend. Please report it.",
    )


def _off_limits(url: httpx.URL) -> WorkbenchError:
    return Unreachable(
        f"Nothing is sent to {_place(url)}: what has this address is no backend.",
        whose="your request",
        expected="the address of a ChatKit backend",
        got="a link-local address, one at which a cloud tells its machines their credentials, or the workbench's own",
        advice="Look at what the name of the host stands for.",
    )


def _unreachable(error: Exception, connection: Connection, url: httpx.URL, proxy: httpx.Proxy | None) -> WorkbenchError:
    target = proxy.url if proxy is not None else url
    host, place = target.host, _place(target)
    chain = list(_chain(error))
    if isinstance(error, ImportError):
        return Unreachable(
            f"The proxy {place} speaks SOCKS, which needs another package.",
            cause="proxy",
            whose="your request",
            advice="pip install 'httpx[socks]', or name the host in NO_PROXY.",
        )
    if isinstance(error, httpx.ProxyError):
        return Unreachable(
            f"The proxy {place} did not let the connection through: {_words(error, connection)}",
            cause="proxy",
            whose="your request",
            advice=f"Name {url.host} in the environment variable NO_PROXY to go around it.",
        )
    if any(isinstance(cause, socket.gaierror | UnicodeError) for cause in chain):
        return Unreachable(
            f"There is no host with the name {host}.",
            cause="dns",
            whose="your request",
            expected="a name that DNS knows",
            got=host,
            advice="Check the spelling, and whether this machine has a network (or needs a VPN) to find the name.",
        )
    for cause in chain:
        if isinstance(cause, ssl.SSLError):
            return _tls(cause, host, place)
    if isinstance(error, httpx.ConnectTimeout) and SILENT_TLS in str(error):
        return Unreachable(
            f"{place} took the connection and never answered the TLS handshake: {connection.connect_timeout:g} s.",
            cause="tls",
            expected="a TLS server",
            got="silence",
            advice=f"Does it speak HTTPS at all? Try http://{host}:{_port(target)}. It may also have hung.",
        )
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(
            f"{place} did not accept a connection within {connection.connect_timeout:g} s.",
            cause="timeout",
            advice="A firewall that drops packets looks like this, and so does a wrong address.",
        )
    numbers = {cause.errno for cause in chain if isinstance(cause, OSError)}
    through = "The proxy is not running: " if proxy is not None else ""
    if errno.ECONNREFUSED in numbers:
        advice = "Is the backend started, and is this its port?" if proxy is None else "Unset HTTP_PROXY/HTTPS_PROXY."
        if proxy is None and is_this_machine(host):
            advice += " If the workbench runs in a container, this address is the container's own."
        return Unreachable(
            f"{through}nothing listens on {place}." if through else f"Nothing listens on {place}.",
            cause="refused" if proxy is None else "proxy",
            expected=f"a server on port {_port(target)}",
            got="connection refused",
            advice=advice,
        )
    if numbers & {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN}:
        return Unreachable(
            f"There is no way to {place} from this machine.",
            cause="network",
            whose="your request",
            advice="Check the address, the network and the VPN.",
        )
    if target.scheme == "https":
        return Unreachable(
            f"{place} closed the connection in the middle of the TLS handshake.",
            cause="tls",
            advice=f"Does it speak HTTPS at all? Try http://{host}:{_port(target)}.",
        )
    return Unreachable(f"No connection to {place}: {_reason(chain, connection)}.", cause="network")


def _tls(error: ssl.SSLError, host: str, place: str) -> WorkbenchError:
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = {
            10: "The certificate has expired: renew it.",
            18: "It is self-signed: set SSL_CERT_FILE to the certificate and start the workbench again.",
            19: "Its authority is not known here: set SSL_CERT_FILE to the authority's certificate and start again.",
            20: "Its authority is not known here: set SSL_CERT_FILE to the authority's certificate and start again. "
            "It may also be that the server does not send the intermediate certificate.",
            62: f"It was issued for another name than {host}: use that name in the URL.",
            64: f"It was issued for another address than {host}: use the name that it is for.",
        }.get(error.verify_code, "Browsers refuse it as well.")
        return Unreachable(
            f"The certificate of {place} is not to be trusted: {error.verify_message.rstrip('.')}.",
            cause="tls",
            expected=f"a valid certificate for {host}",
            got=error.verify_message,
            advice=advice,
        )
    reason = (error.reason or str(error)).replace("_", " ").lower()
    plain = error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
    return Unreachable(
        f"{place} does not speak TLS." if plain else f"The TLS handshake with {place} failed: {reason}.",
        cause="tls",
        expected="a TLS server",
        got=reason,
        advice="Use http:// instead of https://, or put TLS in front of the backend." if plain else "",
        whose="your request" if plain else None,
    )


def _unanswered(error: Exception, connection: Connection, url: httpx.URL) -> tuple[Outcome, WorkbenchError]:
    place = _place(url)
    if isinstance(error, httpx.TimeoutException):
        return "timeout", Unanswered(
            f"{place} took the request and then said nothing for {connection.read_timeout:g} s.",
            timed_out=True,
            expected="the head of a response, at once",
            got="silence",
            advice="A streaming backend answers before the model does. Is it waiting for something, or has it hung?",
        )
    if isinstance(error, httpx.RemoteProtocolError) and (words := bad_head(str(error))):
        message, expected, advice = words
        return "garbled", Unanswered(
            message.format(place), expected=expected, got=_words(error, connection), advice=advice
        )
    if isinstance(error, httpx.RemoteProtocolError) and "without sending" not in str(error):
        secure = url.scheme == "http" and any(mark in str(error) for mark in ("\\x15\\x03", "\x15\x03"))
        return "garbled", Unanswered(
            f"What answers on {place} does not speak HTTP.",
            expected="HTTP/1.1 200 OK",
            got=_words(error, connection),
            advice="It speaks TLS: use https://." if secure else "Is this the port of the backend?",
            whose="your request" if secure else None,
        )
    return "unanswered", Unanswered(
        f"{place} closed the connection without an answer.",
        expected="a response",
        got=_reason(list(_chain(error)), connection),
        advice="Look at the backend's log: it crashed, was restarting, or only speaks HTTPS.",
    )


def _broken(error: Exception, exchange: Exchange, connection: Connection) -> tuple[Outcome, WorkbenchError]:
    came = f"{exchange.size:,} bytes"
    if isinstance(error, httpx.TimeoutException):
        return "timeout", StalledStream(
            f"The answer went silent: nothing came for {connection.read_timeout:g} s after {came}.",
            expected="the next piece, or the end of the body",
            got="silence",
            advice="Return from respond() when the turn is over; send progress_update events during long work.",
        )
    if isinstance(error, CutInflation):
        return "truncated", BrokenStream(
            f"The answer broke off after {came}: {_words(error, connection)}.",
            expected="the whole body, to the end of what is compressed",
            got=f"an HTTP answer that is complete, with {exchange.content_encoding} data in it that is not",
            advice="What compresses has to be flushed and ended with the stream. Exclude event streams from it.",
        )
    if isinstance(error, httpx.DecodingError):
        return "garbled", BrokenStream(
            f"The body is not {exchange.content_encoding or 'encoded'} data, though its Content-Encoding says so.",
            expected=f"Content-Encoding: {exchange.content_encoding}",
            got=_words(error, connection, 200),
            advice="Exclude event streams from compression.",
        )
    said = str(error)
    if "incomplete chunked read" in said:
        got = "the end of the connection in the middle of a chunked body"
    elif "received" in said and "expected" in said:
        got = said[said.find("(") + 1 :].rstrip(")")
    elif isinstance(error, httpx.RemoteProtocolError):
        got = _words(error, connection, 200)
    else:
        got = _reason(list(_chain(error)), connection)
    return "truncated", BrokenStream(
        f"The answer broke off after {came}.",
        expected="the whole body",
        got=got,
        advice=_LOOK_AT_THE_LOG + " Catch it and stream an `error` event.",
    )


def oversized(exchange: Exchange, connection: Connection) -> OversizedBody:
    """The error for a body that grew beyond the limit."""
    limit, streams = connection.limit_of(exchange), is_event_stream(exchange)
    return OversizedBody(
        f"The workbench cut the answer off after {limit:,} bytes, its own limit"
        + (" for a stream of events." if streams else " for an answer that is no stream of events."),
        expected=f"at most {limit:,} bytes",
        got="more",
        advice="What came until then is kept. Does the backend stream without end?"
        if streams
        else "Answer in pages: `limit` and `after` do that.",
        exchange=exchange,
    )


def says_nothing(exchange: Exchange, seconds: float) -> StalledStream:
    """The error for an answer that went on for so long without saying anything."""
    if is_event_stream(exchange):
        return StalledStream(
            f"Nothing but comments came for {seconds:g} s.",
            expected="an event, or the end of the stream",
            got="comments, blank lines, or one line that does not end",
            advice="Comments keep a connection open and say nothing: send progress_update events during long work, and "
            "end the stream when the turn is over.",
            exchange=exchange,
        )
    return StalledStream(
        f"The answer had no end after {seconds:g} s, though bytes kept coming.",
        expected="the end of the body",
        got=f"{exchange.size:,} bytes, and no end",
        advice="Return the whole JSON document at once, and close the body behind it.",
        exchange=exchange,
    )


def _place(url: httpx.URL) -> str:
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{host}:{_port(url)}"


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what caused it, and what caused that; both sides of exception groups."""
    todo: list[BaseException] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            todo.extend(current.exceptions)
        todo.extend(cause for cause in (current.__cause__, current.__context__) if cause is not None)


def _reason(chain: list[BaseException], connection: Connection) -> str:
    for cause in chain:
        if isinstance(cause, OSError) and cause.strerror and cause.errno:
            return cause.strerror.lower()
    text = _words(chain[0], connection, 200)
    return text.lower() if text else type(chain[0]).__name__
