"""Sending a file's bytes: where the backend's descriptor says, or as a form to an upload URL."""

from __future__ import annotations

import httpx
from chatkit.types import Attachment

from chat.client.connection import Connection, origin_of
from chat.client.network import Resolve
from chat.client.requests import encoded, transport_headers
from chat.errors import BadConnection, InvalidAnswer
from chat.exchanges.redaction import redact_url
from chat.hosts import Address, address_of, is_off_limits, is_off_limits_name, is_this_machine, plain
from chat.protocol import Problem

__all__ = ["Reach", "descriptor_request", "form_request", "no_file_store"]


def descriptor_request(connection: Connection, attachment: Attachment, data: bytes) -> httpx.Request:
    """The request that an attachment's upload descriptor asks for. Raises `InvalidAnswer` when it must not be sent."""
    descriptor = attachment.upload_descriptor
    if descriptor is None:
        raise _refused("an upload_descriptor with url and method", "none", "$.upload_descriptor")
    url = httpx.URL(connection.secrets.restored(str(descriptor.url)))
    if url.scheme not in ("http", "https") or not url.host:
        raise _refused("an http or https URL", connection.secrets.url(str(url))[:200], "$.upload_descriptor.url")
    if is_off_limits_name(url.host):
        raise no_file_store(connection, url)
    headers = _headers(connection, url, [("Content-Type", attachment.mime_type)])
    asked = connection.secrets.restored(descriptor.headers)
    own = {name.lower() for name in asked}
    headers = [(name, value) for name, value in headers if name.lower() not in own] + list(asked.items())
    try:
        return httpx.Request(descriptor.method, url, headers=encoded(headers), content=data)
    except UnicodeEncodeError:
        got = "a character that a header cannot carry"
        raise _refused("headers in Latin-1", got, "$.upload_descriptor.headers") from None


def form_request(connection: Connection, url: str, name: str, data: bytes, mime_type: str) -> httpx.Request:
    """A form with the one field `file`. Raises `BadConnection` for what is not an http(s) URL."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        target = httpx.URL("")
    if target.scheme not in ("http", "https") or not target.host:
        raise BadConnection(f"{redact_url(url)[:200]} is not an upload URL.", expected="an http or https URL")
    return httpx.Request(
        "POST", target, headers=encoded(_headers(connection, target, [])), files={"file": (name, data, mime_type)}
    )


def _headers(connection: Connection, url: httpx.URL, content: list[tuple[str, str]]) -> list[tuple[str, str]]:
    defaults = [("Accept", "*/*"), ("Accept-Language", connection.locale), *content, *transport_headers()]
    if origin_of(url) != connection.origin:
        return defaults
    # The connection may hold a Content-Type for JSON, which these bodies are not.
    headers = connection.request_headers(defaults)
    return [pair for pair in headers if pair in content or pair[0].lower() != "content-type"]


class Reach:
    """
    Where a backend may have a file sent to: a browser anywhere, but not a tool on this machine to what only it reaches.

    Addresses are judged and not names, and as what they mean: `::ffff:127.0.0.1` is this machine.
    """

    def __init__(self, connection: Connection, url: httpx.URL, resolve: Resolve) -> None:
        """`url` is where the file is to go. `resolve` tells whether the backend itself is in a private network."""
        self._backend = connection.origin
        self._host = url.host
        self._resolve = resolve

    async def permits(self, address: Address) -> bool:
        """Whether this address, which the URL's host has, may be connected to."""
        meant, backend = plain(address), self._backend[1]
        if self._host == backend and address_of(backend) is not None:
            return True  # the reader has typed this number
        if is_off_limits(meant):
            return False
        if self._host == backend:
            return True
        if is_this_machine(str(meant)):
            return is_this_machine(backend)
        return meant.is_global or (not meant.is_reserved and await self._backend_is_private())

    async def _backend_is_private(self) -> bool:
        _, host, port = self._backend
        try:
            found = [address_of(str(one[4][0])) for one in await self._resolve(host, port)]
        except (OSError, UnicodeError):
            return False
        return all(address is not None and not plain(address).is_global for address in found)


def no_file_store(connection: Connection, url: httpx.URL) -> InvalidAnswer:
    """The error for an upload descriptor that points where no backend has business to send a file."""
    return _refused("the address of a file store", connection.secrets.url(str(url))[:200], "$.upload_descriptor.url")


def _refused(expected: str, got: str, path: str) -> InvalidAnswer:
    return InvalidAnswer(
        f"The attachment cannot be uploaded: {path} should be {expected}, but is {got}.",
        expected=expected,
        got=got,
        advice="Return upload_descriptor={url, method, headers} from AttachmentStore.create_attachment(); "
        "the old upload_url field is gone.",
        problems=[Problem(path, expected, got)],
    )
