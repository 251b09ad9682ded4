"""An exchange's request as a command line that can be pasted into a terminal."""

from __future__ import annotations

import re
import shlex
from urllib.parse import unquote_plus

from chat.exchanges.exchange import Exchange, Request
from chat.exchanges.redaction import MASK

__all__ = ["curl"]

# What curl writes itself, or what would only make its output unreadable.
_LEFT_OUT = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding"))
_PLAIN_NAMES = {"authorization": "TOKEN", "proxy-authorization": "PROXY_TOKEN", "cookie": "COOKIE"}
_MARKED = re.compile(rf"{MASK}[^\s;&#@,\"']{{0,4}}")


def curl(exchange: Exchange | Request, *, with_head: bool = False) -> str:
    """
    A curl command, in several lines, that sends the same request; secrets are shell variables like `$TOKEN`.

    Every other part is quoted for a POSIX shell. A body that a command line cannot hold is read from a file `body.bin`,
    and a comment above the command says so. `with_head` has curl print the answer's head, too.
    """
    request = exchange.request if isinstance(exchange, Exchange) else exchange
    options = ["curl -sS -N" if request.streaming else "curl -sS"]
    if with_head:
        options[0] += " -i"
    if request.method != "POST" or not request.body:
        options[0] += f" -X {shlex.quote(request.method)}"
    if re.search(r"[\[\]{}]", request.url):
        options[0] += " --globoff"
    options[0] += f" {_url(request.url)}"
    for name, value in request.headers:
        if name.lower() in _LEFT_OUT:
            continue
        variable = _PLAIN_NAMES.get(name.lower()) or _variable(name)
        # curl takes "Name:" as an order to leave the header out; "Name;" sends it empty.
        options.append(f"-H {_quote(f'{name}: {value}' if value else f'{name};', variable)}")
    note = ""
    if request.body or request.body_size:
        text = _as_text(request.body) if len(request.body) == request.body_size or request.body else None
        if text is None:
            note = f"# body.bin: the {request.body_size or len(request.body)} bytes to send\n"
            options.append("--data-binary @body.bin")
        else:
            options.append(f"--data-raw {shlex.quote(text)}")
    return note + " \\\n  ".join(options)


def _as_text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or not text else text


def _variable(name: str) -> str:
    word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "SECRET"
    return f"_{word}" if word[0].isdigit() else word


def _quote(text: str, variable: str) -> str:
    """Quote for the shell, with every masked secret replaced by the variable."""
    pieces = _MARKED.split(text)
    joint = f'"${variable}"'
    return joint.join(shlex.quote(piece) if piece else "" for piece in pieces)


def _url(url: str) -> str:
    """Quote a URL; a masked query parameter becomes the variable of its name, masked userinfo `$TOKEN`."""
    quoted: list[str] = []
    place = 0
    for marked in _MARKED.finditer(url):
        before = url[place : marked.start()]
        name = re.search(r"[?&;#]([^?&;#=]*)=\Z", before)
        if before:
            quoted.append(shlex.quote(before))
        quoted.append(f'"${_variable(unquote_plus(name[1])) if name else "TOKEN"}"')
        place = marked.end()
    if url[place:] or not quoted:
        quoted.append(shlex.quote(url[place:]))
    return "".join(quoted)
