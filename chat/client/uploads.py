"""Sending a file's bytes: where the backend's descriptor says, or as a form to an upload URL."""

from __future__ import annotations

import ipaddress

import httpx
from chatkit.types import Attachment

from chat.client.connection import Connection, origin_of
from chat.client.requests import encoded, transport_headers
from chat.errors import BadConnection, InvalidAnswer
from chat.exchanges.redaction import redact_url
from chat.hosts import is_this_machine
from chat.protocol import Problem

__all__ = ["descriptor_request", "form_request"]


def descriptor_request(connection: Connection, attachment: Attachment, data: bytes) -> httpx.Request:
    """The request that an attachment's upload descriptor asks for. Raises `InvalidAnswer` when it must not be sent."""
    descriptor = attachment.upload_descriptor
    if descriptor is None:
        raise _refused("an upload_descriptor with url and method", "none", "$.upload_descriptor")
    url = httpx.URL(connection.secrets.restored(str(descriptor.url)))
    if url.scheme not in ("http", "https") or not url.host:
        raise _refused("an http or https URL", connection.secrets.url(str(url))[:200], "$.upload_descriptor.url")
    if not _may_be_sent_to(url.host, connection):
        raise _refused("the address of a file store", connection.secrets.url(str(url))[:200], "$.upload_descriptor.url")
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


def _may_be_sent_to(host: str, connection: Connection) -> bool:
    """A backend may send a browser anywhere, but not a tool on this machine to this machine's own services."""
    backend = connection.origin[1]
    if host == backend:
        return True
    if is_this_machine(host):
        return is_this_machine(backend)
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.rstrip(".").lower() not in ("metadata.google.internal", "metadata")
    return not (address.is_link_local or address == ipaddress.ip_address("fd00:ec2::254"))


def _refused(expected: str, got: str, path: str) -> InvalidAnswer:
    return InvalidAnswer(
        f"The attachment cannot be uploaded: {path} should be {expected}, but is {got}.",
        expected=expected,
        got=got,
        advice="Return upload_descriptor={url, method, headers} from AttachmentStore.create_attachment(); "
        "the old upload_url field is gone.",
        problems=[Problem(path, expected, got)],
    )
